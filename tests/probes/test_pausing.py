"""A target that turned us away is left in peace, over restarts, until its time is over or somebody says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from probes.agent import Agent
from probes.batch import ObservationsRecorded
from probes.centre import Centre
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.pausing import ProbePaused, ProbeResumed, pause_after
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.databases import MysqlSpec
from probes.specs.web import HttpSpec
from probes.spool import Spool

MS = 1_000
S = 1_000_000
NOON = 1_770_000_000 * S
INTERVAL = 200 * MS


def probe(port: int = 80, **more: Any) -> AssignedProbe:
    return AssignedProbe(
        probe="prb-web",
        spec=HttpSpec(url=f"http://127.0.0.1:{port}/", timeout=INTERVAL, **more),
        phase=0,
        segments=(Segment(interval=INTERVAL),),
    )


def seen(status: int, retry_after: int | None = None) -> Observation:
    return Observation(
        outcome=Outcome.BAD,
        latency=900,
        phases={},
        reason="bad_status",
        text="",
        address=None,
        checked=(),
        stages=(),
        status=status,
        retry_after=retry_after,
    )


@pytest.mark.parametrize(
    ("status", "retry_after", "on_401", "until"),
    [
        pytest.param(
            401, None, "pause", None, id="401 pauses until somebody has changed something"
        ),
        pytest.param(401, None, "go_on", "none", id="401 is asked on where the document says so"),
        pytest.param(429, 120, "pause", NOON + 120 * S, id="429 is heeded"),
        pytest.param(503, 90_000, "pause", NOON + 3600 * S, id="503 is heeded for an hour at most"),
        pytest.param(429, None, "pause", "none", id="429 that names no time changes nothing"),
        pytest.param(500, 120, "pause", "none", id="500 is a fault and no request"),
    ],
)
def test_what_an_answer_asks_for(
    status: int, retry_after: int | None, on_401: str, until: int | str | None
) -> None:
    paused = pause_after(probe(on_401=on_401), seen(status, retry_after), NOON)
    assert (paused.until if paused else "none") == until


@pytest.mark.parametrize(
    ("on_refusal", "reason", "pauses"),
    [
        pytest.param("pause", "login_refused", True, id="a refusal that could lock the account"),
        pytest.param("go_on", "login_refused", False, id="a refusal that locks nothing"),
        pytest.param("pause", "too_many_connections", False, id="a server that is full"),
    ],
)
def test_a_database_that_refuses_the_login_is_left_in_peace(
    on_refusal: Literal["pause", "go_on"], reason: str, *, pauses: bool
) -> None:
    spec = MysqlSpec(host="db.example", timeout=INTERVAL, user="watcher", on_refusal=on_refusal)
    asked = probe().model_copy(update={"spec": spec})

    paused = pause_after(asked, replace(seen(0), status=None, reason=reason), NOON)

    assert (paused is not None) == pauses
    assert paused is None or (paused.until, paused.reason) == (
        None,
        "the target refused the login: asking on could lock the account",
    )


def assigned(centre: Any, target: Any, version: int = 1, **more: Any) -> None:
    only = probe(target.server_address[1], **more)
    centre.assignment = AgentAssigned(version=version, location="loc-bonn", probes=(only,))


async def during(centre: Any, path: Path, steps: Callable[[], Awaitable[None]]) -> None:
    spool = Spool(path)
    around = Surroundings(networks("127.0.0.1"))
    agent = Agent(spool, Centre(centre.url, "agent-1", "key-1"), around, poll=0.2)
    running = asyncio.create_task(agent.run())
    await steps()
    agent.stop()
    assert await running
    spool.close()


async def until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        await asyncio.sleep(0.02)


def kinds(centre: Any) -> list[str]:
    return [type(fact).__name__ for fact in centre.pauses]


def missing(centre: Any) -> list[int]:
    batches = [ObservationsRecorded.from_bytes(centre.batches[key]) for key in centre.batches]
    return [slot.due for batch in batches for slot in batch.missing]


def test_a_paused_probe_is_not_asked_not_even_after_a_restart(
    centre: Any, target: Any, tmp_path: Path
) -> None:
    target.status = 401
    assigned(centre, target, on_401="pause")

    async def wait() -> None:
        await until(lambda: centre.pauses)
        target.asked = 0
        await asyncio.sleep(0.8)

    async def wait_again() -> None:
        await asyncio.sleep(0.8)

    asyncio.run(during(centre, tmp_path / "spool.db", wait))
    asyncio.run(during(centre, tmp_path / "spool.db", wait_again))

    assert target.asked == 0
    (paused,) = centre.pauses
    assert (paused.probe, paused.until) == ("prb-web", None)
    lost = missing(centre)
    assert lost
    assert min(lost) > paused.from_ - INTERVAL


def test_a_changed_specification_ends_a_pause(centre: Any, target: Any, tmp_path: Path) -> None:
    target.status = 401
    assigned(centre, target, on_401="pause")

    async def change() -> None:
        await until(lambda: centre.pauses)
        target.status = 200
        target.asked = 0
        assigned(centre, target, 2, on_401="pause", headers={"Accept": "text/html"})
        await until(lambda: len(centre.pauses) == 2 and target.asked)

    asyncio.run(during(centre, tmp_path / "spool.db", change))

    assert kinds(centre) == ["ProbePaused", "ProbeResumed"]
    assert centre.pauses[1].reason == "its specification has changed"


def test_what_the_operator_ends_is_asked_again(centre: Any, target: Any, tmp_path: Path) -> None:
    target.status = 401
    assigned(centre, target, on_401="pause")

    async def end() -> None:
        await until(lambda: centre.pauses)
        target.status = 200
        target.asked = 0
        (paused,) = centre.pauses
        centre.pauses.append(ProbeResumed(probe=paused.probe, at=paused.from_ + 1, reason="ann"))
        await until(lambda: target.asked > 1)

    asyncio.run(during(centre, tmp_path / "spool.db", end))


def test_a_time_that_the_target_named_ends_a_pause(
    centre: Any, target: Any, tmp_path: Path
) -> None:
    target.status = 429
    target.retry_after = "1"
    assigned(centre, target)

    async def wait() -> None:
        await until(lambda: centre.pauses)
        target.status = 200
        target.asked = 0
        await until(lambda: len(centre.pauses) == 2 and target.asked)

    asyncio.run(during(centre, tmp_path / "spool.db", wait))

    paused, resumed = centre.pauses
    assert isinstance(paused, ProbePaused)
    assert paused.until == paused.from_ + S
    assert (resumed.at, resumed.reason) == (paused.until, "its time is over")
