"""Results of files: each once, a changed one as its correction, all of a file or nothing."""

from __future__ import annotations

from typing import cast

import pytest

from catalogue.instants import HOUR
from probes.outcome import Outcome
from slamon.app.imports import ROWS_PER_FACT, File, Imported, Result, Source, record
from slamon.ledger.store import ConflictError, Ledger
from slamon.sla.imports import ObservationsImported

SOURCE = Source("imp-paper", "loc-bonn", 26 * HOUR)
FILE = File("paper.csv", "0" * 64)
ROWS = [
    Result("imp-paper/svc-a", HOUR, Outcome.GOOD, 5_000),
    Result("imp-paper/svc-b", HOUR, Outcome.BAD, None),
]


def _record(ledger: Ledger, rows: list[Result]) -> Imported:
    return record(ledger, SOURCE, FILE, rows, actor="tester")


def _facts(ledger: Ledger) -> list[ObservationsImported]:
    return [cast("ObservationsImported", e.fact) for e in ledger.stream("imports:imp-paper")]


def test_results_are_recorded_with_their_place_and_how_long_they_speak(ledger: Ledger) -> None:
    assert _record(ledger, ROWS) == Imported(2, 0, ledger.position())

    (fact,) = _facts(ledger)
    assert (fact.location, fact.validity_us, fact.file) == ("loc-bonn", 26 * HOUR, "paper.csv")
    assert fact.checks == ("imp-paper/svc-a", "imp-paper/svc-b")
    assert (fact.at, fact.outcome, fact.latency_us) == ((HOUR, HOUR), (0, 2), (5_000, None))


def test_the_same_results_again_record_nothing(ledger: Ledger) -> None:
    _record(ledger, ROWS)

    assert _record(ledger, ROWS) == Imported(0, 2, None)
    assert len(_facts(ledger)) == 1


def test_only_what_is_new_is_recorded(ledger: Ledger) -> None:
    _record(ledger, ROWS)
    later = Result("imp-paper/svc-a", 2 * HOUR, Outcome.GOOD, None)

    done = _record(ledger, [*ROWS, later])

    assert (done.recorded, done.known) == (1, 2)
    assert _facts(ledger)[-1].at == (2 * HOUR,)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(ROWS[0]._replace(outcome=Outcome.BAD), id="another outcome"),
        pytest.param(ROWS[0]._replace(latency_us=6_000), id="another latency"),
    ],
)
def test_a_changed_result_is_recorded_as_its_correction(ledger: Ledger, changed: Result) -> None:
    _record(ledger, ROWS)

    assert _record(ledger, [changed, ROWS[1]]).recorded == 1
    assert _record(ledger, [changed, ROWS[1]]).recorded == 0
    assert _record(ledger, ROWS).recorded == 1


def test_a_long_file_becomes_several_facts_in_one_transaction(ledger: Ledger) -> None:
    rows = [Result("imp-paper/svc-a", n, Outcome.GOOD, None) for n in range(ROWS_PER_FACT + 1)]

    _record(ledger, rows)

    entries = list(ledger.stream("imports:imp-paper"))
    assert [len(fact.at) for fact in _facts(ledger)] == [ROWS_PER_FACT, 1]
    assert len({entry.recorded_at for entry in entries}) == 1


def test_nothing_is_recorded_where_another_import_came_between(ledger: Ledger) -> None:
    other = ROWS[0]._replace(at=3 * HOUR)

    def meanwhile(_: int) -> None:
        record(ledger, SOURCE, FILE, [other], actor="somebody else")

    with pytest.raises(ConflictError):
        record(ledger, SOURCE, FILE, ROWS, actor="tester", progress=meanwhile)
    assert [fact.at for fact in _facts(ledger)] == [(3 * HOUR,)]
