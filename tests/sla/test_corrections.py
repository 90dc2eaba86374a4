"""Corrections of results: given what was corrected, when somebody voids or corrects, then these facts."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import MINUTE, parse_instant
from probes.outcome import Outcome
from slamon.sla.corrections import (
    ROWS_PER_FACT,
    Chosen,
    CorrectionError,
    Held,
    ObservationsCorrected,
    ObservationsVoided,
    correct,
    fold,
    stream_of,
    void,
)

AT = parse_instant("2026-02-14T11:30:00Z")
SPOOL = "observations:agent-bonn:8f3a:2026-02-14"
FIRST = Held(SPOOL, 17, 3, AT, None)
SECOND = Held(SPOOL, 18, 0, AT + MINUTE, 120_000)
BOTH = [FIRST, SECOND]
CHOSEN = Chosen(
    "prb-web", "loc-bonn", {AT: Outcome.BAD, AT + MINUTE: Outcome.GOOD}, (SPOOL,), position=40
)


def _columns(*held: Held) -> dict[str, Any]:
    return {
        "check": "prb-web",
        "location": "loc-bonn",
        "position": 40,
        "reason": "a false alarm",
        "streams": (SPOOL,),
        "stream": (0,) * len(held),
        "sequence": tuple(each.sequence for each in held),
        "row": tuple(each.row for each in held),
        "at": tuple(each.at for each in held),
        "latency_us": tuple(each.latency_us for each in held),
    }


def voided(*held: Held) -> ObservationsVoided:
    return ObservationsVoided(**_columns(*held))


def corrected(word: Any, *held: Held) -> ObservationsCorrected:
    return ObservationsCorrected(**_columns(*held), outcome=word)


@pytest.mark.parametrize(
    ("given", "then"),
    [
        pytest.param([], [voided(FIRST, SECOND)], id="P1 results that stand are voided"),
        pytest.param([voided(FIRST)], [voided(SECOND)], id="P1 what is voided is not voided again"),
        pytest.param([voided(FIRST, SECOND)], [], id="P1 the same again records nothing"),
        pytest.param(
            [corrected("good", FIRST)],
            [voided(FIRST, SECOND)],
            id="P1 a corrected result can be voided",
        ),
    ],
)
def test_voiding(given: list[Any], then: list[ObservationsVoided]) -> None:
    assert void(fold(given), CHOSEN, BOTH, reason=" a false alarm ") == then


@pytest.mark.parametrize(
    ("given", "then"),
    [
        pytest.param([], [corrected("good", FIRST, SECOND)], id="P1 results get another outcome"),
        pytest.param(
            [corrected("good", FIRST)],
            [corrected("good", SECOND)],
            id="P1 what was corrected so is left as it is",
        ),
        pytest.param(
            [corrected("bad", FIRST), corrected("good", FIRST, SECOND)],
            [],
            id="P1 the same again records nothing",
        ),
        pytest.param(
            [corrected("good", FIRST, SECOND), corrected("inconclusive", SECOND)],
            [corrected("good", SECOND)],
            id="P1 a correction can be corrected",
        ),
    ],
)
def test_correcting(given: list[Any], then: list[ObservationsCorrected]) -> None:
    state = fold(given)

    assert correct(state, CHOSEN, BOTH, outcome=Outcome.GOOD, reason="a false alarm") == then


def test_a_voided_result_cannot_be_corrected() -> None:
    with pytest.raises(CorrectionError, match="a voided result cannot be corrected"):
        correct(fold([voided(FIRST)]), CHOSEN, BOTH, outcome=Outcome.GOOD, reason="why")


def test_a_correction_needs_a_reason() -> None:
    with pytest.raises(CorrectionError, match="needs a reason"):
        void(fold([]), CHOSEN, BOTH, reason="  ")
    with pytest.raises(CorrectionError, match="needs a reason"):
        correct(fold([]), CHOSEN, BOTH, outcome=Outcome.GOOD, reason="")


def test_results_stand_in_order_of_time_in_facts_that_stay_small() -> None:
    rows = [Held(SPOOL, 1, n, AT + n, None) for n in range(ROWS_PER_FACT + 1)]

    facts = void(fold([]), CHOSEN, rows[::-1], reason="why")

    assert [len(fact.at) for fact in facts] == [ROWS_PER_FACT, 1]
    assert [at for fact in facts for at in fact.at] == [row.at for row in rows]


def test_results_of_several_streams_are_told_apart() -> None:
    other = Held("observations:agent-b:9c:2026-02-14", 1, 5, AT + 2 * MINUTE, None)

    (fact,) = void(fold([]), CHOSEN, [*BOTH, other], reason="why")

    assert set(fact.places) == {(SPOOL, 17, 3), (SPOOL, 18, 0), (other.stream, 1, 5)}
    assert void(fold([fact]), CHOSEN, [*BOTH, other], reason="why") == []


@pytest.mark.parametrize(
    "column",
    [
        pytest.param({"at": (1,)}, id="columns of different length"),
        pytest.param(
            dict.fromkeys(("stream", "sequence", "row", "at", "latency_us"), ()), id="no row"
        ),
    ],
)
def test_a_fact_whose_columns_do_not_fit_is_none(column: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="columns of different length, or without a row"):
        ObservationsVoided(**{**_columns(FIRST, SECOND), **column})


def test_a_corrected_result_is_held_against_a_bound_by_its_latency() -> None:
    rows = [FIRST, SECOND, SECOND._replace(at=AT + 2 * MINUTE, latency_us=900_000)]

    fact = corrected("good", *rows)

    assert fact.within(500_000) == {
        AT: Outcome.INCONCLUSIVE,
        AT + MINUTE: Outcome.GOOD,
        AT + 2 * MINUTE: Outcome.BAD,
    }
    assert voided(*rows).within(500_000) == dict.fromkeys(row.at for row in rows)


def test_corrections_stand_by_check_place_and_day_of_the_result() -> None:
    assert stream_of("prb-web", "loc-bonn", AT) == "corrections:prb-web:loc-bonn:2026-02-14"


def test_only_results_with_another_outcome_need_correction() -> None:
    assert CHOSEN.other_than(Outcome.GOOD).results == {AT: Outcome.BAD}
