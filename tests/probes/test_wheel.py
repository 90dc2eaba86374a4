"""The wheel: slots are run on time, once, spread and bounded; what is too late is left out."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable

import pytest

from probes.spec import AgentAssigned, AssignedProbe, Segment, phase_of
from probes.specs.lines import TcpSpec
from probes.wheel import APART, TOGETHER, Attempt, Slot, Wheel, wall_clock

MS = 1000


def assigned(hosts: list[str], interval: int, version: int = 1) -> AgentAssigned:
    return AgentAssigned(
        version=version,
        location="loc-bonn",
        probes=tuple(
            AssignedProbe(
                probe=f"prb-{n}",
                spec=TcpSpec(host=host, port=9, timeout=1),
                phase=phase_of(f"prb-{n}", interval),
                segments=(Segment(interval=interval),),
            )
            for n, host in enumerate(hosts)
        ),
    )


def turned(
    attempt: Attempt,
    assignments: list[AgentAssigned],
    seconds: float,
) -> list[int]:
    """Follow each assignment for so many seconds; return since when each was followed."""

    async def turn() -> list[int]:
        wheel = Wheel(attempt)
        running = asyncio.create_task(wheel.run())
        since = []
        for assignment in assignments:
            since.append(wall_clock())
            wheel.turn_to(assignment, since[-1])
            await asyncio.sleep(seconds)
        wheel.stop()
        await running
        assert wheel.low_water() > since[-1]
        return since

    return asyncio.run(turn())


def test_each_slot_is_run_once_and_soon() -> None:
    assignment = assigned([f"h{n}.example" for n in range(20)], 100 * MS)
    seen: list[tuple[int, int]] = []
    late: list[int] = []

    async def attempt(slot: Slot, started: int) -> None:
        seen.append((slot.due, slot.index))
        late.append(started - slot.due)

    (since,) = turned(attempt, [assignment], 1.0)
    upto = max(due for due, _ in seen)
    assert sorted(seen) == assignment.plan(since, upto + 1)
    assert len(seen) > 150
    assert sorted(late)[len(late) // 2] < 50 * MS
    assert min(late) >= 0


def test_waiting_for_a_place_at_the_host_is_lateness_of_the_start() -> None:
    late: list[int] = []

    async def attempt(slot: Slot, started: int) -> None:
        late.append(started - slot.due)
        await asyncio.sleep(0.1)

    assignment = assigned(["slow.example"] * 4, 1000 * MS)
    at_once = tuple(each.model_copy(update={"phase": 0}) for each in assignment.probes)
    turned(attempt, [assignment.model_copy(update={"probes": at_once})], 1.5)

    first = sorted(late[:4])
    assert first[1] < 90 * MS
    assert first[2] >= 90 * MS, "the third waits for one of two places"


def started_of(phases: list[int]) -> list[float]:
    """When (s) probes of these phases (µs) were started, over one and a half cycles of a second."""
    started: list[float] = []

    async def attempt(slot: Slot, _: int) -> None:
        started.append(time.monotonic())

    listed = assigned([f"h{n}.example" for n in range(len(phases))], 1000 * MS)
    probes = tuple(
        each.model_copy(update={"phase": phase})
        for each, phase in zip(listed.probes, phases, strict=True)
    )
    turned(attempt, [listed.model_copy(update={"probes": probes})], 1.5)
    return started


def test_of_what_is_due_at_once_a_few_are_started_at_a_time() -> None:
    started = started_of([0] * 12)

    assert len(started) >= 12
    apart = [later - one for one, later in zip(started[:12], started[TOGETHER:12], strict=False)]
    assert min(apart) > 0.9 * APART


def test_what_falls_due_within_a_round_is_started_in_one_go() -> None:
    started = started_of([n * 4 * MS for n in range(30)])[:30]

    gaps = [later - one for one, later in itertools.pairwise(started)]
    assert sum(gap < 0.002 for gap in gaps) >= 15, "they are due 4 ms apart"


def test_a_slot_alone_is_started_when_it_is_due() -> None:
    late: list[int] = []

    async def attempt(slot: Slot, started: int) -> None:
        late.append(started - slot.due)

    turned(attempt, [assigned(["h.example"], 100 * MS)], 1.0)
    assert min(late) < 10 * MS


@pytest.mark.parametrize("seed", range(6))
def test_exactly_the_slots_of_the_plan_are_released(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.wheel.LONGEST_SLEEP", 0.0005)
    monkeypatch.setattr("probes.wheel.ROUND", 0)
    chance = random.Random(seed)
    begin = wall_clock()
    ticks = itertools.count(begin, 10 * MS)  # each look at this clock takes it further

    def dated(n: int) -> AssignedProbe:
        edge = begin + chance.randrange(2_000, 8_000) * MS
        later = edge + chance.choice([0, 1_000]) * MS
        return AssignedProbe(
            probe=f"prb-{n}",
            spec=TcpSpec(host=f"h{n}.example", port=9, timeout=1),
            phase=chance.randrange(400 * MS),
            segments=(
                Segment(to=edge, interval=chance.choice([400, 500, 800]) * MS),
                Segment(from_=later, interval=chance.choice([300, 700]) * MS),
            ),
        )

    assignment = AgentAssigned(
        version=1, location="loc-bonn", probes=tuple(dated(n) for n in range(6))
    )
    seen: list[tuple[int, int]] = []

    async def turn() -> None:
        async def attempt(slot: Slot, started: int) -> None:
            seen.append((slot.due, slot.index))
            if slot.due > begin + 12_000 * MS:
                wheel.stop()

        wheel = Wheel(attempt, lambda: next(ticks))
        wheel.turn_to(assignment, begin)
        await wheel.run()

    asyncio.run(turn())
    settled = begin + 12_000 * MS

    assert sorted(slot for slot in seen if slot[0] < settled) == assignment.plan(begin, settled)


def test_another_assignment_takes_over_at_an_instant() -> None:
    first, second = assigned(["a.example"], 50 * MS), assigned(["a.example"], 80 * MS, version=2)
    seen: list[tuple[int, int]] = []

    async def attempt(slot: Slot, started: int) -> None:
        seen.append((slot.assignment.version, slot.due))

    _, change = turned(attempt, [first, second], 0.4)
    assert {due < change for version, due in seen if version == 1} == {True}
    assert {due >= change for version, due in seen if version == 2} == {True}
    asked = [due for version, due in seen if version == 2]
    planned = [due for due, _ in second.plan(change, max(asked) + 1)]
    assert asked == [due for due in planned if due in asked]  # a busy machine may leave one out


def test_a_host_is_asked_twice_at_a_time_and_other_hosts_do_not_wait_for_it() -> None:
    assignment = assigned(["slow.example"] * 8 + ["fast.example"], 200 * MS)
    busy = most = 0
    late: list[int] = []
    expired: list[bool] = []

    async def attempt(slot: Slot, started: int) -> None:
        nonlocal busy, most
        if slot.probe.spec.host == "fast.example":
            late.append(started - slot.due)
            return
        expired.append(started >= slot.expires())
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.15)
        busy -= 1

    turned(attempt, [assignment], 1.0)
    assert most == 2
    assert sorted(late)[len(late) // 2] < 50 * MS
    assert not any(expired), "a slot whose next one is due is skipped"
    assert len(expired) < 8 * 5


def test_a_host_is_free_for_the_next_while_a_result_is_written() -> None:
    begun: list[int] = []

    async def written() -> None:
        await asyncio.sleep(0.3)

    async def attempt(slot: Slot, started: int) -> Awaitable[None]:
        begun.append(started - slot.due)
        return written()

    turned(attempt, [assigned(["a.example"], 50 * MS)], 0.6)
    assert len(begun) > 8


def test_the_low_water_mark_waits_for_what_is_in_flight() -> None:
    async def turn() -> None:
        begun = asyncio.Event()
        go = asyncio.Event()
        first: list[int] = []

        async def attempt(slot: Slot, started: int) -> None:
            first.append(slot.due)
            begun.set()
            await go.wait()

        wheel = Wheel(attempt)
        wheel.turn_to(assigned(["a.example"], 50 * MS), wall_clock())
        running = asyncio.create_task(wheel.run())
        await begun.wait()
        await asyncio.sleep(0.2)
        assert wheel.low_water() == first[0]
        go.set()
        await asyncio.sleep(0.1)
        assert wheel.low_water() > first[0]
        wheel.stop()
        await running

    asyncio.run(turn())


@pytest.mark.parametrize("hosts", [["a.example"], ["a.example"] * 6])
def test_after_a_hard_stop_the_slots_under_way_are_not_called_settled(hosts: list[str]) -> None:
    async def turn() -> None:
        begun: list[int] = []

        async def attempt(slot: Slot, started: int) -> None:
            begun.append(slot.due)
            await asyncio.sleep(3600)

        wheel = Wheel(attempt)
        wheel.turn_to(assigned(hosts, 300 * MS), wall_clock())
        running = asyncio.create_task(wheel.run())
        await asyncio.sleep(0.4)
        wheel.stop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert wheel.low_water() == min(begun)

    asyncio.run(turn())


def test_a_fault_in_an_attempt_stops_the_wheel_loudly() -> None:
    async def attempt(slot: Slot, started: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        turned(attempt, [assigned(["a.example"], 50 * MS)], 0.3)


def test_after_a_step_of_the_clock_no_slot_is_caught_up() -> None:
    async def turn() -> None:
        shift = 0
        seen: list[int] = []

        def clock() -> int:
            return wall_clock() + shift

        async def attempt(slot: Slot, started: int) -> None:
            seen.append(slot.due)

        wheel = Wheel(attempt, clock)
        wheel.turn_to(assigned(["a.example"], 100 * MS), clock())
        running = asyncio.create_task(wheel.run())
        await asyncio.sleep(0.3)
        shift = 3600 * 1000 * MS
        stepped = clock()
        await asyncio.sleep(1.5)
        wheel.stop()
        await running
        after = [due for due in seen if due >= stepped - 200 * MS]
        between = [due for due in seen if stepped - 3000 * 1000 * MS < due < stepped - 200 * MS]
        assert len(after) >= 3
        assert between == []

    asyncio.run(turn())


S = 1_000 * MS
BEGIN = 1_800_000_000 * S


def due_together(interval: int, count: int = 3, version: int = 1) -> AgentAssigned:
    """Probes of one host that are due at the same instants, of which `BEGIN` is one."""
    probes = assigned(["a.example"] * count, interval).probes
    together = tuple(each.model_copy(update={"phase": 0}) for each in probes)
    return AgentAssigned(version=version, location="loc-bonn", probes=together)


class Turning:
    """A wheel by a clock that the test sets; attempts are noted, and last until `go` is set."""

    def __init__(self, *, at: int) -> None:
        self.now = at
        self.go = asyncio.Event()
        self.begun: list[tuple[int, int]] = []
        self.wheel = Wheel(self._attempt, lambda: self.now)
        self._begins = asyncio.Semaphore(0)

    async def _attempt(self, slot: Slot, _: int) -> None:
        self.begun.append((slot.assignment.version, slot.due))
        self._begins.release()
        await self.go.wait()

    async def until_begun(self, count: int) -> None:
        async with asyncio.timeout(10):
            for _ in range(count):
                await self._begins.acquire()

    async def ended(self, running: asyncio.Task[None]) -> None:
        self.wheel.stop()
        self.go.set()
        await running


def test_slots_that_wait_for_their_host_are_given_up_with_those_that_are_due() -> None:
    async def turn() -> None:
        turning = Turning(at=BEGIN)
        turning.wheel.turn_to(due_together(10 * S), BEGIN)
        running = asyncio.create_task(turning.wheel.run())
        await turning.until_begun(2)

        turning.now = BEGIN + 5 * S
        assert turning.wheel.lose(BEGIN + 1, turning.now) == BEGIN
        turning.go.set()
        await asyncio.sleep(0.05)

        assert turning.begun == [(1, BEGIN), (1, BEGIN)]
        assert turning.wheel.low_water() == turning.now
        await turning.ended(running)

    asyncio.run(turn())


def test_slots_that_were_given_up_are_not_planned_anew() -> None:
    async def turn() -> None:
        turning = Turning(at=BEGIN)
        turning.wheel.turn_to(due_together(S, count=1), BEGIN)
        turning.now = BEGIN + 10_500 * MS
        assert turning.wheel.lose(BEGIN, turning.now) == BEGIN
        running = asyncio.create_task(turning.wheel.run())
        await asyncio.sleep(0.05)
        turning.now = BEGIN + 11 * S
        await turning.until_begun(1)

        assert turning.begun == [(1, BEGIN + 11 * S)]
        await turning.ended(running)

    asyncio.run(turn())


def test_what_is_settled_stays_so_when_the_clock_goes_back() -> None:
    async def turn() -> None:
        turning = Turning(at=BEGIN + 10 * S)
        assert turning.wheel.low_water() == BEGIN + 10 * S
        turning.now = BEGIN + 5 * S
        assert turning.wheel.low_water() == BEGIN + 10 * S
        turning.wheel.turn_to(due_together(S, count=1), BEGIN + 5 * S)
        running = asyncio.create_task(turning.wheel.run())
        turning.now = BEGIN + 6 * S
        await asyncio.sleep(0.05)
        turning.now = BEGIN + 10 * S
        await turning.until_begun(1)

        assert turning.begun == [(1, BEGIN + 10 * S)]
        await turning.ended(running)

    asyncio.run(turn())


def test_a_slot_that_waits_when_the_wheel_is_stopped_is_not_called_settled() -> None:
    async def turn() -> None:
        turning = Turning(at=BEGIN)
        turning.wheel.turn_to(due_together(10 * S), BEGIN)
        running = asyncio.create_task(turning.wheel.run())
        await turning.until_begun(2)

        turning.now = BEGIN + 5 * S
        await turning.ended(running)

        assert turning.begun == [(1, BEGIN), (1, BEGIN)]
        assert turning.wheel.low_water() == BEGIN

    asyncio.run(turn())


def test_what_is_not_planned_yet_is_not_settled() -> None:
    async def turn() -> None:
        turning = Turning(at=BEGIN)
        turning.wheel.turn_to(due_together(10 * S, count=1), BEGIN)
        turning.go.set()
        running = asyncio.create_task(turning.wheel.run())
        await turning.until_begun(1)
        turning.now = BEGIN + 10 * S
        await turning.until_begun(1)
        await turning.ended(running)

        turning.now = (
            BEGIN + 25 * S
        )  # the job that plans comes late: the slot at 20 s stands nowhere

        assert turning.wheel.low_water() == BEGIN + 20 * S

    asyncio.run(turn())


def test_the_slot_of_the_instant_at_which_another_assignment_takes_over_is_asked_once() -> None:
    async def turn() -> None:
        turning = Turning(at=BEGIN)
        turning.wheel.turn_to(due_together(10 * S, count=1), BEGIN)
        turning.wheel.turn_to(due_together(10 * S, count=1, version=2), BEGIN + 10 * S)
        turning.now = BEGIN + 10 * S
        running = asyncio.create_task(turning.wheel.run())
        await turning.until_begun(1)
        await turning.ended(running)

        assert turning.begun == [(2, BEGIN + 10 * S)]

    asyncio.run(turn())
