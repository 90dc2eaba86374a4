"""A file may be imported again: it then changes nothing, whatever stands in it."""

from __future__ import annotations

from probes.outcome import Outcome
from slamon.app import imports
from slamon.app.imports import File, Imported, Result, Source
from slamon.cli.house import House
from slamon.sla.imports import ObservationsImported

CONTRADICTION = (
    Result("imp-a/svc-a", 1_000_000, Outcome.BAD, None),
    Result("imp-a/svc-a", 1_000_000, Outcome.GOOD, 7_000),
)


def _import(house: House) -> Imported:
    source = Source("imp-a", "loc-a", 60_000_000)
    return imports.record(
        house.ledger, source, File("a.csv", "00"), CONTRADICTION, actor="consultant"
    )


def test_of_two_results_at_one_instant_the_last_one_is_recorded(house: House) -> None:
    assert _import(house).recorded == 1

    (fact,) = (entry.fact for entry in house.ledger.stream("imports:imp-a"))
    assert isinstance(fact, ObservationsImported)
    assert fact.outcome == (Outcome.GOOD,)


def test_a_file_that_contradicts_itself_changes_nothing_when_imported_again(house: House) -> None:
    first = _import(house)
    again = _import(house)

    assert (again.recorded, again.position) == (0, None)
    assert house.ledger.position() == first.position
