"""Causes of slots: whether a result stands in the ledger, and if none does, what explains that."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, get_args

from sqlalchemy import Connection, select

from catalogue.instants import format_instant, parse_instant
from probes.batch import BatchError, ObservationsRecorded
from probes.pausing import ProbePaused, ProbeResumed
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla.intake import BatchQuarantined
from slamon.views.batches import read_assignment
from slamon.views.batchtold import AttemptTold
from slamon.views.decoding import attempt_of
from slamon.views.handed import handed_in
from slamon.views.origins import Origins
from slamon.views.silent import silent_since
from slamon.views.slottold import Cause, SlotAt
from slamon.views.tables import alarm, assignment, covered
from slamon.views.traced import Tracer

HANDING_IN_US = 60_000_000  # what is observed may be that old before its batch is closed


CAUSES: tuple[Cause, ...] = get_args(Cause)


class Version(NamedTuple):
    """A version of an agent's assignment, and the position of its fact."""

    told: AgentAssigned
    position: int


@dataclass(frozen=True)
class Slot:
    """A slot of a probe at an agent: when it was due (µs), and under which assignment."""

    agent: str
    version: Version
    probe: AssignedProbe
    due: int
    interval: int

    @property
    def location(self) -> str:
        """Where it was due."""
        return self.version.told.location

    def told(self, cause: Cause, says: str, *facts: int) -> SlotAt:
        """The slot with its cause; the facts are ledger positions."""
        return SlotAt(
            location=self.location,
            agent=self.agent,
            cause=cause,
            says=says,
            due=format_instant(self.due),
            interval_us=self.interval,
            assignment=self.version.told.version,
            facts=tuple(sorted({*facts, self.version.position})),
        )


