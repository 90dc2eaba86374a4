"""Write the generated history of the demonstration into the ledger, as its agents would have handed it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned, AssignedProbe
from slamon.app import agents
from slamon.cli.house import House
from slamon.demo.history import Historian, history
from slamon.ledger.store import Write

SPOOL = "generated"
STREAMS_AT_ONCE = 10

Tick = Callable[[int], None]


def generate(
    house: House, historian: Historian, probes: Sequence[AssignedProbe], *, actor: str, tick: Tick
) -> None:
    """Write what a historian has seen and the ledger does not hold yet.

    One without an end tells until the instant it was assigned. `tick` gets the instant up to which all is written.
    """
    assignment = _assigned(house, historian, probes, actor)
    end = historian.end or assigned_at(house, historian)
    if _told_until(house, historian, end):
        return
    waiting: list[Write] = []
    for stream, batches in _by_stream(assignment, historian, end):
        written = house.ledger.version(stream)
        if len(batches) > written:
            waiting.append(Write(stream, batches[written:], written))
        if len(waiting) >= STREAMS_AT_ONCE:
            _append(house, historian, waiting)
            waiting = []
        tick(batches[-1].end)
    _append(house, historian, waiting)


def assigned_at(house: House, historian: Historian) -> int:
    """The instant (µs) at which a historian was told what to ask."""
    return next(iter(house.ledger.stream(f"assignment:{historian.agent}"))).recorded_at


def _told_until(house: House, historian: Historian, end: int) -> bool:
    """Whether the last day is written; days are written whole and in order."""
    day = format_instant(end - 1)[:10]
    return house.ledger.version(f"observations:{historian.agent}:{SPOOL}:{day}") > 0


def _assigned(
    house: House, historian: Historian, probes: Sequence[AssignedProbe], actor: str
) -> AgentAssigned:
    known = agents.assignment(house.ledger, historian.agent)
    return known or agents.assign(
        house.ledger,
        historian.agent,
        historian.staggered(probes),
        location=historian.location,
        actor=actor,
        simulated=True,
    )


def _append(house: House, historian: Historian, waiting: Sequence[Write]) -> None:
    house.ledger.append_all(waiting, actor=f"agent:{historian.agent}", cause="demonstration")


def _by_stream(
    assignment: AgentAssigned, historian: Historian, end: int
) -> Iterator[tuple[str, list[ObservationsRecorded]]]:
    current, batches = "", list[ObservationsRecorded]()
    seen = history(
        assignment,
        historian.begin,
        end,
        agent=historian.agent,
        spool=SPOOL,
        went_wrong=historian.went_wrong,
    )
    for stream, _, batch in seen:
        if stream != current and batches:
            yield current, batches
            batches = []
        current = stream
        batches.append(batch)
    if batches:
        yield current, batches
