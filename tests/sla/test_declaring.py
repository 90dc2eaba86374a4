"""Declared incidents: given what was declared, when somebody declares, ends or withdraws, then these facts."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import HOUR, parse_instant
from slamon.sla.declaring import (
    START,
    DeclarationEnded,
    DeclarationError,
    DeclarationWithdrawn,
    StateDeclared,
    declare,
    end,
    evolve,
    withdraw,
)

NOW = parse_instant("2026-02-14T12:00:00Z")
OPEN = StateDeclared(
    state="down", begin=NOW - 2 * HOUR, end=None, reason="no sign-in", evidence="call 4711"
)
CLOSED = OPEN.model_copy(update={"end": NOW - HOUR})
ENDED = DeclarationEnded(end=NOW - HOUR, reason="works again")
TAKEN_BACK = DeclarationWithdrawn(reason="another service")


def _state(*facts: Any) -> Any:
    state = START
    for fact in facts:
        state = evolve(state, fact)
    return state


@pytest.mark.parametrize("wanted", [OPEN, CLOSED], ids=["that lasts", "with its end"])
def test_an_incident_is_declared_once(wanted: StateDeclared) -> None:
    assert declare(_state(), wanted, now=NOW) == [wanted]
    assert declare(_state(wanted), wanted, now=NOW) == []


def test_what_is_declared_may_begin_and_end_now() -> None:
    begun = OPEN.model_copy(update={"begin": NOW})
    ended = OPEN.model_copy(update={"end": NOW})

    assert declare(_state(), begun, now=NOW) == [begun]
    assert declare(_state(), ended, now=NOW) == [ended]


@pytest.mark.parametrize(
    ("given", "changed", "sentence"),
    [
        pytest.param(
            [],
            {"begin": NOW + 1},
            "its begin 2026-02-14T12:00:00.000001Z has not come; declare what has happened",
            id="P6 a begin that has not come",
        ),
        pytest.param(
            [],
            {"end": NOW + 1},
            "its end 2026-02-14T12:00:00.000001Z has not come; declare what has happened",
            id="P6 an end that has not come",
        ),
        pytest.param(
            [],
            {"end": OPEN.begin - HOUR},
            "its end 2026-02-14T09:00:00Z does not lie after its begin 2026-02-14T10:00:00Z; "
            "give a later end, or none while it lasts",
            id="P6 an end before the begin",
        ),
        pytest.param(
            [],
            {"end": OPEN.begin},
            "its end 2026-02-14T10:00:00Z does not lie after its begin 2026-02-14T10:00:00Z; "
            "give a later end, or none while it lasts",
            id="P6 no time at all",
        ),
        pytest.param([], {"reason": " "}, "a declaration needs a reason", id="P6 no reason"),
        pytest.param(
            [],
            {"evidence": ""},
            "a declaration needs evidence: say where it can be looked up",
            id="P6 no evidence",
        ),
        pytest.param(
            [OPEN],
            {"state": "degraded"},
            "something else was declared under this id; give another id",
            id="P6 another state under the same id",
        ),
        pytest.param(
            [OPEN, TAKEN_BACK],
            {},
            "it was withdrawn; declare it anew under another id",
            id="P6 what was withdrawn",
        ),
    ],
)
def test_what_cannot_be_declared(given: list[Any], changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        declare(_state(*given), OPEN.model_copy(update=changed), now=NOW)

    assert str(refused.value) == sentence


def test_an_open_incident_ends_once() -> None:
    assert end(_state(OPEN), ENDED.end, reason=ENDED.reason, now=NOW) == [ENDED]
    assert end(_state(OPEN, ENDED), ENDED.end, reason="anything", now=NOW) == []


@pytest.mark.parametrize(
    ("given", "instant", "sentence"),
    [
        pytest.param([], NOW, "nothing was declared, so nothing can be ended", id="nothing"),
        pytest.param(
            [CLOSED],
            NOW,
            "it ended at 2026-02-14T11:00:00Z; withdraw it and declare it anew to change that",
            id="what has ended otherwise",
        ),
        pytest.param(
            [OPEN, TAKEN_BACK],
            NOW,
            "it was withdrawn; there is nothing to end",
            id="what was withdrawn",
        ),
        pytest.param(
            [OPEN],
            OPEN.begin,
            "its end 2026-02-14T10:00:00Z does not lie after its begin 2026-02-14T10:00:00Z; "
            "give a later end, or none while it lasts",
            id="at its begin",
        ),
        pytest.param(
            [OPEN],
            NOW + HOUR,
            "its end 2026-02-14T13:00:00Z has not come; declare what has happened",
            id="in the future",
        ),
    ],
)
def test_what_cannot_be_ended(given: list[Any], instant: int, sentence: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        end(_state(*given), instant, reason="works again", now=NOW)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([OPEN], id="while it lasts"),
        pytest.param([CLOSED], id="declared with its end"),
        pytest.param([OPEN, ENDED], id="ended later"),
    ],
)
def test_a_declaration_is_withdrawn_once(given: list[Any]) -> None:
    assert withdraw(_state(*given), reason=TAKEN_BACK.reason) == [TAKEN_BACK]
    assert withdraw(_state(*given, TAKEN_BACK), reason="anything") == []


def test_what_was_never_declared_cannot_be_withdrawn() -> None:
    with pytest.raises(DeclarationError, match="nothing was declared, so nothing can be withdrawn"):
        withdraw(_state(), reason="why")


def test_ending_and_withdrawing_need_a_reason() -> None:
    with pytest.raises(DeclarationError, match="needs a reason"):
        end(_state(OPEN), ENDED.end, reason="", now=NOW)
    with pytest.raises(DeclarationError, match="needs a reason"):
        withdraw(_state(OPEN), reason=" ")


def test_a_history_without_its_beginning_is_refused() -> None:
    with pytest.raises(DeclarationError, match="without a declaration"):
        evolve(START, ENDED)