class Causes:
    """Answers of one state of the views, at an instant (µs)."""

    def __init__(self, connection: Connection, ledger: Ledger, now: int) -> None:
        self._connection = connection
        self._ledger = ledger
        self._now = now
        self._tracer = Tracer.of(connection, ledger)
        self._upto = self._tracer.upto

    def places(self, probe: str, instant: int) -> Iterator[SlotAt]:
        """What came of the slot due last by an instant (µs), at every place where an agent was ever told to ask."""
        if instant > self._now:
            yield SlotAt(
                location=None, agent=None, cause="not_come", says="this instant has not come"
            )
            return
        by_place: defaultdict[str, list[SlotAt]] = defaultdict(list)
        for agent, versions in self._versions(probe).items():
            told = self._at_agent(agent, versions, probe, instant)
            by_place[told.location or ""].append(told)
        for _, found in sorted(by_place.items()):
            yield min(found, key=_by_weight)

    def _versions(self, probe: str) -> dict[str, list[Version]]:
        """All versions of the assignments of each agent that ever asked a probe, in order."""
        rows = self._connection.execute(
            select(assignment.c.agent, assignment.c.body, assignment.c.position).order_by(
                assignment.c.agent, assignment.c.version
            )
        )
        found: defaultdict[str, list[Version]] = defaultdict(list)
        for row in rows:
            found[row.agent].append(Version(read_assignment(row.body), row.position))
        return {agent: told for agent, told in found.items() if any(_asks(v, probe) for v in told)}

    def _at_agent(self, agent: str, versions: list[Version], name: str, instant: int) -> SlotAt:
        version = self._followed(agent, versions, instant)
        if version is None:
            (first, *_) = versions
            says = f"{agent} had not been told anything then"
            return self._unassigned(agent, first, says)
        probe = _asks(version, name)
        if probe is None:
            says = f"assignment {version.told.version}, which {agent} followed then, does not name the probe"
            return self._unassigned(agent, version, says)
        due = _due(probe, instant)
        if due is None:
            return self._unassigned(agent, version, _not_due(probe, instant), "not_due")
        interval = probe.interval_at(due) or 0
        return self._cause(Slot(agent, version, probe, due, interval))

    def _unassigned(
        self, agent: str, version: Version, says: str, cause: Cause = "not_assigned"
    ) -> SlotAt:
        return SlotAt(
            location=version.told.location,
            agent=agent,
            cause=cause,
            says=says,
            assignment=version.told.version,
            facts=(version.position,),
        )

    def _followed(self, agent: str, versions: list[Version], instant: int) -> Version | None:
        """What the agent followed: as its batch says, or else what was recorded last by then."""
        for entry in self._batches(agent, instant):
            if isinstance(entry.fact, ObservationsRecorded):
                named = entry.fact.assignment
                return next((each for each in versions if each.told.version == named), None)
        known = self._ledger.position_at(instant)
        place = bisect_right(versions, known, key=lambda each: each.position)
        return versions[place - 1] if place else None

    def _batches(self, agent: str, instant: int) -> Iterator[Entry]:
        """The batches of an agent whose span holds an instant, of each of its spools."""
        day = format_instant(instant)[:10]
        query = select(covered.c.spool).where(covered.c.agent == agent).order_by(covered.c.spool)
        for spool in self._connection.execute(query).scalars().all():
            found = self._tracer.batch_at(f"observations:{agent}:{spool}:{day}", instant)
            if found is not None:
                yield found

    def _cause(self, slot: Slot) -> SlotAt:
        batches = list(self._batches(slot.agent, slot.due))
        for entry in sorted(batches, key=lambda each: -each.position):
            if attempt := self._attempt(slot, entry):
                return self._recorded(slot, entry, attempt)
        return self._missing(slot, batches)

    def _attempt(self, slot: Slot, entry: Entry) -> AttemptTold | None:
        return attempt_of(self._connection, self._ledger, entry, slot.probe.probe, slot.due)

    def _recorded(self, slot: Slot, entry: Entry, attempt: AttemptTold) -> SlotAt:
        check, at = slot.probe.probe, parse_instant(attempt.at)
        standing = Origins(self._connection).chosen(check, slot.location, at, at + 1).results
        outcome = standing[at].name.lower() if at in standing else None
        corrected = [
            each.position
            for each in self._tracer.corrections([(check, slot.location)], (at, at + 1))
            if each.within(at, at + 1)
        ]
        told = slot.told(*_said(attempt, outcome, corrected), entry.position, *corrected)
        return told.model_copy(update={"outcome": outcome, "attempt": attempt})

    def _missing(self, slot: Slot, batches: list[Entry]) -> SlotAt:
        """Explain a slot without a row: by a batch that was set aside, by the agent's own word, or not at all."""
        where = [each.position for each in batches]
        if aside := self._set_aside(slot):
            says = f"the batch that may hold it was set aside: {aside[1]}"
            return slot.told("quarantined", says, aside[0])
        if pause := self._pause(slot):
            says = f"{slot.agent} leaves it in peace: {pause[1]}"
            return slot.told("paused", says, *pause[0], *where)
        if gap := self._interruption(slot):
            return slot.told("interrupted", f"{slot.agent} did not probe: {gap[1]}", gap[0], *where)
        if batches:
            says = f"{slot.agent} did not begin it in time, and says nothing of why"
            return slot.told("not_started", says, *where)
        return self._unreported(slot)

    def _set_aside(self, slot: Slot) -> tuple[int, str] | None:
        day = format_instant(slot.due)[:10]
        query = select(alarm.c.position, alarm.c.reason).where(
            alarm.c.agent == slot.agent, alarm.c.kind == "quarantined", alarm.c.day == day
        )
        for row in self._connection.execute(query.order_by(alarm.c.position)):
            (entry,) = self._ledger.since(row.position - 1, limit=1)
            if isinstance(entry.fact, BatchQuarantined) and _spans(entry.fact, slot.due):
                return row.position, row.reason
        return None

    def _pause(self, slot: Slot) -> tuple[tuple[int, ...], str] | None:
        """The facts of the pause that holds the slot, and why it began."""
        began: tuple[tuple[int, ...], str] | None = None
        for entry in self._ledger.stream(f"pauses:{slot.agent}", upto=self._upto):
            match entry.fact:
                case ProbePaused() as told if told.probe == slot.probe.probe:
                    began = ((entry.position,), told.reason) if told.from_ <= slot.due else None
                    if began and told.until is not None and told.until <= slot.due:
                        began = None
                case ProbeResumed() as told if told.probe == slot.probe.probe and began:
                    if slot.due < told.at:
                        return (*began[0], entry.position), began[1]
                    began = None
        return began

    def _interruption(self, slot: Slot) -> tuple[int, str] | None:
        for entry in self._ledger.stream(f"interruptions:{slot.agent}", upto=self._upto):
            gap = entry.fact
            if isinstance(gap, ProbingInterrupted) and gap.from_ <= slot.due < gap.to:
                return entry.position, gap.reason
        return None

    def _unreported(self, slot: Slot) -> SlotAt:
        until = handed_in(self._connection).get(slot.agent)
        if slot.version.told.simulated:
            says = f"the history that was generated for {slot.agent} does not reach so far"
            return slot.told("not_assigned", says)
        so_far = f"handed in until {format_instant(until)}" if until else "never handed in anything"
        if until is not None and until > slot.due:
            says = f"{slot.agent} {so_far}, and no batch holds the slot: its spool was lost, or is still to come"
            return slot.told("lost", says)
        overdue = slot.due + slot.probe.validity(slot.interval) + HANDING_IN_US
        if self._now < overdue and not self._silent(slot.agent, until or 0):
            return slot.told("not_reported", f"not yet reported: {slot.agent} {so_far}")
        return slot.told("silent", f"{slot.location} is silent: {slot.agent} {so_far}")

    def _silent(self, agent: str, heard: int) -> bool:
        return silent_since(self._connection, self._ledger, agent, heard, self._now) > 0


