"""The pages: what each shows, in words, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

BREACH = "/breaches/sla-unv-2026.o1.2026-09"
VOID = {"meta", "link", "img", "input", "br"}


class Reader(HTMLParser):
    """Reads a page: its words, its links, and whether each element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.parts: list[str] = []
        self.feed(page)
        self.close()

    @property
    def words(self) -> str:
        return re.sub(r"[\s\u00a0\u202f]+", " ", "".join(self.parts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


ADDRESSES = [
    "/",
    "/agreements",
    "/agreements/sla-unv-2026",
    "/agreements/ola-bonn",
    "/agreements/sla-unv-2026/periods/2026-09",
    "/agreements/sla-unv-2026/periods/2026-10",
    "/services",
    "/services/svc-mail",
    "/services/svc-tariff",
    "/probes/prb-unv-mail/slots/2026-11-22T15:31:20Z",
    "/breaches",
    BREACH,
    "/exclusions",
    "/exclusions?agreement=sla-unv-2026",
    "/exclusions/sla-unv-2026/x1-2026-11-28-1",
    "/tariffs",
    "/commitments",
    "/recommendations",
    "/recommendations?only=late",
    "/recommendations/2.2",
    "/agenda",
    "/agenda/unv",
    "/hours",
    "/hours/bonn",
    "/hours/bonn/2026-03",
    "/catalogue",
    "/catalogue/probe/probe-001",
    "/catalogue/probe/probe-001/edit",
    "/probes",
    "/probes/prb-unv-mail",
    "/probes/prb-mail-mx",
    "/probes/prb-unv-mail/days/2026-11-21",
    "/observations?service=svc-mail&day=2026-09-08",
    "/observations?check=imp-editions%2Fsvc-edition-01&day=2026-09-08",
    "/ledger",
    "/agents",
    "/ledger/900",
    "/sign-in",
]


@pytest.fixture
def send(token: Any) -> Callable[..., Any]:
    """Rule on the breach."""

    def post(client: TestClient, verb: str, **fields: str) -> Any:
        return client.post(f"{BREACH}/{verb}", data={"csrf": token(client, BREACH), **fields})

    return post


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_sound(reviewer: TestClient, address: str) -> None:
    response = reviewer.get(address)
    page = Reader(response.text)
    assert response.status_code == 200
    assert (page.faults, page.open) == ([], [])
    tags = [tag for tag, _ in page.attributes]
    assert tags.count("h1") == 1
    assert ("html", {"lang": "en"}) in page.attributes
    assert "script" not in tags
    assert not any("style" in found for _, found in page.attributes)
    assert ("a", {"class": "skip", "href": "#content"}) in page.attributes


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_form_carries_its_token_and_every_field_its_label(
    reviewer: TestClient, address: str
) -> None:
    page = Reader(reviewer.get(address).text)
    forms = sum(tag == "form" and found["method"] == "post" for tag, found in page.attributes)
    tokens = sum(found.get("name") == "csrf" for _, found in page.attributes)
    labelled = {found["for"] for tag, found in page.attributes if tag == "label"}
    fields = {
        found["id"]
        for tag, found in page.attributes
        if tag in {"input", "select", "textarea"} and found.get("type") != "hidden"
    }
    assert forms == tokens >= 1
    assert fields == labelled


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        pytest.param("/", "/", id="the overview"),
        pytest.param("/services/svc-mail", "/services", id="a page below an entry"),
        pytest.param("/agents", "/ledger", id="the agents, of the ledger"),
        pytest.param("/observations?service=svc-mail", "/services", id="results, of a service"),
    ],
)
def test_one_entry_of_the_menu_is_marked(visitor: TestClient, address: str, entry: str) -> None:
    page = Reader(visitor.get(address).text)

    marked = [found["href"] for _, found in page.attributes if found.get("aria-current") == "page"]
    assert marked == [entry]


def test_every_link_of_every_page_leads_somewhere(visitor: TestClient, worlds: Any) -> None:
    pages = (Reader(visitor.get(address).text) for address in ADDRESSES)
    links = {
        (found["href"] or "").partition("#")[0]
        for page in pages
        for tag, found in page.attributes
        if tag in {"a", "link"}
    }
    # the world's records are made up, so those of the catalogue lead nowhere here
    checked = {link for link in links if link and not link.startswith("/catalogue/")}
    lost = {link for link in checked if visitor.get(link, follow_redirects=True).status_code != 200}
    assert lost == {"/agreements/sla-unv-2026/periods/2026-08"}


