"""The agent: follows its assignment, probes on time, and hands over every row exactly once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable

from pydantic import ValidationError

from probes.assembly import Row
from probes.centre import KEY_REFUSED, Answer, Centre, UnreachableError
from probes.clockwatch import LIMIT, ClockWatch, Disturbance
from probes.closing import DAY, OpenBatch, longest_wait
from probes.courier import SLOW, Courier
from probes.dialogue import Surroundings
from probes.health import AgentHealth, Lateness
from probes.keeping import BYTES_PER_MIB, Keeping
from probes.leaving import Leaving
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.recorder import Recorder
from probes.spec import AgentAssigned, ProbingInterrupted
from probes.spool import Spool
from probes.trust import disturbed, timed
from probes.wheel import Slot, Wheel, wall_clock
from probes.worth import Worth

POLL = 5.0  # s, as are the five below
TIDY = 3600.0
TELL = 15.0
CLOSING_TICK = 0.2
GRACE = 15.0
LAST_PUSH = 5.0
SECOND = 1_000_000  # µs
GAP_LEFT = SECOND
# Beyond what the centre takes as the future, an agent need not wait for its clock.
SET_BACK = 60 * SECOND
SET_BACK_SAID = "the clock was set back"
UNCHANGED = 304
OK = 200

log = logging.getLogger(__name__)


class Agent:
    """One agent on one spool; `run` ends when asked to stop, or loudly. It asks for news every `poll` s."""

    def __init__(
        self,
        spool: Spool,
        centre: Centre,
        surroundings: Surroundings,
        clock: Callable[[], int] = wall_clock,
        poll: float = POLL,
        keeping: Keeping | None = None,
    ) -> None:
        self._spool = spool
        self._centre = centre
        self._surroundings = surroundings
        self._clock = clock
        self._poll = poll
        self._keeping = keeping or Keeping()
        self._worth = Worth()
        self.clock_set_back = False
        self._set_back_to = 0
        self._recorder = Recorder(spool)
        self._courier = Courier(spool, self._recorder, centre)
        self._watch = ClockWatch(clock, self._disturbed)
        self._wheel = Wheel(self._attempt, self._watch.now)
        self._gaps: list[ProbingInterrupted] = []
        self._lateness = Lateness()
        self._leaving = Leaving(spool.pauses, self._recorder, clock)
        self._assignment: AgentAssigned | None = None
        self._open: dict[int, OpenBatch] = {}
        self._etag: str | None = None
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Ask the agent to finish what is in flight, hand it over, and end."""
        self._stopped.set()

    async def run(self, parent: int | None = None) -> bool:
        """Probe until stopped, or until the `parent` process is gone; False after a conflict.

        With `clock_set_back` it has stopped because another one must begin at the present, which is the past.

        Raises:
            ExceptionGroup: a fault of ours, such as a spool that cannot be written.

        """
        try:
            await self._resume()
            await self._work(parent)
            await self._hand_in()
        finally:
            self._recorder.close()
        return not self._courier.conflict

    async def _resume(self) -> None:
        """Close what the last run left open, explain the gap, and go on at the next slot."""
        await self._leaving.read()
        spans = await self._recorder.do(self._spool.spans)
        clean = await self._recorder.do(lambda: self._spool.clean)
        await self._recorder.do(self._spool.mark, clean=False)
        if not spans:
            return
        reason = "the agent was stopped" if clean else "the agent ended without a clean stop"
        if spans[-1].begin > self._clock() + SET_BACK:
            log.error("the clock was set back: probing begins anew, at the present")
            await self._recorder.do(self._spool.begin_at, self._clock())
            reason = SET_BACK_SAID
            spans = await self._recorder.do(self._spool.spans)
        now = max(self._clock(), spans[-1].begin)
        since = await self._recorder.do(self._spool.silent_since, spans[-1], now)
        await self._close_gap(since, now, reason)
        while self._clock() - now > GAP_LEFT:  # a long gap takes long to close
            since, now = now, self._clock()
            await self._close_gap(since, now, reason)
        (going_on,) = await self._recorder.do(self._spool.spans)
        self._begin(going_on.assignment, going_on.begin, going_on.before)

    async def _close_gap(self, since: int, now: int, reason: str) -> None:
        if since < now:
            gap = ProbingInterrupted(from_=since, to=now, reason=reason)
            await self._recorder.do(self._spool.interrupted, gap)
        for span in await self._recorder.do(self._spool.spans):
            end = now if span.until is None else span.until
            await self._recorder.do(self._spool.close_until, span.assignment.version, end)

    def _begin(self, assignment: AgentAssigned, since: int, before: dict[int, Outcome]) -> None:
        self._assignment = assignment
        self._open[assignment.version] = OpenBatch(since, before, longest_wait(assignment))
        self._wheel.turn_to(assignment, since)

    async def _work(self, parent: int | None) -> None:
        async with asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(self._watch.run()),
                tasks.create_task(self._recorder.run()),
                tasks.create_task(self._courier.run()),
                tasks.create_task(self._close_batches()),
                tasks.create_task(self._follow()),
                tasks.create_task(self._tidy()),
                tasks.create_task(self._tell_health()),
                tasks.create_task(self._look_at_pauses()),
                tasks.create_task(self._mind(parent)),
            ]
            wheel = tasks.create_task(self._wheel.run())
            await self._stopped.wait()
            self._wheel.stop()
            await asyncio.wait([wheel], timeout=GRACE)
            self._watch.end()
            for task in (wheel, *beside):
                task.cancel()

    def _disturbed(self, found: Disturbance) -> None:
        """Give up what could not be asked at its time, so that nothing is caught up, and explain it."""
        lost = self._wheel.lose(found.begin, found.end)
        log.warning("%s", found.text)
        if abs(found.stepped) > LIMIT:
            self._centre.clock_set(found.stepped)
        # A clock that goes back passes instants again at which the slots were asked already.
        begin, end = min(found.begin, found.end), max(found.begin, found.end)
        begin = begin if lost is None else min(begin, lost)
        if end - found.end > SET_BACK:
            self._begin_anew(found.end)
        elif lost is not None or found.end < found.begin:
            self._gaps.append(ProbingInterrupted(from_=begin, to=end, reason=found.text))

    def _begin_anew(self, since: int) -> None:
        """End, for another agent to go on: the clock was set back to `since` (µs), further than is waited for."""
        log.error("the clock was set back: probing begins anew, at the present")
        self.clock_set_back = True
        self._set_back_to = since
        self.stop()

    async def _explain(self) -> None:
        """Put what explains missing slots into the spool before the slots themselves."""
        while self._gaps:
            await self._recorder.do(self._spool.interrupted, self._gaps[0])
            self._gaps.pop(0)
            self._courier.wake()

    async def _hand_in(self) -> None:
        """Close the last batch, try once to deliver everything, and note the clean end."""
        await self._explain()
        for span in await self._recorder.do(self._spool.spans):
            end = max(self._wheel.low_water(), span.begin) if span.until is None else span.until
            await self._recorder.do(self._spool.close_until, span.assignment.version, end)
        await self._recorder.do(self._spool.mark, clean=True)
        try:
            async with asyncio.timeout(LAST_PUSH):
                await self._courier.drain()
        except TimeoutError:
            log.warning("not everything could be delivered; it stays in the spool")
        if self.clock_set_back:
            await self._recorder.do(self._spool.begin_at, self._set_back_to)
            await self._close_gap(self._set_back_to, self._clock(), SET_BACK_SAID)

    async def _attempt(self, slot: Slot, started: int) -> Awaitable[None] | None:
        if self._leaving.holds(slot.probe):
            return None  # the slot is missing, and the pause says why
        self._lateness.note(started - slot.due)
        known = self._watch.found
        seen = await ask(slot.probe.spec, self._surroundings)
        self._watch.now()
        seen = timed(seen, slot, self._centre.offset)
        if self._watch.found not in (None, known):
            seen = disturbed(seen, self._watch.found)
        return self._record(slot, started, seen)

    async def _record(self, slot: Slot, started: int, seen: Observation) -> None:
        version = slot.assignment.version
        batch = self._open.get(version)
        changed = batch is None or batch.changes(slot.index, seen.outcome)
        evidence = self._worth.evidence(slot, seen, changed=changed)
        row = Row(slot.index, slot.due, started, seen.outcome, seen.latency, evidence)
        await self._recorder.record(version, row)
        await self._leaving.heed(slot.probe, seen)
        if batch is not None:
            batch.note(row)

    async def _tidy(self) -> None:
        """Let go of what the centre has had for long, and say when the spool outgrows its limit."""
        while True:
            before = self._clock() - self._keeping.days * DAY
            held = await self._recorder.do(self._spool.parcels.empty, before, self._keeping.limit)
            if held > self._keeping.limit:
                log.warning(
                    "the spool holds %d MiB and its limit is %d MiB: what is not handed in is lost,"
                    " the oldest first",
                    *(held // BYTES_PER_MIB, self._keeping.mib),
                )
            await asyncio.sleep(TIDY)

    async def _tell_health(self) -> None:
        """Tell how this agent is; what nobody hears is told anew the next time."""
        while True:
            await asyncio.sleep(TELL)
            undelivered, size = await self._recorder.do(self._spool.held)
            offset = self._centre.offset
            health = AgentHealth(
                lateness=self._lateness.counted(),
                lag=self._watch.lag,
                longest_lag=self._watch.took_longest(),
                undelivered=undelivered,
                spool_bytes=size,
                clock_ahead=offset.ahead if offset else None,
            )
            with contextlib.suppress(UnreachableError):  # the courier says so
                await asyncio.to_thread(self._centre.tell, health)

    async def _look_at_pauses(self) -> None:
        while True:
            await asyncio.sleep(self._poll)
            if self._assignment is not None:
                await self._leaving.look(self._assignment, self._centre)
                self._courier.wake()

    async def _close_batches(self) -> None:
        while True:
            await asyncio.sleep(CLOSING_TICK)
            settled = self._wheel.low_water()
            await self._explain()
            for version, batch in list(self._open.items()):
                end = batch.end(settled)
                if end is not None:
                    await self._recorder.do(self._spool.close_until, version, end)
                    self._courier.wake()
                    if not batch.closed(end):
                        del self._open[version]
                if version in self._open:
                    break  # batches go out in order of time: the next assignment's wait

    async def _follow(self) -> None:
        while True:
            wait = self._poll
            try:
                answer = await asyncio.to_thread(self._centre.assignment, self._etag)
                wait = await self._heed(answer)
            except UnreachableError as fault:
                self._centre.not_reached(fault)
            await asyncio.sleep(wait)

    async def _heed(self, answer: Answer) -> float:
        """Do what the centre says, and return how many seconds to wait before asking again."""
        if answer.status == UNCHANGED:
            return self._poll
        if answer.status in KEY_REFUSED:
            self._centre.refuses(answer)
            return SLOW
        if answer.status != OK:
            log.error("the centre gives no assignment: %d %s", answer.status, answer.body[:200])
            return self._poll
        try:
            assignment = AgentAssigned.model_validate_json(answer.body)
        except ValidationError:
            log.exception("the assignment cannot be read and is not followed")
            return self._poll
        self._etag = answer.etag
        await self._turn(assignment)
        return self._poll

    async def _turn(self, assignment: AgentAssigned) -> None:
        """Follow an assignment from now on; the slots of the old one before now stay with it."""
        since = self._clock()
        if assignment.version in self._open:
            if assignment != self._assignment:
                log.error("version %d is open and not begun anew", assignment.version)
            return
        for batch in self._open.values():
            since = max(since, batch.begin)
            batch.until = since if batch.until is None else batch.until
        # The spool's thread takes the steps in order: no row of the new assignment precedes it.
        self._begin(assignment, since, {})
        await self._recorder.do(self._spool.follow, assignment, since)
        log.info("following assignment %d", assignment.version)

    async def _mind(self, parent: int | None) -> None:
        while True:
            if parent is not None and os.getppid() != parent:
                log.info("the process that started this agent is gone")
                self.stop()
            if self._wheel.low_water() > self._clock() + SET_BACK and not self.clock_set_back:
                self._begin_anew(self._clock())
            await asyncio.sleep(1)
