"""The generated history of the demonstration: months of batches as an agent would have handed them in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from catalogue.instants import HOUR, format_instant
from probes.batch import NO_LATENCY, Edge, Missing, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe
from slamon.demo.latencies import latencies, lateness, pace_of_day
from slamon.demo.troubles import Sign, Trouble, troubles

DAY = 24 * HOUR
ROWS = 1000  # more probes than that in one assignment could not be cut between their due instants

Slot = tuple[int, int]
Before = dict[int, Outcome]
WentWrong = Callable[[str, int, int], Sequence[Trouble]]
"""What went wrong for a probe in `[begin, end)` (µs), later ones covering earlier ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Historian:
    """An agent that never was: what it would have handed in from `begin` to `end` (µs; None: to the first start).

    It asks `stagger` µs later than an agent of its plan would.
    """

    agent: str
    location: str
    begin: int
    end: int | None = None
    went_wrong: WentWrong = troubles
    stagger: int = 0

    def staggered(self, probes: Sequence[AssignedProbe]) -> tuple[AssignedProbe, ...]:
        """Give its probe list, made of that of others."""
        return tuple(
            each.model_copy(
                update={"phase": (each.phase + self.stagger) % each.segments[0].interval}
            )
            for each in probes
        )


class _Change(NamedTuple):
    """An edge at a place of the plan, and what was seen there."""

    place: int
    edge: Edge
    sign: Sign | None


@dataclass(frozen=True, slots=True)
class _Day:
    """All slots of a UTC day in plan order; the latency in µs of a slot without a row is None."""

    begin: int
    end: int
    plan: Sequence[Slot]
    latency: Sequence[int | None]
    lateness: Sequence[int]
    changes: Sequence[_Change] = ()


@dataclass(frozen=True, slots=True)
class _Days:
    """Days on which nothing happens: one for each pace, moved to where it is wanted."""

    assignment: AgentAssigned
    _known: dict[str, tuple[_Day, list[ObservationsRecorded]]] = field(default_factory=dict)

    def calm(self, begin: int, end: int) -> _Day:
        """Make a day, or the part `[begin, end)` of one."""
        if end - begin < DAY or not self._repeats():
            return _calm(self.assignment, begin, end)
        day, _ = self._whole(begin)
        by = begin - day.begin
        plan = [(due + by, index) for due, index in day.plan]
        return replace(day, begin=begin, end=end, plan=plan)

    def batches(self, begin: int, end: int) -> Iterator[ObservationsRecorded]:
        """Make the batches of a day that begins and stays as the one before it ended."""
        if end - begin < DAY or not self._repeats():
            yield from _batches(self.assignment.version, _calm(self.assignment, begin, end))
            return
        day, batches = self._whole(begin)
        by = begin - day.begin
        for batch in batches:
            yield batch.later(by)

    def _whole(self, begin: int) -> tuple[_Day, list[ObservationsRecorded]]:
        pace = pace_of_day(begin)
        if pace not in self._known:
            day = _calm(self.assignment, begin, begin + DAY)
            self._known[pace] = day, list(_batches(self.assignment.version, day))
        return self._known[pace]

    def _repeats(self) -> bool:
        """Whether all probes are due at the same clock times every day."""
        segments = [each for probe in self.assignment.probes for each in probe.segments]
        return all(
            each.from_ is None and each.to is None and DAY % each.interval == 0 for each in segments
        )


def history(
    assignment: AgentAssigned,
    begin: int,
    end: int,
    *,
    agent: str,
    spool: str,
    went_wrong: WentWrong = troubles,
) -> Iterator[tuple[str, int, ObservationsRecorded]]:
    """Generate the batches of `[begin, end)` (µs) as (stream, sequence of the UTC day, batch), in order.

    By default the last whole month of Bonn before `end` breaches objective o1 of `sla-unv-2026`; the same arguments
    give the same batches. Latencies repeat from week to week.
    """
    plagued = [went_wrong(each.probe, begin, end) for each in assignment.probes]
    days, before = _Days(assignment), Before()
    for midnight in range(begin - begin % DAY, end, DAY):
        stream = f"observations:{agent}:{spool}:{format_instant(midnight)[:10]}"
        span = max(begin, midnight), min(end, midnight + DAY)
        for sequence, batch in enumerate(_of_day(days, span, plagued, before), start=1):
            yield stream, sequence, batch


