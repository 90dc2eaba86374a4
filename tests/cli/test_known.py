"""As known at: commands, pages and the API tell to the digit what was known before a late import."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalogue.instants import format_instant, parse_instant

AGREEMENT = "sla-digital-editions"
PERIOD = f"/agreements/{AGREEMENT}/periods/2026-02"


@pytest.fixture
def before(slamon: Any, rows: Any, tmp_path: Any) -> Any:
    """February as it was judged, and as nobody knows it any more: a late import and a closing came after."""
    judged = slamon.json("judge", "--agreement", AGREEMENT, "--period", "2026-02", code=1)
    late = tmp_path / "late.csv"
    late.write_text(rows(("2026-02-10T10:00:00Z", "up")))
    assert slamon("import", "observations", late, "--source", "imp-digital-editions").exit_code == 0
    assert slamon("close", "--agreement", AGREEMENT, "--period", "2026-02").exit_code == 0
    return judged


@pytest.fixture
def web(slamon: Any, before: Any, signed_in: Any) -> Iterator[TestClient]:
    """Somebody who is signed in where all of this was recorded."""
    with signed_in(slamon) as client:
        yield client


@pytest.fixture
def words_of() -> Callable[[str], str]:
    """The words of a page, apart by single spaces."""

    def read(page: str) -> str:
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))

    return read


def _at(before: Any) -> str:
    return f"@{before['as_known_at']['position']}"


def test_a_position_tells_what_was_known_up_to_it(slamon: Any, before: Any) -> None:
    command = ("judge", "--agreement", AGREEMENT, "--period", "2026-02")

    assert slamon.json(*command, "--as-known-at", _at(before), code=1) == before
    assert slamon.json(*command, code=0) != before


@pytest.mark.parametrize(
    ("command", "known"),
    [
        pytest.param(("breaches", "list"), [], id="breaches"),
        pytest.param(("exclusion", "list"), [], id="exclusions"),
        pytest.param(("incident", "list"), [], id="incidents"),
    ],
)
def test_lists_know_nothing_that_came_later(
    slamon: Any, before: Any, command: tuple[str, ...], known: Any
) -> None:
    assert slamon.json(*command, "--as-known-at", _at(before)) == known
    said = slamon(*command, "--as-known-at", _at(before))
    assert f"position {before['as_known_at']['position']}" in said.stderr


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        pytest.param("@99999999", "it stands at", id="a position that has not come"),
        pytest.param("@0", "the ledger knew nothing yet", id="before the first fact"),
    ],
)
def test_what_cannot_be_known_is_refused(slamon: Any, asked: str, sentence: str) -> None:
    said = slamon("breaches", "list", "--as-known-at", asked)

    assert said.exit_code == 1
    assert sentence in said.stderr


def test_a_position_is_taken_as_pages_write_it(slamon: Any, before: Any) -> None:
    command = ("judge", "--agreement", AGREEMENT, "--period", "2026-02", "--as-known-at")
    position = f" @{before['as_known_at']['position']:,} ".replace(",", "\u202f")

    assert slamon.json(*command, position, code=1) == before


UNNAMED = [
    pytest.param("3rd", "no instant '3rd'; write like 2026-02-01T08:00:00Z", id="no instant"),
    pytest.param("2026-02-30T10:00:00Z", "the day 2026-02-30 does not exist", id="no day"),
    pytest.param("1 234", "a position is written like @1234", id="a position as pages write it"),
    pytest.param("now", "no instant 'now'", id="a word"),
    pytest.param("2026-03-01", "is a whole day; write an instant of it", id="a day"),
    pytest.param("", "no instant is named", id="nothing"),
    pytest.param("12345", "a position is written like @12345", id="a position without its sign"),
    pytest.param("@-3", "no position '@-3'", id="less than no position"),
    pytest.param("@many", "no position '@many'", id="no number"),
]


@pytest.mark.parametrize(("asked", "sentence"), UNNAMED)
def test_what_names_no_past_is_wrong_usage_and_no_breach(
    slamon: Any, asked: str, sentence: str
) -> None:
    said = slamon("judge", "--agreement", AGREEMENT, "--period", "2026-02", "--as-known-at", asked)

    assert said.exit_code == 2
    assert said.stderr.startswith("--as-known-at: ")
    assert sentence in said.stderr


def test_pages_and_api_refuse_what_names_no_past(web: TestClient) -> None:
    for asked, sentence in (case.values for case in UNNAMED):
        answer = web.get(f"/api/v1{PERIOD}", params={"as_known_at": asked})
        page = web.get(PERIOD, params={"as_known_at": asked})

        assert (answer.status_code, page.status_code) == (422, 422), asked
        assert str(sentence) in answer.json()["detail"]
        assert str(sentence) in unescape(page.text)


def test_a_plus_that_an_address_has_lost_is_read_as_one(web: TestClient, before: Any) -> None:
    whole = parse_instant(before["as_known_at"]["instant"]) // 1_000_000 * 1_000_000
    asked = format_instant(whole + 3_600_000_000 + 1_000_000).replace("Z", "+01:00")
    answer = web.get(f"/api/v1{PERIOD}?as_known_at={asked}")

    assert answer.status_code == 200, answer.text
    assert answer.json()["as_known_at"]["instant"] == format_instant(whole + 1_000_000)


def test_the_clock_of_an_answer_stands_at_the_instant_that_was_asked_for(
    slamon: Any, before: Any
) -> None:
    recorded = before["as_known_at"]["recorded_at"]
    asked = format_instant(parse_instant(recorded) + 1_000)
    command = ("judge", "--agreement", AGREEMENT, "--period", "2026-02", "--as-known-at", asked)

    then = slamon.json(*command, code=1)["as_known_at"]
    said = slamon(*command).stdout

    assert then == {**before["as_known_at"], "instant": asked}
    assert (
        f"as known at {asked}, the last fact is position {then['position']}, "
        f"recorded at {recorded}" in " ".join(said.split())
    )


def test_a_page_tells_the_instant_asked_for_and_the_last_fact_known_then_in_one_zone(
    web: TestClient, before: Any, words_of: Callable[[str], str]
) -> None:
    recorded = parse_instant(before["as_known_at"]["recorded_at"])
    asked = recorded + 1_000

    page = web.get(PERIOD, params={"as_known_at": format_instant(asked)})
    told = re.findall(r'<time datetime="([^"]*)"', page.text)

    assert told[0] == format_instant(asked)
    assert before["as_known_at"]["recorded_at"] in told
    assert "UTC" not in words_of(page.text)


def test_each_page_offers_the_way_into_the_past_and_keeps_what_else_was_asked(
    web: TestClient,
) -> None:
    now_page = web.get("/agreements", params={"agreement": AGREEMENT}).text
    refused = web.get("/nowhere").text
    (form,) = re.findall(r'<form class="past".*?</form>', now_page, re.DOTALL)

    assert 'method="get" action="/agreements"' in form
    assert f'<input type="hidden" name="agreement" value="{AGREEMENT}">' in form
    assert 'class="past"' not in refused
    assert 'class="past"' not in web.get("/sign-in").text


def test_the_form_of_a_past_page_holds_what_was_asked(web: TestClient, before: Any) -> None:
    page = web.get("/", params={"as_known_at": _at(before)}).text

    assert f'value="{_at(before)}"' in page
    assert 'type="hidden" name="as_known_at"' not in page


def test_what_was_recorded_later_is_said_not_to_be_recorded_yet(
    web: TestClient, slamon: Any, before: Any
) -> None:
    then = {"as_known_at": _at(before)}
    later = before["as_known_at"]["position"] + 1
    fact = web.get(f"/ledger/{later}", params=then)
    other = web.get("/agreements/nowhere", params=then)
    answer = web.get("/api/v1/breaches/nowhere", params=then)

    assert (fact.status_code, other.status_code, answer.status_code) == (404, 404, 404)
    assert f"The fact at position {later} had not been recorded yet" in fact.text
    assert "mistyped" not in fact.text + other.text
    assert "Perhaps it had not been recorded yet." in other.text
    assert f'href="/ledger/{later}' not in fact.text
    assert fact.text.count("Show what is known now") == 2
    assert f"after position {later - 1} is known then" in answer.json()["detail"]


def test_the_api_answers_as_known_then(web: TestClient, before: Any) -> None:
    then = {"as_known_at": _at(before)}

    answer = web.get(f"/api/v1{PERIOD}", params=then)

    assert answer.json() == before
    assert web.get(f"/api/v1{PERIOD}").json() != before
    assert web.get("/api/v1/ledger", params=then).json()["position"] == int(_at(before)[1:])
    beyond = int(_at(before)[1:]) + 1
    assert web.get(f"/api/v1/facts/{beyond}", params=then).status_code == 404


def test_an_answer_of_the_past_is_not_sent_twice(web: TestClient, before: Any) -> None:
    then = {"as_known_at": _at(before)}
    tag = web.get(f"/api/v1{PERIOD}", params=then).headers["ETag"]

    again = web.get(f"/api/v1{PERIOD}", params=then, headers={"If-None-Match": tag})

    assert again.status_code == 304
    assert web.get(f"/api/v1{PERIOD}", headers={"If-None-Match": tag}).status_code == 200


def test_a_list_of_the_past_is_walked_by_its_cursor(web: TestClient, before: Any) -> None:
    then = {"as_known_at": _at(before), "limit": "1"}
    first = web.get("/api/v1/compliance", params=then).json()

    second = web.get("/api/v1/compliance", params={**then, "after": first["next"]}).json()

    assert first["items"] != second["items"]
    assert all(line["provisional"] for page in (first, second) for line in page["items"])


def test_a_page_of_the_past_says_so_and_offers_the_way_back(web: TestClient, before: Any) -> None:
    page = web.get(PERIOD, params={"as_known_at": _at(before)}).text

    assert "As known at" in page
    assert "Show what is known now" in page
    assert 'method="post"' not in page
    assert "Sign in" not in page


def test_links_of_a_page_of_the_past_lead_into_the_past(web: TestClient, before: Any) -> None:
    page = web.get("/", params={"as_known_at": _at(before)}).text

    inward = re.findall(r'href="(/(?!static/|api/v1/openapi|language/)[^"]*)"', page)
    assert inward
    assert all("as_known_at=%40" in link for link in inward)


def test_every_page_is_there_as_known_then(web: TestClient, before: Any) -> None:
    for path in ("/", "/agreements", "/services", "/breaches", "/exclusions", "/probes", "/ledger"):
        assert web.get(path, params={"as_known_at": _at(before)}).status_code == 200, path


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param("2999-01-01T00:00:00Z", 404, id="an instant that has not come"),
        pytest.param("2000-01-01T00:00:00Z", 404, id="an instant before the first fact"),
        pytest.param("yesterday", 422, id="no instant"),
        pytest.param("2026-02-01T00:00", 422, id="a local time"),
    ],
)
def test_what_cannot_be_known_is_a_problem(web: TestClient, asked: str, status: int) -> None:
    answer = web.get("/api/v1/agreements", params={"as_known_at": asked})

    assert answer.status_code == status
    assert answer.json()["detail"].startswith("as_known_at: ")


def test_nothing_is_decided_in_the_past(web: TestClient, before: Any) -> None:
    answer = web.post(f"{PERIOD}/close", params={"as_known_at": _at(before)})

    assert answer.status_code == 422


def test_what_was_known_an_instant_ago_is_asked_again(
    slamon: Any, before: Any, signed_in: Any
) -> None:
    instant = before["as_known_at"]["instant"]
    an_instant_later = parse_instant(instant) + 1_000_000

    with signed_in(slamon, lambda: an_instant_later) as web:
        answer = web.get(f"/api/v1{PERIOD}", params={"as_known_at": instant})

    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.json() == before