def _by_weight(told: SlotAt) -> tuple[int, int]:
    """Of several agents that were told to ask at one place the one that knows most speaks, else the newest."""
    return CAUSES.index(told.cause), -max(told.facts, default=0)


def _asks(version: Version, probe: str) -> AssignedProbe | None:
    return next((each for each in version.told.probes if each.probe == probe), None)


def _due(probe: AssignedProbe, instant: int) -> int | None:
    """The last slot at or before an instant, as long as the probe is due at all then."""
    interval = probe.interval_at(instant)
    if interval is None:
        return None
    longest = max(each.interval for each in probe.segments)
    return max(probe.slots(instant - longest + 1, instant + 1), default=None)


def _not_due(probe: AssignedProbe, instant: int) -> str:
    spans = [
        f"from {format_instant(each.from_) if each.from_ is not None else 'always'} "
        f"to {format_instant(each.to) if each.to is not None else 'further notice'}"
        for each in probe.segments
    ]
    if probe.interval_at(instant) is not None:
        return "its first slot comes later"
    return f"it is asked only {' and '.join(spans)}"


def _said(attempt: AttemptTold, outcome: str | None, corrected: list[int]) -> tuple[Cause, str]:
    if outcome is None:
        return "voided", f"recorded as {attempt.outcome}, and voided since"
    if outcome != attempt.outcome and corrected:
        return "corrected", f"recorded as {attempt.outcome}, and corrected to {outcome}"
    why = attempt.kept.reason if attempt.kept else None
    text = f": {why.replace('_', ' ')}" if why else ""
    if outcome == "inconclusive":
        return "inconclusive", f"the attempt says nothing about the target{text}"
    return "recorded", f"the result is {outcome}{text}"


def _spans(aside: BatchQuarantined, due: int) -> bool:
    """Whether a batch that was set aside holds an instant, as far as its bytes can be read."""
    with suppress(BatchError):
        batch = ObservationsRecorded.from_bytes(aside.payload)
        return batch.begin <= due < batch.end
    return False