@pytest.mark.parametrize("address", ["/", "/nothing", "/broken", "/sign-in/a.b"])
def test_a_page_is_under_a_strict_policy(visitor: TestClient, address: str) -> None:
    headers = visitor.get(address).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("method", "address", "status", "words"),
    [
        pytest.param("GET", "/nothing", 404, "Nothing here", id="an unknown address"),
        pytest.param("GET", "/services/none", 404, "Nothing here", id="an unknown service"),
        pytest.param("GET", "/breaches/none", 404, "Nothing here", id="an unknown breach"),
        pytest.param("GET", "/agreements/none", 404, "Nothing here", id="an unknown agreement"),
        pytest.param(
            "GET", "/agreements/none/periods/2026-09", 404, "Nothing here", id="a period of none"
        ),
        pytest.param(
            "GET", "/agreements/sla-unv-2026/periods/yesterday", 404, "Nothing here", id="no period"
        ),
        pytest.param("GET", "/probes/none", 404, "Nothing here", id="an unknown probe"),
        pytest.param(
            "GET", "/probes/none/days/2026-11-21", 404, "Nothing here", id="a day of no probe"
        ),
        pytest.param("GET", "/probes/prb-control/days/soon", 404, "Nothing here", id="no day"),
        pytest.param(
            "GET", "/probes/prb-control/days/0001-01-01", 404, "Nothing here", id="a day long ago"
        ),
        pytest.param("GET", "/observations", 404, "Nothing here", id="results of nothing"),
        pytest.param("GET", "/observations?service=x", 404, "Nothing here", id="results of none"),
        pytest.param("GET", "/ledger/99999", 404, "Nothing here", id="a fact to come"),
        pytest.param("GET", "/ledger/" + "9" * 5000, 404, "Nothing here", id="a fact beyond all"),
        pytest.param("GET", "/ledger/first", 404, "Nothing here", id="no position"),
        pytest.param("GET", "/catalogue/probe/none", 404, "Nothing here", id="an unknown record"),
        pytest.param("DELETE", "/breaches", 405, "Method Not Allowed", id="a method not offered"),
        pytest.param("GET", "/broken", 500, "Something went wrong", id="a fault of ours"),
    ],
)
def test_an_error_is_a_page(
    visitor: TestClient, method: str, address: str, status: int, words: str
) -> None:
    response = visitor.request(method, address)
    assert response.status_code == status
    assert words in Reader(response.text).words


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param("/breaches/none", "There is no breach with the id none.", id="a breach"),
        pytest.param("/services/none", "There is no service with the id none.", id="a service"),
        pytest.param(
            "/agreements/none", "There is no agreement with the id none.", id="an agreement"
        ),
        pytest.param(
            "/agreements/sla-unv-2026/periods/yesterday", "yesterday", id="a period that is none"
        ),
        pytest.param(
            "/exclusions/sla-unv-2026/none", "Nothing was announced as none", id="a window"
        ),
    ],
)
def test_a_page_that_knows_what_is_missing_says_that_alone(
    visitor: TestClient, address: str, words: str
) -> None:
    said = Reader(visitor.get(address).text).words
    assert words in said
    assert "perhaps it was mistyped" not in said


def test_the_overview_shows_breaches_and_outages_before_agreements(visitor: TestClient) -> None:
    words = Reader(visitor.get("/").text).words
    order = ["Electronic mail, September 2026", "still lasting", "Digital editions", "last 30"]
    places = [words.index(part) for part in order]
    assert places == sorted(places)


def test_the_overview_collapses_a_long_agreement_with_the_worst_first(visitor: TestClient) -> None:
    words = Reader(visitor.get("/").text).words
    start = words.index("Digital editions (illustrative)")
    assert words.index("Digital edition number 20", start) < words.index("30 more objectives")
    assert words.index("30 more objectives") < words.index("Digital edition number 33", start)


def test_what_is_not_measured_is_never_counted_as_good_or_bad(
    visitor: TestClient, world: Any, worlds: Any
) -> None:
    dark = worlds.unmeasured("o1", "svc-archive")
    silent = worlds.agreement("sla-silent", "Silent", (worlds.status(dark, "o1", "Archive"),))
    found = world.overview(worlds.NOW).model_copy(
        update={
            "agreements": (silent,),
            "services": tuple(line for line in worlds.SERVICES if line.service == "svc-archive"),
            "outages": (),
            "open_breaches": (),
        }
    )
    world.overview = lambda _: found
    page = visitor.get("/").text
    words = Reader(page).words
    assert (
        "Services available now, of those with a result now – 0 down; without a result now: 1"
        in words
    )
    assert "with a figure – 0 at risk; objectives without a figure: 1" in words
    assert "Silent in force nothing measured in November 2026" in words
    assert re.findall(r'<li class="(\w+)"><a href="#', page) == ["none", "none", "none", "good"]
    assert 'class="meter' not in page


def test_a_percent_is_shown_as_given_and_nothing_known_in_words(visitor: TestClient) -> None:
    words = Reader(visitor.get("/agreements/sla-unv-2026").text).words
    assert "99.3500 %" in words
    assert (
        "Document archive Availability of the archive · o3 99.00 % not measured nothing known"
        in words
    )


def test_what_is_not_measured_is_marked(visitor: TestClient) -> None:
    assert "simulated" in Reader(visitor.get("/breaches").text).words
    assert "imported" in Reader(visitor.get("/agreements/sla-editions").text).words
    assert "illustrative" in Reader(visitor.get("/tariffs").text).words
    assert "shadow" in Reader(visitor.get("/agreements/mou-wcmc").text).words


