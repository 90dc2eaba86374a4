"""What a newcomer reads: remedies, targets, silences, sources and marks in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.ledger.store import ConflictError
from slamon.views.silence import Silence
from slamon.web.figures import floored, target
from slamon.web.telling import columns, plain, remedy, unmarked
from slamon.web.texts import language

EN = language("en")
BREACH = "/breaches/sla-unv-2026.o1.2026-09"

Words = Callable[[str], str]


def test_a_breach_says_its_remedy_in_sentences(visitor: TestClient, words_of: Words) -> None:
    words = words_of(visitor.get(BREACH).text)
    assert "below 99.00 %: 5.00 % credit; below 98.00 %: 10.00 % credit." in words
    assert "At most 20.00 % of the monthly charge." in words
    assert "At most 12000.00 a year, in the currency of the charge." in words
    assert "Settlement: Credit note, no cash." in words
    assert "Due for this period" not in words
    assert "At least" not in words


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        pytest.param(
            {"kind": "justification", "after_periods": 1, "to": None},
            "After a breached period a justification.",
            id="at once and to nobody named",
        ),
        pytest.param(
            {"kind": "escalation", "after_periods": 1, "to": "party-board"},
            "After a breached period an escalation to party-board.",
            id="to somebody",
        ),
        pytest.param(
            {"kind": "review_item", "after_periods": 3, "to": None},
            "After 3 breached periods in a row a review item.",
            id="after several periods",
        ),
    ],
)
def test_an_action_is_said_in_a_sentence(terms: dict[str, object], said: str) -> None:
    assert remedy(EN, terms) == [said]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("99.50", "99.50 %", id="a percent"),
        pytest.param("95.00 % within PT0.5S", "95.00 % within 0.5 s", id="with a time"),
        pytest.param("90.00 % within PT4H", "90.00 % within 4 h", id="with hours"),
        pytest.param("90.00 % within P1D", "90.00 % within P1D", id="days as they stand"),
        pytest.param("as soon as possible", "as soon as possible", id="other words"),
    ],
)
def test_a_target_keeps_its_time(given: str, shown: str, words_of: Words) -> None:
    assert words_of(target(EN, given)) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [("99.9999", "99.99"), ("100.0000", "100.00"), ("7", "7"), ("0.5", "0.5")],
)
def test_coverage_is_never_rounded_up(given: str, shown: str) -> None:
    assert floored(given) == shown


def test_coverage_is_exact_in_the_title(visitor: TestClient) -> None:
    page = visitor.get("/agreements/sla-unv-2026").text
    assert re.search(r'title="99.5024\s%">99.50\s%<', page)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param({"en": "Mail", "fr": "Courrier"}, "Mail", id="a text in the page's language"),
        pytest.param({"a": None, "b": [], "c": 0}, {"c": 0}, id="nothing empty"),
        pytest.param({"a": {"b": None}}, {}, id="nothing that holds only what is empty"),
        pytest.param(["x"] * 52, [*["x"] * 50, "and 2 more"], id="fifty of many"),
    ],
)
def test_documents_are_told_plainly(given: object, shown: object) -> None:
    assert plain(EN, given) == shown


@pytest.mark.parametrize(
    ("given", "named"),
    [
        pytest.param([{"a": 1, "b": 2}] * 3, ["a", "b"], id="flat and alike"),
        pytest.param([{"a": 1}, {"b": 2}, {"a": 3}, "and more"], ["a", "b"], id="with gaps"),
        pytest.param([{"a": 1}] * 2, [], id="too few rows"),
        pytest.param([{"a": {"b": 1}}] * 3, [], id="not flat"),
        pytest.param([dict.fromkeys("abcde", 1)] * 3, [], id="too many columns"),
    ],
)
def test_a_list_is_a_table_where_it_looks_like_one(given: list[object], named: list[str]) -> None:
    assert columns(given) == named


def test_marks_of_origin_are_not_terms() -> None:
    terms = {"id": "svc", "prov": {"_": "I"}, "offerings": [{"id": "off", "prov": {"_": "R"}}]}
    assert unmarked(terms) == {"id": "svc", "offerings": [{"id": "off"}]}


def silence(since: str | None) -> tuple[Silence, ...]:
    """The archive promised to UNV, silent."""
    return (
        Silence(
            agreement="sla-unv-2026",
            objective="o3",
            service="svc-archive",
            since=since,
            tz="Europe/Berlin",
        ),
    )


@pytest.mark.parametrize(
    ("since", "words"),
    [
        pytest.param("2026-08-21T17:51:00Z", "no results since 21 Aug 2026", id="since a day"),
        pytest.param(None, "no results yet", id="never one"),
    ],
)
@pytest.mark.parametrize("address", ["/", "/agreements/sla-unv-2026", "/services/svc-archive"])
def test_a_silent_objective_says_since_when(
    visitor: TestClient, world: Any, address: str, since: str | None, words: str, words_of: Words
) -> None:
    world.silent = silence(since)
    assert words in words_of(visitor.get(address).text)


def test_an_agreement_in_which_nothing_is_measured_is_one_line(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    dark = worlds.unmeasured("o3", "svc-archive")
    row = worlds.status(dark, "o3", "Document archive of the secretariat")
    world.agreements = lambda _: (worlds.agreement("sla-unv-2026", "Archive", (row,)),)
    world.silent = silence("2026-08-31T22:30:00Z")
    page = visitor.get("/").text
    assert "nothing measured in November 2026 · no results since 1 Sep 2026" in words_of(page)
    assert 'href="/agreements/sla-unv-2026/periods/2026-09"' in page  # September in Berlin
    assert "Document archive of the secretariat" not in page


def test_an_agreement_that_has_ended_counts_in_no_tile(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    missed = worlds.status(worlds.said("o1", "svc-mail", "breached"), "o1", "Electronic mail")
    world.agreements = lambda _: (
        worlds.agreement("sla-unv-2026", "Over", (missed,), state="expired"),
    )
    words = words_of(visitor.get("/").text)
    assert "0 at risk; objectives without a figure: 0" in words
    assert "One agreement that has ended Over expired" in words
    page = words_of(visitor.get("/agreements/sla-unv-2026").text)
    assert "Objectives in the last period" in page


@pytest.mark.parametrize(
    "address",
    ["/", "/agreements/sla-editions", "/agreements/sla-editions/periods/2026-11"],
)
def test_imported_figures_name_their_source_and_licence(
    visitor: TestClient, address: str, words_of: Words
) -> None:
    page = visitor.get(address).text
    words = words_of(page)
    assert "University of Bern, history of the monitor · licence ODbL-1.0" in words
    assert 'href="/catalogue/import/imp-editions"' in page


def test_measured_figures_name_no_source(visitor: TestClient) -> None:
    assert "ODbL" not in visitor.get("/agreements/mou-wcmc").text


def test_a_figure_that_rests_on_too_little_is_not_prominent(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    thin = worlds.said("o1", "svc-mail", "pending")
    thin = thin.model_copy(
        update={"coverage": thin.coverage.model_copy(update={"sufficient": False})}
    )
    found = worlds.agreement("sla-unv-2026", "Thin", (worlds.status(thin, "o1", "Mail"),))
    world.agreements = lambda _: (found,)
    page = visitor.get("/agreements/sla-unv-2026").text
    assert re.search(r'<span class="faint">99.9500\s%</span>', page)
    assert "too little is known to judge" in words_of(page)
    assert 'class="meter' not in page


def test_a_tally_without_exclusions_says_so_in_one_line(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    words = words_of(visitor.get(BREACH).text)
    assert "Nothing is excluded." in words
    assert "Excluded while" not in words
    judged = worlds.BREACHED
    judged = judged.model_copy(update={"tally": {**judged.tally, "excused_down_us": worlds.HOUR}})
    detail = world.breach("sla-unv-2026.o1.2026-09").model_copy(update={"judgement": judged})
    world.breach = lambda _: detail
    assert "Excluded while down 1 h" in words_of(visitor.get(BREACH).text)


def test_words_of_the_trade_are_explained_where_they_stand(visitor: TestClient) -> None:
    page = visitor.get("/agreements/mou-wcmc").text
    assert re.search(r"<dt>shadow</dt> <dd>Computed and shown, but without consequence", page)


def test_no_outage_is_said_in_words(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    found = world.overview(worlds.NOW).model_copy(update={"outages": ()})
    world.overview = lambda _: found
    assert "Outages now 0 no promise is failing" in words_of(visitor.get("/").text)


def test_decisions_at_the_same_moment_conflict_without_a_fault_of_ours(
    visitor: TestClient, access: Any, world: Any
) -> None:
    def late(*_: object) -> int:
        raise ConflictError

    world.uphold = late
    key = access.redeem(access.mint("it-consultant"))
    answer = visitor.post(
        "/api/v1" + BREACH + "/uphold",
        json={"reason": "r"},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Somebody else decided" in answer.json()["detail"]


@pytest.mark.parametrize("address", ["/sign-in", "/sign-in/a.b"])
def test_the_way_to_a_new_link_is_a_command(
    visitor: TestClient, address: str, words_of: Words
) -> None:
    assert "slamon sign-in --as ID" in words_of(visitor.get(address).text)


def test_the_ledger_names_the_command_that_shows_facts(
    visitor: TestClient, words_of: Words
) -> None:
    assert "slamon ledger show" in words_of(visitor.get("/ledger").text)


def test_an_objective_that_is_not_judged_has_no_tally(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    kept = worlds.unmeasured("o4", "svc-mail", target="95.00 % within PT4H", tally={})
    found = world.judge("sla-unv-2026", "2026-11", worlds.NOW)
    world.judge = lambda *_: found.model_copy(update={"objectives": (kept,)})
    words = words_of(visitor.get("/agreements/sla-unv-2026/periods/2026-11").text)
    assert "95.00 % within 4 h" in words
    assert "Tally" not in words


def test_yes_and_no_are_words(visitor: TestClient, world: Any, words_of: Words) -> None:
    told = world.fact(900).model_copy(update={"content": {"provisional": False, "partial": True}})
    world.fact = lambda _: told
    assert "provisional no partial yes" in words_of(visitor.get("/ledger/900").text)


def test_an_imported_outage_names_its_source(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    detail = world.service("svc-edition-01", worlds.NOW)
    outage = worlds.OUTAGES[0].model_copy(update={"service": "svc-edition-01", "basis": "imported"})
    quiet = detail.summary.model_copy(update={"days": ()})
    world.service = lambda *_: detail.model_copy(update={"summary": quiet, "outages": (outage,)})
    assert "licence ODbL-1.0" in words_of(visitor.get("/services/svc-edition-01").text)


def test_a_form_sent_at_the_same_moment_gets_a_page_not_a_fault(
    visitor: TestClient, access: Any, world: Any, words_of: Words
) -> None:
    def late(*_: object) -> int:
        raise ConflictError

    world.waive = late
    visitor.cookies.set("slamon_session", access.redeem(access.mint("it-consultant")))
    csrf = re.search(r'name="csrf" value="([^"]+)"', visitor.get(BREACH).text)
    assert csrf is not None
    answer = visitor.post(f"{BREACH}/waive", data={"csrf": csrf.group(1), "reason": "r"})
    assert answer.status_code == 409
    assert "Refused Somebody else decided at the same moment. Look again." in words_of(answer.text)
