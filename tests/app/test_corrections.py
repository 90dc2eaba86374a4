"""Choosing results and correcting them: what is refused, and that the same again records nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from catalogue.instants import HOUR, MINUTE, parse_instant
from probes.outcome import Outcome
from probes.spec import AssignedProbe
from slamon.app import agents, corrections, imports
from slamon.app.corrections import Corrected, Selection
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import Ledger
from slamon.sla.corrections import Chosen, ObservationsVoided

BEGIN = parse_instant("2026-03-02T10:00:00Z")
NOW = BEGIN + 24 * HOUR
DAY = "2026-03-02"


@dataclass
class Known:
    """What views would say of results: by check and place, outcomes by instant."""

    results: dict[tuple[str, str], dict[int, Outcome]]
    streams: tuple[str, ...]
    position: int

    def checks(self) -> tuple[str, ...]:
        return tuple(sorted({check for check, _ in self.results}))

    def places(self, check: str) -> tuple[str, ...]:
        return tuple(place for each, place in self.results if each == check)

    def chosen(self, check: str, location: str, begin: int, end: int) -> Chosen:
        found = self.results[check, location]
        inside = {at: outcome for at, outcome in found.items() if begin <= at < end}
        return Chosen(check, location, inside, self.streams, self.position)


MINUTES = {BEGIN + n * MINUTE: Outcome.BAD for n in range(3)}


@pytest.fixture
def known(
    ledger: Ledger, probes: Callable[..., list[AssignedProbe]], batch: Callable[..., bytes]
) -> Known:
    """Three bad minutes of two probes at one place, in a batch of an agent."""
    agents.assign(ledger, "bonn", probes("prb-mail", "prb-web"), location="loc-bonn", actor="us")
    taken = agents.take_batch(ledger, "bonn", "8f", DAY, 1, batch(Outcome.BAD), now=NOW)
    results = {("prb-mail", "loc-bonn"): dict(MINUTES), ("prb-web", "loc-bonn"): dict(MINUTES)}
    return Known(results, (f"observations:bonn:8f:{DAY}",), taken.position)


def _choose(known: Known, **changed: object) -> Chosen:
    said = {"check": "prb-web", "location": "loc-bonn", "begin": BEGIN, "end": BEGIN + HOUR}
    return corrections.choose(known, Selection(**{**said, **changed}), now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "error", "sentence"),
    [
        pytest.param(
            {"end": BEGIN},
            Refused,
            "from 2026-03-02T10:00:00Z to 2026-03-02T10:00:00Z there is no time: "
            "the span must end after it begins",
            id="an empty span",
        ),
        pytest.param(
            {"end": NOW + 1},
            Refused,
            "2026-03-03T10:00:00.000001Z has not come: "
            "end the span at 2026-03-03T10:00:00Z at the latest",
            id="a span that has not come",
        ),
        pytest.param(
            {"check": "prb-wbe"},
            Unknown,
            "no check 'prb-wbe' has results; prb-mail, prb-web have",
            id="an unknown check",
        ),
        pytest.param(
            {"location": "loc-rome"},
            Unknown,
            "prb-web has no results from 'loc-rome', but from loc-bonn",
            id="an unknown place",
        ),
        pytest.param(
            {"begin": BEGIN + HOUR, "end": BEGIN + 2 * HOUR},
            Refused,
            "from 2026-03-02T11:00:00Z to 2026-03-02T12:00:00Z no result of prb-web at loc-bonn "
            "stands; choose another span",
            id="a span without results",
        ),
    ],
)
def test_what_cannot_be_chosen(
    known: Known, changed: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refused:
        _choose(known, **changed)

    assert str(refused.value) == sentence


def test_the_place_may_be_left_out_where_there_is_one(known: Known) -> None:
    assert _choose(known, location=None).location == "loc-bonn"

    known.results["prb-web", "loc-rome"] = dict(MINUTES)
    with pytest.raises(Refused, match="results from loc-bonn, loc-rome; name one of them"):
        _choose(known, location=None)


def test_p1_results_of_a_batch_are_voided_once(ledger: Ledger, known: Known) -> None:
    chosen = _choose(known, begin=BEGIN + MINUTE)

    done = corrections.void(ledger, chosen, reason="a false alarm", actor="rita")
    again = corrections.void(ledger, chosen, reason="a false alarm", actor="rita")

    stream = f"corrections:prb-web:loc-bonn:{DAY}"
    assert done == Corrected(2, (stream,), ledger.position())
    assert again == Corrected(0, (), None)
    (entry,) = ledger.stream(stream)
    fact = entry.fact
    assert isinstance(fact, ObservationsVoided)
    # Rows are in plan order: both probes are due at each minute.
    assert (fact.sequence, fact.row) == ((1, 1), (3, 5))
    assert (fact.at, fact.latency_us) == ((BEGIN + MINUTE, BEGIN + 2 * MINUTE), (1_000, 1_000))
    assert (fact.position, entry.actor) == (known.position, "rita")


def test_only_results_with_another_outcome_are_corrected(ledger: Ledger, known: Known) -> None:
    known.results["prb-web", "loc-bonn"][BEGIN] = Outcome.GOOD

    done = corrections.correct(ledger, _choose(known), Outcome.GOOD, reason="why", actor="rita")
    again = corrections.correct(ledger, _choose(known), Outcome.GOOD, reason="why", actor="rita")

    assert (done.results, again.results, again.position) == (2, 0, None)


def test_a_result_voided_meanwhile_is_not_corrected(ledger: Ledger, known: Known) -> None:
    chosen = _choose(known)
    corrections.void(ledger, chosen, reason="why", actor="rita")

    with pytest.raises(Refused, match="a voided result cannot be corrected"):
        corrections.correct(ledger, chosen, Outcome.GOOD, reason="why", actor="otto")


def test_a_correction_without_a_reason_is_refused(ledger: Ledger, known: Known) -> None:
    with pytest.raises(Refused, match="a correction needs a reason"):
        corrections.void(ledger, _choose(known), reason=" ", actor="rita")


def test_p1_of_an_imported_result_the_one_recorded_last_is_voided(ledger: Ledger) -> None:
    source = imports.Source("imp-paper", "loc-bonn", HOUR)
    file = imports.File("paper.csv", "0" * 64)
    for outcome in (Outcome.BAD, Outcome.DEGRADED):
        rows = [imports.Result("imp-paper/svc-a", BEGIN, outcome, 7)]
        imports.record(ledger, source, file, rows, actor="tester")
    results = {("imp-paper/svc-a", "loc-bonn"): {BEGIN: Outcome.DEGRADED}}
    known = Known(results, ("imports:imp-paper",), ledger.position())

    done = corrections.void(
        ledger, _choose(known, check="imp-paper/svc-a"), reason="why", actor="rita"
    )

    (entry,) = ledger.stream(done.streams[0])
    assert isinstance(entry.fact, ObservationsVoided)
    assert (entry.fact.sequence, entry.fact.row, entry.fact.latency_us) == ((2,), (0,), (7,))


def test_results_over_midnight_are_corrected_together_in_a_stream_of_each_day(
    ledger: Ledger, known: Known
) -> None:
    late = imports.Source("imp-paper", "loc-bonn", HOUR)
    ats = [parse_instant(f"2026-03-0{day}T{hour}:00:00Z") for day, hour in ((1, 23), (2, "01"))]
    rows = [imports.Result("imp-paper/svc-a", at, Outcome.BAD, None) for at in ats]
    imports.record(ledger, late, imports.File("paper.csv", "0"), rows, actor="tester")
    known.results["imp-paper/svc-a", "loc-bonn"] = dict.fromkeys(ats, Outcome.BAD)
    known.streams, known.position = ("imports:imp-paper",), ledger.position()
    chosen = _choose(known, check="imp-paper/svc-a", begin=ats[0])

    done = corrections.void(ledger, chosen, reason="why", actor="rita")

    assert done.streams == tuple(
        f"corrections:imp-paper/svc-a:loc-bonn:2026-03-0{day}" for day in (1, 2)
    )


def test_a_result_that_stands_nowhere_is_an_error_of_ours(ledger: Ledger, known: Known) -> None:
    known.results["prb-web", "loc-bonn"][BEGIN + 1] = Outcome.BAD

    with pytest.raises(LookupError, match="1 results of prb-web stand in no stream"):
        corrections.void(ledger, _choose(known), reason="why", actor="rita")
