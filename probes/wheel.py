"""The wheel: releases each slot at its due instant, spread and bounded, and knows which slots are settled."""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from probes.descriptors import attempts_at_once
from probes.spec import AgentAssigned, AssignedProbe

ROUND = 0.05  # seconds from one round of starts to the next, which starts what fell due in between
TOGETHER = 3  # starts of a round that follow each other at once
APART = 0.008  # seconds until the next of them
BEHIND = 100_000  # µs of lateness from which on starts are no longer kept apart
AT_ONCE = 2000  # 5,000 silent hosts a minute that are waited for 10 s each take 833
AT_ONCE_PER_HOST = 2
LONGEST_SLEEP = 1.0

# Two lines of log per planned cycle would bury what matters.
logging.getLogger("apscheduler").setLevel(logging.WARNING)


def wall_clock() -> int:
    """Return the present instant in µs UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True, eq=False)
class Slot:
    """One due instant (µs) of one probe of an assignment."""

    assignment: AgentAssigned
    index: int
    due: int

    @property
    def probe(self) -> AssignedProbe:
        """The probe that is due."""
        return self.assignment.probes[self.index]

    def expires(self) -> int:
        """From when on (µs) an attempt would belong to the next slot: then this one is skipped."""
        interval = self.probe.interval_at(self.due) or 1
        return next(self.probe.slots(self.due + 1, self.due + interval), self.due + interval)


Attempt = Callable[[Slot, int], Awaitable[Awaitable[None] | None]]


class Wheel:
    """Runs one attempt per slot; `attempt` is given the slot and the instant of its start.

    What it returns is awaited after its host is free for others: a slow disk is not the target's fault.

    One job per cadence puts the slots of its next cycle on one heap, from which they are released.
    """

    def __init__(self, attempt: Attempt, clock: Callable[[], int] = wall_clock) -> None:
        self._attempt = attempt
        self._clock = clock
        self._scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()}, timezone=UTC, job_defaults=_JOB
        )
        self._scheduler.add_listener(self._note_fault, EVENT_JOB_ERROR)
        self._fault: BaseException | None = None
        self._assignment: AgentAssigned | None = None
        self._planned_to: dict[int, int] = {}
        self._heap: list[tuple[int, int, int, Slot]] = []
        self._running: set[Slot] = set()
        self._waiting: set[Slot] = set()
        self._all = asyncio.Semaphore(attempts_at_once(AT_ONCE))
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._woken = asyncio.Event()
        self._settled = 0
        self._stopping = False

    def turn_to(self, assignment: AgentAssigned, since: int) -> None:
        """Follow another assignment for all slots due from `since` (µs) on; older ones stay."""
        kept = [entry for entry in self._heap if entry[0] < since]
        heapq.heapify(kept)
        self._heap = kept
        self._assignment = assignment
        hosts = {each.spec.host for each in assignment.probes}
        self._hosts = {
            host: self._hosts.get(host) or asyncio.Semaphore(AT_ONCE_PER_HOST) for host in hosts
        }
        cadences = {s.interval for each in assignment.probes for s in each.segments}
        self._planned_to = dict.fromkeys(cadences, since)
        self._scheduler.remove_all_jobs()
        for cadence in cadences:
            every = timedelta(microseconds=cadence)
            trigger = IntervalTrigger(seconds=every.total_seconds(), timezone=UTC)
            self._scheduler.add_job(
                self._plan, trigger, [cadence], next_run_time=datetime.now(UTC) + every
            )
            self._push(cadence)

    def low_water(self) -> int:
        """Return the instant (µs) before which every slot is settled: recorded, or missing for good.

        After a stop it is where the next run has to explain a gap.
        """
        waiting = [self._heap[0][0]] if self._heap else []
        # Where the job that plans comes late, the slots of its cycle stand nowhere yet.
        planned = self._planned_to.values()
        low = min([self._clock(), *planned, *waiting, *(slot.due for slot in self._running)])
        self._settled = max(self._settled, low)
        return self._settled

    def lose(self, since: int, now: int) -> int | None:
        """Give up what was due before `now` (µs) and has not begun: nothing was released since `since`.

        Returns the due instant of the first slot that is lost, or None.
        """
        lost = [entry[0] for entry in self._heap if entry[0] < now]
        lost += [slot.due for slot in self._waiting]
        self._heap = [entry for entry in self._heap if entry[0] >= now]
        heapq.heapify(self._heap)
        self._waiting.clear()
        self._planned_to = {each: max(upto, now) for each, upto in self._planned_to.items()}
        for probe in self._assignment.probes if self._assignment else ():
            lost += [first for first, _, _ in probe.progressions(since, now)]
        self._woken.set()
        return min(lost, default=None)

    async def run(self) -> None:
        """Release slots until stopped, then wait for those in flight.

        Raises:
            ExceptionGroup: an attempt or the planning raised; the wheel never stops silently.

        """
        self._scheduler.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                while not self._stopping:
                    begun = time.monotonic()
                    started = await self._start_due(tasks)
                    await self._until_next(begun + ROUND if started else begun)
        finally:
            self._scheduler.shutdown(wait=False)

    def stop(self) -> None:
        """Release no more slots; attempts that have begun are finished."""
        self._stopping = True
        self._woken.set()

    async def _plan(self, cadence: int) -> None:
        self._push(cadence)

    def _push(self, cadence: int) -> None:
        """Put the slots of a cadence on the heap, two cycles ahead so that a late job loses none."""
        if self._assignment is None or cadence not in self._planned_to:
            return  # a job was under way while another assignment took over
        now = self._clock()
        # What was called settled stays so, also when the clock steps or the machine has slept.
        # What is older than a cycle belongs to later slots by now.
        begin = max(self._planned_to[cadence], self._settled, now - cadence)
        end = now + 2 * cadence
        self._planned_to[cadence] = max(begin, end)
        for index, probe in enumerate(self._assignment.probes):
            for first, step, count in probe.progressions(begin, end):
                if step == cadence:
                    for due in range(first, first + step * count, step):
                        self._keep(Slot(self._assignment, index, due))
        self._woken.set()

    def _keep(self, slot: Slot) -> None:
        heapq.heappush(self._heap, (slot.due, slot.assignment.version, slot.index, slot))

    async def _start_due(self, tasks: asyncio.TaskGroup) -> int:
        """Start what is due, a few at a time, and say how many that was.

        A processor that is woken for each alone does a third more work; more at a time would meet in our own loop, and
        make each other's latencies suspect (docs/decisions/0015).
        """
        if self._fault is not None:
            raise self._fault
        now = self._clock()
        for cadence, planned_to in self._planned_to.items():
            if planned_to <= now:  # the clock has stepped; the next job is too far off
                self._push(cadence)
        started = 0
        while self._heap and self._heap[0][0] <= now and not self._stopping:
            slot = heapq.heappop(self._heap)[-1]
            self._running.add(slot)
            self._waiting.add(slot)
            tasks.create_task(self._one(slot))
            started += 1
            if started % TOGETHER == 0:
                await asyncio.sleep(APART if now - slot.due < BEHIND else 0)
        return started

    async def _one(self, slot: Slot) -> None:
        host = self._hosts.get(slot.probe.spec.host) or asyncio.Semaphore(AT_ONCE_PER_HOST)
        try:
            # The host's place comes first: waiting for it must not use up the places of all.
            async with host, self._all:
                rest = await self._begun(slot)
            if rest is not None:
                await rest
        except asyncio.CancelledError:
            self._keep(slot)
            raise
        finally:
            self._running.discard(slot)
            self._waiting.discard(slot)

    async def _begun(self, slot: Slot) -> Awaitable[None] | None:
        started = self._clock()
        if slot not in self._waiting:
            return None  # given up while it waited
        self._waiting.remove(slot)
        if self._stopping:
            self._keep(slot)
        elif started < slot.expires():
            return await self._attempt(slot, started)
        return None

    async def _until_next(self, soonest: float) -> None:
        """Wait for the next slot, at least until an instant (s) of the monotonic clock."""
        wait = LONGEST_SLEEP
        if self._heap:
            wait = min(wait, (self._heap[0][0] - self._clock()) / 1_000_000)
        wait = max(wait, soonest - time.monotonic())
        if wait <= 0:
            return
        self._woken.clear()
        alarm = asyncio.get_running_loop().call_later(wait, self._woken.set)
        await self._woken.wait()
        alarm.cancel()

    def _note_fault(self, event: JobExecutionEvent) -> None:
        self._fault = event.exception
        self._woken.set()


_JOB = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
