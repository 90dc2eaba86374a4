"""The agent, a real process: what reached its spool arrives once, and every due slot is accounted for."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from probes.agent import Agent
from probes.batch import ObservationsRecorded
from probes.centre import Centre
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment, phase_of
from probes.specs.web import HttpSpec
from probes.spool import Spool
from probes.stretches import runs

INTERVAL = 400_000
Start = Callable[..., subprocess.Popen[str]]


def assigned(port: int, version: int = 1, probes: int = 3) -> AgentAssigned:
    return AgentAssigned(
        version=version,
        location="loc-bonn",
        probes=tuple(
            AssignedProbe(
                probe=f"prb-{n}",
                spec=HttpSpec(url=f"http://127.0.0.1:{port}/", timeout=INTERVAL),
                phase=phase_of(f"prb-{n}", INTERVAL),
                segments=(Segment(interval=INTERVAL),),
            )
            for n in range(probes)
        ),
    )


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def goes_on(target: Any, times: int = 6) -> None:
    """Wait until the target was asked so often again."""
    target.asked = 0
    until(lambda: target.asked >= times)


def stopped(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=10)
    assert process.returncode == 0, log
    return log


def arrived(centre: Any) -> list[ObservationsRecorded]:
    return [ObservationsRecorded.from_bytes(centre.batches[key]) for key in sorted(centre.batches)]


def rows_of(
    batches: list[ObservationsRecorded], *assignments: AgentAssigned
) -> list[tuple[int, int]]:
    versions = {each.version: each for each in assignments}
    rows = []
    for batch in batches:
        missing = {(m.due, m.probe) for m in batch.missing}
        plan = versions[batch.assignment].plan(batch.begin, batch.end)
        rows += [slot for slot in plan if slot not in missing]
        assert batch.rows == len(plan) - len(missing)
    return rows


def spooled(path: Path) -> list[tuple[int, int]]:
    """Read all rows, batched or not, that a dead agent left in its spool."""
    with sqlite3.connect(path) as db:
        rows = list(db.execute("select due, probe from result"))
        batches = [
            bytes(data)
            for (data,) in db.execute("select bytes from batch where acknowledged is null")
        ]
    db.close()
    assignment = assigned(1)
    return rows + rows_of([ObservationsRecorded.from_bytes(b) for b in batches], assignment)


def test_rows_arrive_once_although_the_agent_is_killed(
    start: Start, centre: Any, target: Any, tmp_path: Path
) -> None:
    assignment = centre.assignment = assigned(target.server_address[1])
    process = start()
    until(lambda: centre.batches)
    centre.stands_there = False
    goes_on(target)
    process.kill()
    process.communicate()
    centre.stands_there = True
    left = spooled(tmp_path / "spool.db")
    assert left, "the kill must find rows in the spool"
    died = time.time_ns() // 1000

    process = start()
    until(lambda: centre.interruptions)
    until(lambda: arrived(centre)[-1].begin > died and arrived(centre)[-1].rows)
    target.status = 500
    until(lambda: any(e.outcome is Outcome.BAD for e in arrived(centre)[-1].edges))
    stopped(process)

    batches = arrived(centre)
    rows = rows_of(batches, assignment)
    assert len(rows) == len(set(rows))
    assert set(left) <= set(rows)
    assert [a.end for a in batches[:-1]] == [b.begin for b in batches[1:]]
    assert [n for _, _, n in sorted(centre.batches)] == list(range(1, len(batches) + 1))
    (gap,) = centre.interruptions
    assert gap.reason == "the agent ended without a clean stop"
    missing = [m.due for b in batches for m in b.missing]
    assert [due for due in missing if not gap.from_ <= due < gap.to] == []
    assert len(missing) > 0
    states = {s.outcome for b in batches for each in runs(b, assignment) for s in each}
    assert states >= {Outcome.GOOD, Outcome.BAD}


def test_a_stop_hands_everything_in_and_is_explained_at_the_next_start(
    start: Start, centre: Any, target: Any, tmp_path: Path
) -> None:
    centre.assignment = assigned(target.server_address[1])
    process = start()
    until(lambda: centre.batches)
    stopped(process)
    assert spooled(tmp_path / "spool.db") == []
    centre_saw = len(centre.batches)
    process = start()
    until(lambda: len(centre.batches) > centre_saw and centre.interruptions)
    stopped(process)
    assert centre.interruptions[0].reason == "the agent was stopped"


def test_while_the_centre_is_away_the_agent_goes_on_by_its_last_assignment(
    start: Start, centre: Any, target: Any, tmp_path: Path
) -> None:
    assignment = centre.assignment = assigned(target.server_address[1])
    process = start()
    until(lambda: centre.batches)
    stopped(process)
    process = start(SLAMON_CENTRE="http://127.0.0.1:9/")
    goes_on(target)
    log = stopped(process)
    assert "cannot be reached" in log
    assert len(spooled(tmp_path / "spool.db")) > 3
    process = start()
    until(lambda: len(centre.interruptions) == 2)
    stopped(process)
    rows = rows_of(arrived(centre), assignment)
    assert len(rows) == len(set(rows))


@contextlib.asynccontextmanager
async def in_process(centre: Any, path: Path) -> AsyncIterator[None]:
    """Run an agent in this process, without waiting seconds for its next look at the assignment."""
    spool = Spool(path)
    around = Surroundings(networks("127.0.0.1"))
    agent = Agent(spool, Centre(centre.url, "agent-1", "key-1"), around, poll=0.2)
    running = asyncio.create_task(agent.run())
    yield
    agent.stop()
    assert await running
    spool.close()


def test_a_gap_of_days_arrives_as_missing_slots_and_is_explained(
    centre: Any, target: Any, tmp_path: Path
) -> None:
    minute = 60_000_000
    (probe,) = assigned(target.server_address[1], probes=1).probes
    probe = probe.model_copy(update={"segments": (Segment(interval=minute),)})
    centre.assignment = AgentAssigned(version=1, location="loc-bonn", probes=(probe,))
    now = time.time_ns() // 1000
    begin = now - 3 * 1440 * minute
    spool = Spool(tmp_path / "spool.db")
    spool.follow(centre.assignment, begin)
    spool.mark(clean=False)
    spool.close()

    async def a_moment() -> None:
        async with in_process(centre, tmp_path / "spool.db"):
            await asyncio.sleep(1)

    asyncio.run(a_moment())
    batches = arrived(centre)
    assert {batch.rows for batch in batches[:-1]} == {0}
    missing = [m.due for batch in batches for m in batch.missing]
    due = [due for due, _ in centre.assignment.plan(begin, batches[-1].end)]
    assert sorted(set(missing)) == missing
    assert set(due) - set(missing) == {each for each, _ in rows_of(batches, centre.assignment)}
    assert len(missing) >= 3 * 1440
    (gap,) = centre.interruptions
    assert (gap.from_, gap.to >= now) == (missing[0], True)


def test_another_assignment_is_followed_without_a_slot_lost(
    centre: Any, target: Any, tmp_path: Path
) -> None:
    port = target.server_address[1]
    first, second = assigned(port), assigned(port, version=2, probes=2)
    centre.assignment = first

    async def change() -> None:
        async with in_process(centre, tmp_path / "spool.db"):
            await asyncio.sleep(1.5)
            centre.assignment = second
            await asyncio.sleep(1.5)

    asyncio.run(change())
    batches = arrived(centre)
    # A span without slots makes no batch.
    between = [(a.end, b.begin) for a, b in pairwise(batches)]
    assert [slot for end, begin in between for slot in first.plan(end, begin)] == []
    assert all(end <= begin for end, begin in between)
    assert [b.assignment for b in batches] == sorted(b.assignment for b in batches)
    assert [m for b in batches for m in b.missing] == []
    fresh = next(b for b in batches if b.assignment == 2)
    assert {edge.probe for edge in fresh.edges} <= {0, 1}
    rows = rows_of(batches, first, second)
    assert len(rows) == len(set(rows)) > 6


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        pytest.param({"SLAMON_CENTRE": "nonsense"}, 2, "SLAMON_CENTRE: ", id="no url"),
        pytest.param({"SLAMON_AGENT_ALLOW": "10.0.0.0/99"}, 2, "SLAMON_AGENT_ALLOW: ", id="no net"),
        pytest.param({"SLAMON_AGENT_CA": "/none"}, 2, "SLAMON_AGENT_CA: /none holds", id="no CA"),
    ],
)
def test_wrong_settings_are_named(
    start: Start, settings: dict[str, str], code: int, message: str
) -> None:
    process = start(**settings)
    _, log = process.communicate(timeout=10)
    assert (process.returncode, log.startswith(message)) == (code, True), log


def test_the_agent_ends_when_its_parent_is_gone(start: Start, centre: Any) -> None:
    process = start(SLAMON_AGENT_PARENT="1")
    _, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "the process that started this agent is gone" in log


def test_a_disk_that_takes_nothing_is_said_and_waited_out(
    start: Start, centre: Any, target: Any, tmp_path: Path
) -> None:
    assignment = centre.assignment = assigned(target.server_address[1])
    process = start()
    until(lambda: centre.batches)
    _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)

    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, most))
    time.sleep(1.5)
    died = time.time_ns() // 1000
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
    target.status = 500
    until(lambda: arrived(centre)[-1].end > died and arrived(centre)[-1].rows)
    log = stopped(process)

    assert log.count("the spool cannot be written") == 1
    batches = arrived(centre)
    assert [a.end for a in batches[:-1]] == [b.begin for b in batches[1:]]
    rows = rows_of(batches, assignment)
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("ahead", "outcomes"),
    [
        pytest.param(200_000, {Outcome.GOOD}, id="by less than a quarter of the interval"),
        pytest.param(-700_000, {Outcome.INCONCLUSIVE}, id="behind by more"),
        pytest.param(86_400_000_000, {Outcome.INCONCLUSIVE}, id="by a day"),
    ],
)
def test_under_a_clock_that_is_off_results_say_nothing(
    centre: Any, target: Any, tmp_path: Path, ahead: int, outcomes: set[Outcome]
) -> None:
    (probe,) = assigned(target.server_address[1], probes=1).probes
    probe = probe.model_copy(update={"segments": (Segment(interval=2_000_000),)})
    probe = probe.model_copy(update={"phase": (time.time_ns() // 1000 + 1_000_000) % 2_000_000})
    centre.assignment = AgentAssigned(version=1, location="loc-bonn", probes=(probe,))
    centre.clock_ahead = -ahead

    async def a_moment() -> None:
        async with in_process(centre, tmp_path / "spool.db"):
            await asyncio.sleep(1.6)

    asyncio.run(a_moment())

    batches = arrived(centre)
    assert {edge.outcome for batch in batches for edge in batch.edges} == outcomes
    told = {e.reason for batch in batches for e in batch.evidence.values()}
    assert told == ({None} if Outcome.GOOD in outcomes else {"clock_off"})


def test_a_clock_that_was_set_back_ends_the_agent_for_another_to_begin_at_the_present(
    centre: Any, target: Any, tmp_path: Path
) -> None:
    assignment = centre.assignment = assigned(target.server_address[1])
    day = 86_400_000_000
    back = [0]

    def clock() -> int:
        return time.time_ns() // 1000 - back[0]

    async def run() -> tuple[bool, int]:
        spool = Spool(tmp_path / "spool.db")
        around = networks("127.0.0.1")
        first, second = (
            Agent(spool, Centre(centre.url, "agent-1", "key-1"), Surroundings(around), clock, 0.2)
            for _ in range(2)
        )
        running = asyncio.create_task(first.run())
        await asyncio.sleep(1)
        back[0] = day
        await asyncio.wait_for(running, 10)
        present = clock()
        running = asyncio.create_task(second.run())
        await asyncio.sleep(1)
        second.stop()
        await running
        spool.close()
        return first.clock_set_back, present

    ended, present = asyncio.run(run())

    assert ended
    earlier = [batch for batch in arrived(centre) if batch.begin < present + day // 2]
    assert earlier
    assert rows_of(earlier, assignment)
    assert min(batch.begin for batch in earlier) >= present - 1_000_000