def test_a_service_shows_what_is_kept_but_not_yet_interpreted(visitor: TestClient) -> None:
    words = Reader(visitor.get("/services/svc-mail").text).words
    assert "Kept, not yet interpreted" in words
    assert "offerings[0].comparable_to" in words
    assert "probes of the kind smtp come later" in words
    assert "Simulated until 12 Oct 2026." in words


def test_an_outage_that_was_declared_says_so_and_not_what_was_probed(
    visitor: TestClient, worlds: Any, world: Any
) -> None:
    found = world.service("svc-mail", worlds.NOW)
    declared = found.outages[0].model_copy(update={"declared": True})
    world.service = lambda *_: found.model_copy(update={"outages": (declared,)})
    page = visitor.get("/services/svc-mail").text

    outage = page.partition('data-label="From"')[2].partition("</td>")[0]
    assert "basis-declared" in outage
    assert "basis-simulated" not in outage


def test_a_breach_shows_its_evidence_in_the_zone_of_the_agreement(visitor: TestClient) -> None:
    page = visitor.get(BREACH).text
    words = Reader(page).words
    assert "11850/12000" in words
    assert "197 h 30 min good of 200 h agreed and known" in words
    assert "8 Sep 2026, 09:05 CEST" in words
    assert "loc-bonn, loc-outside" in words
    assert "overspent by 30 min" in words
    assert 'title="2026-09-08 07:05:00 UTC"' in page
    assert "Sign in to decide." in words
    assert 'method="post"' not in page


def test_upholding_a_breach_is_seen_at_once(reviewer: TestClient, send: Any) -> None:
    reason = "The outage was <b>not</b> announced."
    answer = send(reviewer, "uphold", reason=reason)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BREACH}#review")
    page = reviewer.get(BREACH).text
    assert "The outage was &lt;b&gt;not&lt;/b&gt; announced." in page
    assert "Upheld 22 Nov 2026, 16:49 CET · by it-consultant" in Reader(page).words
    assert "<textarea" not in page


def test_waiving_a_breach_keeps_the_clause(reviewer: TestClient, world: Any, send: Any) -> None:
    assert send(reviewer, "waive", reason="Agreed jointly.", clause="x3").status_code == 303
    assert world.steps[-1].reason == "Agreed jointly. (x3)"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        pytest.param("  ", "Please give a reason", id="without a reason"),
        pytest.param("x" * 4001, "too long", id="with far too long a reason"),
    ],
)
def test_a_fault_is_shown_in_place(
    reviewer: TestClient, world: Any, reason: str, words: str, send: Any
) -> None:
    answer = send(reviewer, "waive", reason=reason, clause="clause 7")
    assert answer.status_code == 422
    assert words in Reader(answer.text).words
    assert 'value="clause 7"' in answer.text
    assert len(world.steps) == 1


def test_a_refused_ruling_is_explained_on_the_page(
    reviewer: TestClient, world: Any, token: Any
) -> None:
    csrf = token(reviewer, BREACH)
    world.uphold("sla-unv-2026.o1.2026-09", "r", "somebody-else")
    answer = reviewer.post(f"{BREACH}/waive", data={"csrf": csrf, "reason": "r"})
    assert answer.status_code == 409
    assert "The breach is already upheld." in Reader(answer.text).words


def test_an_unknown_ruling_is_not_found(reviewer: TestClient) -> None:
    assert reviewer.post(f"{BREACH}/forget", data={"reason": "r"}).status_code == 404


def test_a_finished_period_can_be_closed_once(reviewer: TestClient, token: Any) -> None:
    address = "/agreements/sla-unv-2026/periods/2026-10"
    assert "Close this period" in Reader(reviewer.get(address).text).words
    form = {"csrf": token(reviewer, BREACH)}
    first = reviewer.post(f"{address}/close", data=form)
    assert (first.status_code, first.headers["location"]) == (303, address)
    assert "Close this period" not in Reader(reviewer.get(address).text).words
    again = reviewer.post(f"{address}/close", data=form)
    assert again.status_code == 409
    assert "already closed" in Reader(again.text).words


def test_a_running_period_offers_no_closing(reviewer: TestClient) -> None:
    page = reviewer.get("/agreements/sla-unv-2026/periods/2026-11").text
    assert "Close this period" not in page


def test_the_catalogue_is_walked_by_its_links(visitor: TestClient) -> None:
    address, seen = "/catalogue?kind=probe", set[str]()
    pages = 0
    while address:
        text = visitor.get(address).text
        pages += 1
        seen |= set(re.findall(r'href="/catalogue/probe/([^"]+)"', text))
        onward = re.search(r'<p class="next"><a href="([^"]+)"', text)
        address = onward.group(1).replace("&amp;", "&") if onward else ""
    assert len(seen) == 83
    assert pages == 1


def test_a_long_catalogue_has_further_pages(visitor: TestClient) -> None:
    text = visitor.get("/catalogue").text
    onward = re.search(r'<p class="next"><a href="([^"]+)"', text)
    assert onward is not None
    assert "service-001" not in text
    assert "probe-018" in visitor.get(onward.group(1)).text
