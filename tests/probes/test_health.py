"""An agent counts how late it begins, and tells the centre how it is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from probes.agent import Agent
from probes.centre import Centre
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.health import AgentHealth, Lateness, LatenessCounted
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.web import HttpSpec
from probes.spool import Spool

MS = 1_000


def test_lateness_is_counted_under_each_bound_that_it_does_not_exceed() -> None:
    lateness = Lateness()
    for late in (-5, 1 * MS, 1 * MS + 1, 100 * MS, 3_000 * MS, 60_000 * MS):
        lateness.note(late)

    counted = lateness.counted()

    assert counted.upto == (2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5)
    assert (counted.count, counted.total) == (6, 2 * MS + 1 + 63_100 * MS)


@pytest.mark.parametrize(
    ("upto", "count"),
    [
        pytest.param((1,) * 10, 1, id="a bound is missing"),
        pytest.param((2, 1, *(2,) * 9), 2, id="a bound counts less than the one before"),
        pytest.param((3,) * 11, 2, id="a bound counts more than there are"),
        pytest.param((-1, *(0,) * 10), 0, id="it counts less than nothing"),
    ],
)
def test_what_is_no_count_of_lateness_is_refused(upto: tuple[int, ...], count: int) -> None:
    with pytest.raises(ValidationError):
        LatenessCounted(upto=upto, count=count, total=0)


@pytest.mark.parametrize(
    ("late", "bound"),
    [
        pytest.param([MS] * 99 + [900 * MS], 1 * MS, id="99 of 100 within the first bound"),
        pytest.param([MS] * 98 + [70 * MS, 900 * MS], 100 * MS, id="98 of 100 do not do"),
        pytest.param([6_000 * MS], None, id="beyond all bounds"),
        pytest.param([], None, id="nothing began yet"),
    ],
)
def test_the_lateness_of_most_is_told_by_the_bound_that_they_kept(
    late: list[int], bound: int | None
) -> None:
    lateness = Lateness()
    for each in late:
        lateness.note(each)

    assert lateness.counted().at_most(99) == bound


def test_an_agent_tells_how_it_is(
    centre: Any, target: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.agent.TELL", 0.3)
    centre.clock_ahead = -5_000_000
    url = f"http://127.0.0.1:{target.server_address[1]}/"
    probe = AssignedProbe(
        probe="prb-web",
        spec=HttpSpec(url=url, timeout=100 * MS),
        phase=0,
        segments=(Segment(interval=100 * MS),),
    )
    centre.assignment = AgentAssigned(version=1, location="loc-bonn", probes=(probe,))

    async def a_moment() -> None:
        spool = Spool(tmp_path / "spool.db")
        around = Surroundings(networks("127.0.0.1"))
        agent = Agent(spool, Centre(centre.url, "agent-1", "key-1"), around)
        running = asyncio.create_task(agent.run())
        await asyncio.sleep(1)
        agent.stop()
        await running
        spool.close()

    asyncio.run(a_moment())

    told: list[AgentHealth] = centre.healths
    assert len(told) >= 2
    newest = told[-1]
    assert newest.lateness.count > told[0].lateness.count > 0
    assert newest.spool_bytes > 10_000
    assert newest.clock_ahead is not None
    assert abs(newest.clock_ahead - 5_000_000) < 1_000_000
