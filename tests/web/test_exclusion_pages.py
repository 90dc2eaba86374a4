"""The pages of the exclusions: read by everybody, announced and ruled on by who is signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Words = Callable[[str], str]

LIST = "/exclusions"
MINE = "/exclusions?agreement=sla-unv-2026"
ONE = "/exclusions/sla-unv-2026/x1-2026-11-28-1"
TYPED = {
    "agreement": "sla-unv-2026",
    "clause": "x3",
    "services": ["svc-mail"],
    "begin": "2026-12-01 08:00",
    "end": "2026-12-01 10:00",
    "received_at": "2026-11-20 09:00",
    "evidence": "mail 4712",
    "reason": "storm",
}


@pytest.fixture
def send(token: Any) -> Callable[..., Any]:
    """Send a form, with the token of the page of a window."""

    def post(client: TestClient, address: str, **fields: object) -> Any:
        return client.post(address, data={"csrf": token(client, ONE), **fields})

    return post


def test_the_list_says_what_each_window_comes_to(visitor: TestClient, words_of: Words) -> None:
    words = words_of(visitor.get(LIST).text)

    assert "28 Nov 2026, 08:00 – 11:00 CET" in words
    assert "planned maintenance" in words
    assert "partly excluded in 2 objectives; the rest: more than the month allows" in words
    assert "Sign in to decide." in words


def test_the_list_is_narrowed_to_an_agreement(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    other = worlds.EXCLUSION.model_copy(update={"agreement": "sla-old", "exclusion": "x9-old"})
    world.announced += (other,)

    assert "x9-old" in words_of(visitor.get(LIST).text)
    narrowed = visitor.get(MINE).text
    assert "x1-2026-11-28-1" in narrowed
    assert "x9-old" not in narrowed
    assert "x9-old" in visitor.get("/exclusions?agreement=sla-old").text


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("/exclusions?agreement=none", id="an agreement that is not there"),
        pytest.param("/exclusions/sla-unv-2026/none", id="a window that was not announced"),
        pytest.param("/exclusions/none/x1-2026-11-28-1", id="a window of another agreement"),
    ],
)
def test_what_is_not_there_is_not_found(visitor: TestClient, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_a_window_shows_its_clause_its_receipt_and_which_rule_kept_the_rest(
    visitor: TestClient, words_of: Words
) -> None:
    page = visitor.get(ONE).text
    words = words_of(page)

    assert "x1 planned maintenance · notice 3 days · at most 4 h a month" in words
    assert "20 Nov 2026, 10:00 CET mail 4711" in words
    assert "For 2 objectives o1 Electronic mail , o2 Network and Internet access" in words
    assert "granted the whole window is left out" in words
    assert "more than the month allows: 4 h of agreed time are used up in 2026-11" in words
    assert "new &lt;disks&gt;" in page
    assert 'href="/ledger/1100"' in page
    assert 'method="post"' not in page


def test_windows_with_other_outcomes_are_told_apart(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    line = worlds.EXCLUSION
    first, second = line.objectives
    whole = first.model_copy(update={"parts": first.parts[:1]})
    kept = second.model_copy(update={"parts": second.parts[1:]})
    world.announced = (line.model_copy(update={"objectives": (whole, kept)}),)

    listed = words_of(visitor.get(LIST).text)
    assert "excluded in one objective not excluded in one objective: more than" in listed
    assert "o1 · Electronic mail From – to What it comes to" in words_of(visitor.get(ONE).text)


def test_a_window_in_which_nothing_is_judged_says_so(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    world.announced = (worlds.EXCLUSION.model_copy(update={"objectives": ()}),)

    assert "No objective that is judged is in force in this window." in words_of(
        visitor.get(ONE).text
    )


def test_a_reviewer_chooses_the_agreement_and_then_the_clause(
    reviewer: TestClient, words_of: Words
) -> None:
    assert "To announce a window, choose its agreement" in words_of(reviewer.get(LIST).text)
    words = words_of(reviewer.get(MINE).text)
    assert "x3 · force majeure · only by a grant of both parties" in words
    assert "on the clock of Europe/Berlin" in words


def test_an_announcement_leads_to_its_window(
    reviewer: TestClient, world: Any, words_of: Words, send: Any
) -> None:
    answer = send(reviewer, LIST, **TYPED)

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/exclusions/sla-unv-2026/x3-made",
    )
    assert "storm" in words_of(reviewer.get(answer.headers["location"]).text)


@pytest.mark.parametrize("field", ["begin", "end", "received_at", "evidence", "reason"])
def test_nothing_typed_is_lost_when_a_field_is_missing(
    reviewer: TestClient, world: Any, field: str, send: Any
) -> None:
    answer = send(reviewer, LIST, **(TYPED | {field: "  "}))

    assert answer.status_code == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert f'id="{field}-fault" role="alert">Please fill this in' in answer.text
    assert answer.text.count('class="fault"') == 1
    kept = {"begin", "end", "received_at", "evidence"} - {field}
    assert all(f'value="{TYPED[name]}"' in answer.text for name in kept)
    assert '<option value="x3" selected>' in answer.text
    assert 'value="svc-mail" checked' in answer.text
    assert len(world.announced) == 1


@pytest.mark.parametrize("field", ["begin", "end", "received_at"])
def test_an_instant_that_cannot_be_read_is_named_with_the_form_of_one(
    reviewer: TestClient, field: str, send: Any
) -> None:
    answer = send(reviewer, LIST, **(TYPED | {field: "1.12.2026 8 Uhr"}))

    assert answer.status_code == 422
    assert f'id="{field}-fault" role="alert">This cannot be read as a date and time.' in answer.text
    assert "like 2026-02-10 12:00, on the clock of Europe/Berlin" in answer.text
    assert 'value="1.12.2026 8 Uhr"' in answer.text


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        pytest.param(slice(1, 2), "granted, but not excluded: more than the month", id="nothing"),
        pytest.param(slice(0, 2), "granted, but only partly excluded: more than", id="a part"),
        pytest.param(slice(0, 1), "granted excluded in", id="the whole window"),
    ],
)
def test_a_grant_says_whether_it_excludes(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words, parts: slice, words: str
) -> None:
    line = worlds.EXCLUSION
    fates = tuple(fate.model_copy(update={"parts": fate.parts[parts]}) for fate in line.objectives)
    granted = {"status": "granted", "ruling": "granted", "objectives": fates}
    world.announced = (line.model_copy(update=granted),)

    assert words in words_of(visitor.get(LIST).text)
    assert words.partition(" excluded in")[0] in words_of(visitor.get(ONE).text)


def test_a_reason_that_is_far_too_long_is_turned_away(
    reviewer: TestClient, words_of: Words, send: Any
) -> None:
    answer = send(reviewer, LIST, **(TYPED | {"reason": "x" * 4001}))

    assert answer.status_code == 422
    assert "This is too long." in words_of(answer.text)


def test_a_refused_announcement_is_explained_above_what_was_typed(
    reviewer: TestClient, words_of: Words, send: Any
) -> None:
    answer = send(reviewer, LIST, **(TYPED | {"end": TYPED["begin"], "services": []}))

    assert answer.status_code == 409
    assert "the window ends at its begin; correct one" in words_of(answer.text)
    assert 'value="mail 4712"' in answer.text


@pytest.mark.parametrize(
    ("verb", "status"),
    [("grant", "granted"), ("refuse", "refused"), ("withdraw", "withdrawn")],
)
def test_a_ruling_is_seen_at_once_with_its_reason(
    reviewer: TestClient, verb: str, status: str, words_of: Words, send: Any
) -> None:
    answer = send(reviewer, f"{ONE}/{verb}", reason=" by mail of both ")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{ONE}#review")
    page = reviewer.get(ONE).text
    assert f"{status}: by mail of both" in words_of(page)
    assert f'action="{ONE}/grant' not in page
    assert (f'action="{ONE}/withdraw' in page) == (verb != "withdraw")


def test_a_ruling_needs_a_reason(
    reviewer: TestClient, world: Any, words_of: Words, send: Any
) -> None:
    answer = send(reviewer, f"{ONE}/refuse", reason=" ")

    assert answer.status_code == 422
    assert "Please give a reason" in words_of(answer.text)
    assert answer.text.count('aria-invalid="true"') == 1
    assert world.announced[0].status == "announced"


def test_a_ruling_that_comes_too_late_is_explained(
    reviewer: TestClient, world: Any, words_of: Words, token: Any
) -> None:
    csrf = token(reviewer, ONE)
    world.grant_exclusion("sla-unv-2026", "x1-2026-11-28-1", "r", "somebody-else")
    answer = reviewer.post(f"{ONE}/refuse", data={"csrf": csrf, "reason": "no"})

    assert answer.status_code == 409
    assert "it was already granted and cannot be refused" in words_of(answer.text)


@pytest.mark.parametrize("address", [LIST, f"{ONE}/grant", f"{ONE}/withdraw"])
def test_without_a_session_a_form_leads_to_signing_in(visitor: TestClient, address: str) -> None:
    answer = visitor.post(address, data={"csrf": "x", "reason": "r"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("address", [LIST, f"{ONE}/grant"])
def test_a_form_of_another_session_is_turned_away(
    reviewer: TestClient, world: Any, address: str
) -> None:
    answer = reviewer.post(address, data=TYPED | {"csrf": "x"})

    assert answer.status_code == 403
    assert world.announced[0].status == "announced"


def test_a_verb_that_is_not_offered_is_an_error_page(reviewer: TestClient) -> None:
    assert reviewer.post(f"{ONE}/forget", data={"reason": "r"}).status_code == 422
