"""A batch that was handed in, and again under the new name of its spool as the answer was lost, counts once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from probes.outcome import Outcome
from probes.spool import Spool
from slamon.app import agents

HOUR = 3_600_000_000
AGENT = "agent-bonn"
BY_SPOOL = ("covered", "spool_day", "alarm", "view_state")
ATTEMPTS = (
    "latency_day",
    "latency_state",
)  # count attempts by batch, for percentiles; nothing is judged by them
POSITIONS = ("position", "since")


def _filled(world: Any, kit: Any, path: Path) -> Spool:
    """A spool with two days of results in batches of twelve hours; mail is bad for the second half day."""
    assigned = world.agents[AGENT].assigned
    spool = Spool(path)
    spool.follow(assigned, kit.begin)
    for part in range(4):
        begin, end = (kit.begin + (part + n) * 12 * HOUR for n in (0, 1))
        outcome = Outcome.BAD if part == 1 else Outcome.GOOD
        rows = [kit.row(due, index, outcome) for due, index in assigned.plan(begin, end)]
        spool.record(assigned.version, rows)
        spool.close_until(assigned.version, end)
    return spool


def _hand_in(world: Any, kit: Any, spool: Spool, *, lost: int) -> None:
    """Hand in what waits; of the batch numbered `lost` no answer comes, and the spool is given another name."""
    number = 0
    while parcel := spool.parcels.oldest():
        number += 1
        taken = agents.take_batch(
            *(world.ledger, AGENT, parcel.spool, parcel.day, parcel.sequence, parcel.data),
            now=kit.begin + 50 * HOUR,
            fingerprint=parcel.fingerprint,
        )
        assert taken.quarantined is None
        if number == lost:
            spool.parcels.renew()
        spool.parcels.acknowledge(parcel, 0)  # of its old name there is nothing to acknowledge
    spool.close()


def _told(kit: Any, tmp_path: Path, lost: int) -> tuple[Any, Any, int]:
    """What the views hold, what is said of the agents, and how many batches the ledger has."""
    with kit.opened() as world:
        world.state_promises()
        world.assign(AGENT)
        spool = _filled(world, kit, tmp_path / f"spool-{lost}.db")
        _hand_in(world, kit, spool, lost=lost)
        world.fold()
        without = dict.fromkeys(("probe_day", "pace_day", "probe_last"), POSITIONS)
        with world.views.reading() as connection:
            rows = kit.dump(connection, but=(*BY_SPOOL, *ATTEMPTS), without=without)
        counted = world.reading.completeness(kit.begin + 50 * HOUR)
        return rows, counted, len(world.batches())


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(1, id="the first batch"),
        pytest.param(2, id="the one in which a probe changed"),
        pytest.param(4, id="the last"),
    ],
)
def test_what_was_handed_in_under_two_names_counts_once(
    kit: Any, tmp_path: Path, lost: int
) -> None:
    once, complete, batches = _told(kit, tmp_path, 0)
    twice, complete_too, more = _told(kit, tmp_path, lost)

    assert (batches, more) == (4, 5)
    assert complete_too == complete
    assert twice == once
