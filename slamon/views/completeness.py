"""Completeness: how many of the slots that were due at an agent have a result, over the last full hour and day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import Connection, select

from catalogue.instants import HOUR, format_instant
from catalogue.intervals import Span
from probes.spec import AgentAssigned, AssignedProbe
from slamon.ledger.store import Ledger
from slamon.sla.runs import DAY_US, Run
from slamon.views.answers import Answer
from slamon.views.batches import read_assignment
from slamon.views.daybook import unpack
from slamon.views.tables import assignment, probe_day

ENOUGH = Fraction(9, 10)

Runs = Mapping[str, Sequence[Run]]
"""The runs of each check at one place."""


class SlotCount(Answer):
    """How many slots were due in a span of UTC, and how many of these have a result."""

    from_: str
    to: str
    due: int
    observed: int

    @property
    def ratio(self) -> Fraction | None:
        """The share that was observed; None where nothing was due."""
        return Fraction(self.observed, self.due) if self.due else None

    @property
    def percent(self) -> str | None:
        """The share in percent, cut off to hundredths: only all of them are 100.00."""
        if self.ratio is None:
            return None
        whole, rest = divmod(int(self.ratio * 10_000), 100)
        return f"{whole}.{rest:02}"

    @property
    def few(self) -> bool:
        """Whether so many are missing that it asks to be looked at: more than a tenth, as EGI allows at most."""
        return self.ratio is not None and self.ratio < ENOUGH


class Completeness(Answer):
    """The slots of an agent in the last full hour and in the last full day of UTC."""

    agent: str
    location: str
    hour: SlotCount
    day: SlotCount


class Followed(NamedTuple):
    """An assignment, and the span (µs) in which it was the newest."""

    told: AgentAssigned
    span: Span


def completeness(connection: Connection, ledger: Ledger, now: int) -> tuple[Completeness, ...]:
    """Of every agent that measures, by its id; what was due is what it had been told by then."""
    hour = (now // HOUR * HOUR - HOUR, now // HOUR * HOUR)
    day = (now // DAY_US * DAY_US - DAY_US, now // DAY_US * DAY_US)
    found = []
    for agent, versions in _versions(connection).items():
        followed = list(_followed(ledger, versions, min(day[0], hour[0]), now))
        if not followed:
            continue
        location = followed[-1].told.location
        runs = _runs(connection, location, (min(day[0], hour[0]), now))
        found.append(
            Completeness(
                agent=agent,
                location=location,
                hour=_count(followed, runs, hour),
                day=_count(followed, runs, day),
            )
        )
    return tuple(found)


class _Version(NamedTuple):
    told: AgentAssigned
    position: int


def _versions(connection: Connection) -> dict[str, list[_Version]]:
    """What each agent that measures was told, in order."""
    table = assignment.c
    rows = connection.execute(
        select(table.agent, table.body, table.position)
        .where(table.simulated.is_(False))
        .order_by(table.agent, table.version)
    )
    found: dict[str, list[_Version]] = {}
    for row in rows:
        told = _Version(read_assignment(row.body), row.position)
        found.setdefault(row.agent, []).append(told)
    return found


def _followed(
    ledger: Ledger, versions: Sequence[_Version], since: int, now: int
) -> Iterator[Followed]:
    """The assignments that were the newest at some time after an instant, the newest last."""
    begins: list[tuple[int, AgentAssigned]] = []
    for told, position in reversed(versions):
        (entry,) = ledger.since(position - 1, limit=1)
        begins.append((entry.recorded_at, told))
        if entry.recorded_at <= since:
            break
    begins.reverse()
    ends = [*(at for at, _ in begins[1:]), now]
    for (begin, told), end in zip(begins, ends, strict=True):
        yield Followed(told, (begin, end))


def _runs(connection: Connection, location: str, span: Span) -> Runs:
    table = probe_day.c
    query = select(table.check, table.runs).where(
        table.location == location, table.day.between(span[0] // DAY_US, span[1] // DAY_US)
    )
    found: dict[str, list[Run]] = {}
    for row in connection.execute(query.order_by(table.check, table.day)):
        found.setdefault(row.check, []).extend(unpack(row.runs))
    return found


def _count(followed: Sequence[Followed], runs: Runs, span: Span) -> SlotCount:
    due = observed = 0
    for told, (since, until) in followed:
        begin, end = max(span[0], since), min(span[1], until)
        for probe in told.probes if begin < end else ():
            slots = list(_slots(probe, begin, end))
            due += sum(count for _, _, count in slots)
            observed += sum(_observed(runs.get(probe.probe, ()), each) for each in slots)
    return SlotCount(
        from_=format_instant(span[0]), to=format_instant(span[1]), due=due, observed=observed
    )


def _slots(probe: AssignedProbe, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    yield from probe.progressions(begin, end)


def _observed(runs: Sequence[Run], slots: tuple[int, int, int]) -> int:
    """How many of some evenly spaced slots have a result: one that was begun late belongs to the slot before it."""
    first, step, count = slots
    end = first + step * count
    found = sum(run.before(end) - run.before(first) for run in runs)
    return min(found, count)