def _of_day(
    days: _Days, span: tuple[int, int], plagued: Sequence[Sequence[Trouble]], before: Before
) -> Iterator[ObservationsRecorded]:
    begin, end = span
    today = [[t for t in each if t.begin < end and t.end > begin] for each in plagued]
    calm = all(before.get(index) is Outcome.GOOD for index in range(len(plagued)))
    if calm and not any(today):
        return days.batches(begin, end)
    return _batches(days.assignment.version, _troubled(days, span, today, before))


def _calm(assignment: AgentAssigned, begin: int, end: int) -> _Day:
    plan = assignment.plan(begin, end)
    columns = [iter(latencies(p, assignment.location, begin, end)) for p in assignment.probes]
    latency = [next(columns[index]) for _, index in plan]
    return _Day(begin, end, plan, latency, lateness(begin, len(plan)))


def _troubled(
    days: _Days, span: tuple[int, int], today: Sequence[Sequence[Trouble]], before: Before
) -> _Day:
    """Make a day on which something happens, or on which an outcome is seen for the first time."""
    day = days.calm(*span)
    latency, changes = list(day.latency), list[_Change]()
    for index, probe in enumerate(days.assignment.probes):
        dues = list(probe.slots(*span))
        marks = _marks(dues, today[index])
        for place, trouble in marks.items():
            latency[bisect_left(day.plan, (dues[place], index))] = _latency(trouble)
        for place, outcome, sign in _turns(len(dues), marks, index, before):
            slot = dues[place], index
            edge = Edge(index, slot[0], outcome)
            changes.append(_Change(bisect_left(day.plan, slot), edge, sign))
    return replace(day, latency=latency, changes=sorted(changes, key=_place))


def _marks(dues: Sequence[int], plague: Sequence[Trouble]) -> dict[int, Trouble]:
    return {
        place: trouble
        for trouble in plague
        for place in range(bisect_left(dues, trouble.begin), bisect_left(dues, trouble.end))
    }


def _latency(trouble: Trouble) -> int | None:
    if trouble.sign is None:
        return None
    return NO_LATENCY if trouble.sign.latency is None else trouble.sign.latency


def _turns(
    count: int, marks: Mapping[int, Trouble], index: int, before: Before
) -> Iterator[tuple[int, Outcome, Sign | None]]:
    """Yield where the outcome of a probe changes; the first row after a missing slot always counts as one."""
    for place in sorted({0, *marks, *(mark + 1 for mark in marks)}):
        if place >= count:
            return
        trouble = marks.get(place)
        if trouble is not None and trouble.sign is None:
            before.pop(index, None)
            continue
        sign = None if trouble is None else trouble.sign
        outcome = Outcome.GOOD if sign is None else sign.outcome
        if before.get(index) is not outcome:
            yield place, outcome, sign
        before[index] = outcome


def _batches(assignment: int, day: _Day) -> Iterator[ObservationsRecorded]:
    begin, start = day.begin, 0
    for stop in _cuts(day.plan):
        end = day.plan[stop][0] if stop < len(day.plan) else day.end
        yield _batch(assignment, (begin, end), day, start, stop)
        begin, start = end, stop


def _cuts(plan: Sequence[Slot]) -> Iterator[int]:
    """Yield the places where batches end, never between slots that are due at one instant."""
    place = 0
    while len(plan) - place > ROWS:
        place = bisect_left(plan, (plan[place + ROWS][0], 0))
        yield place
    yield len(plan)


def _batch(
    assignment: int, span: tuple[int, int], day: _Day, start: int, stop: int
) -> ObservationsRecorded:
    values = day.latency[start:stop]
    rows = [value for value in values if value is not None]
    changes = day.changes[
        bisect_left(day.changes, start, key=_place) : bisect_left(day.changes, stop, key=_place)
    ]
    slots = zip(day.plan[start:stop], values, strict=True) if len(rows) < len(values) else ()
    return ObservationsRecorded.of(
        assignment,
        *span,
        edges=(each.edge for each in changes),
        missing=[Missing(index, due) for (due, index), value in slots if value is None],
        latency=rows,
        lateness=day.lateness[start : start + len(rows)],
        evidence={
            each.place - start - values[: each.place - start].count(None): Evidence(
                reason=each.sign.reason, text=each.sign.text
            )
            for each in changes
            if each.sign is not None
        },
    )


def _place(change: _Change) -> int:
    return change.place
