"""The courier: batches go out in order, once, and stay in the spool until acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import logging
from pathlib import Path
from typing import Any

import pytest

from probes.centre import Centre
from probes.courier import Courier, Delivery, backoff
from probes.recorder import Recorder
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment, TcpSpec
from probes.spool import Spool

SECOND = 1_000_000
PROBE = AssignedProbe(
    probe="prb-a",
    spec=TcpSpec(host="a.example", port=1, timeout=1),
    phase=0,
    segments=(Segment(interval=SECOND),),
)


def delivered(path: Path, url: str, key: str = "key-1") -> tuple[list[Delivery], int]:
    """Put three batches into a spool and deliver until told otherwise; return what is left."""

    async def deliver() -> tuple[list[Delivery], int]:
        spool = Spool(path)
        if not spool.spans():
            spool.follow(AgentAssigned(version=1, location="l", probes=(PROBE,)), 0)
        begin = spool.spans()[0].begin
        for n in (1, 2, 3):
            spool.close_until(1, begin + n * SECOND)
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(url, "agent-1", key))
        seen = []
        for _ in itertools.repeat(None, 5):
            seen.append(await courier.deliver())
            if seen[-1] in {Delivery.NOTHING, Delivery.REFUSED}:
                break
        recorder.close()
        left = 0
        while parcel := spool.parcels.oldest():
            spool.parcels.acknowledge(parcel, 0)
            left += 1
        spool.close()
        return seen, left

    return asyncio.run(deliver())


def test_batches_are_delivered_in_order(tmp_path: Path, centre: Any) -> None:
    seen, left = delivered(tmp_path / "spool.db", centre.url)
    assert seen == [Delivery.DELIVERED] * 3 + [Delivery.NOTHING]
    assert left == 0
    assert [(day, n) for _, day, n in centre.batches] == [("1970-01-01", n) for n in (1, 2, 3)]


def test_an_answer_lost_on_the_way_is_no_loss_and_no_double(tmp_path: Path, centre: Any) -> None:
    centre.lose_answers = 1
    seen, left = delivered(tmp_path / "spool.db", centre.url)
    assert seen == [Delivery.FAILED, *[Delivery.DELIVERED] * 3, Delivery.NOTHING]
    assert left == 0
    assert len(centre.batches) == 3


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param({"key": "wrong"}, Delivery.REFUSED, id="a wrong key is refused"),
        pytest.param({"url": "http://127.0.0.1:9/"}, Delivery.FAILED, id="nobody is there"),
    ],
)
def test_what_is_not_acknowledged_stays(
    tmp_path: Path, centre: Any, fault: dict[str, str], expected: Delivery
) -> None:
    seen, left = delivered(tmp_path / "spool.db", **({"url": centre.url} | fault))
    assert (set(seen), left) == ({expected}, 3)


def test_a_conflict_stops_pushing_loudly(
    tmp_path: Path, centre: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def deliver() -> None:
        spool = Spool(tmp_path / "spool.db")
        spool.follow(AgentAssigned(version=1, location="l", probes=(PROBE,)), 0)
        spool.close_until(1, SECOND)
        centre.batches[spool.id, "1970-01-01", 1] = b"other content"
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(centre.url, "agent-1", "key-1"))
        assert await courier.deliver() is Delivery.REFUSED
        assert courier.conflict
        asked = centre.asked
        assert await courier.deliver() is Delivery.REFUSED
        assert centre.asked == asked
        assert spool.parcels.oldest() is not None
        recorder.close()
        spool.close()

    with caplog.at_level(logging.ERROR):
        asyncio.run(deliver())
    assert "pushing has stopped" in caplog.text


def test_an_interruption_is_reported_once(tmp_path: Path, centre: Any) -> None:
    gap = ProbingInterrupted(from_=1, to=2, reason="the agent was stopped")
    spool = Spool(tmp_path / "spool.db")
    spool.interrupted(gap)
    spool.close()
    seen, _ = delivered(tmp_path / "spool.db", centre.url)
    assert len(seen) == 5
    assert centre.interruptions == [gap]


def test_waiting_grows_and_is_spread() -> None:
    assert all(0.05 <= backoff(1) <= 0.1 for _ in range(50))
    assert all(2.5 <= backoff(8) <= 5 for _ in range(50))
    assert all(15 <= backoff(9) <= 30 for _ in range(50))
    assert len({backoff(5) for _ in range(50)}) > 10
