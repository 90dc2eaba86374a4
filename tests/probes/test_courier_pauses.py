"""What explains a batch goes out before it; no word on a pause holds batches up, and none is lost with a backup."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from probes.centre import Centre
from probes.courier import Courier, Delivery
from probes.leaving import Leaving
from probes.pausing import ProbePaused, ProbeResumed
from probes.recorder import Recorder
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from probes.spool import Spool

SECOND = 1_000_000
PROBE = AssignedProbe(
    probe="prb-a",
    spec=TcpSpec(host="a.example", port=1, timeout=1),
    phase=0,
    segments=(Segment(interval=SECOND),),
)
ASSIGNED = AgentAssigned(version=1, location="l", probes=(PROBE,))
PAUSED = ProbePaused(probe="prb-a", from_=0, until=None, reason="401")
RESUMED = ProbeResumed(probe="prb-a", at=2 * SECOND, reason="its specification has changed")


def paused(path: Path) -> Spool:
    """A spool with a pause, and with the batch whose missing slot it explains."""
    spool = Spool(path)
    spool.follow(ASSIGNED, 0)
    spool.close_until(1, SECOND)
    spool.pauses.begin(PAUSED, PROBE)
    return spool


async def deliveries(spool: Spool, centre: Any) -> list[Delivery]:
    """Deliver until nothing is left."""
    recorder = Recorder(spool)
    courier = Courier(spool, recorder, Centre(centre.url, "agent-1", "key-1"))
    seen: list[Delivery] = []
    while not seen or seen[-1] in {Delivery.DELIVERED, Delivery.AGAIN}:
        seen.append(await courier.deliver())
    recorder.close()
    return seen


def hand_in(spool: Spool, centre: Any) -> list[Delivery]:
    return asyncio.run(deliveries(spool, centre))


def test_a_pause_is_told_before_the_batch_that_it_explains(tmp_path: Path, centre: Any) -> None:
    spool = paused(tmp_path / "spool.db")

    async def first() -> Delivery:
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(centre.url, "agent-1", "key-1"))
        seen = await courier.deliver()
        recorder.close()
        return seen

    assert asyncio.run(first()) is Delivery.DELIVERED
    assert (centre.pauses, centre.batches) == ([PAUSED], {})
    spool.close()


@pytest.mark.parametrize(
    ("status", "said", "kept"),
    [
        pytest.param(404, "knows of no pauses", True, id="an older centre is told when upgraded"),
        pytest.param(422, "does not take what is said of prb-a", False, id="refused for good"),
    ],
)
def test_a_word_that_a_centre_does_not_take_holds_up_no_batch(
    tmp_path: Path,
    centre: Any,
    caplog: pytest.LogCaptureFixture,
    status: int,
    said: str,
    kept: bool,  # noqa: FBT001 - a column of the table
) -> None:
    spool = paused(tmp_path / "spool.db")
    centre.pauses_answered = status

    with caplog.at_level(logging.WARNING):
        seen = hand_in(spool, centre)

    assert seen[-2:] == [Delivery.DELIVERED, Delivery.NOTHING]
    assert len(centre.batches) == 1
    assert said in caplog.text
    centre.pauses_answered = 204
    hand_in(spool, centre)
    assert centre.pauses == ([PAUSED] if kept else [])
    spool.close()


def test_a_centre_that_went_on_from_a_backup_is_told_of_pauses_again(
    tmp_path: Path, centre: Any
) -> None:
    centre.ledger = "7f/1"
    spool = paused(tmp_path / "spool.db")
    hand_in(spool, centre)
    centre.ledger = "7f/2"
    centre.pauses.clear()

    hand_in(spool, centre)

    assert centre.pauses == [PAUSED]
    spool.close()


def test_a_backup_that_forgot_a_pause_ends_none(tmp_path: Path, centre: Any) -> None:
    centre.ledger = "7f/1"
    spool = paused(tmp_path / "spool.db")
    hand_in(spool, centre)
    centre.ledger = "7f/2"
    centre.pauses.clear()

    async def looked() -> bool:
        recorder = Recorder(spool)
        leaving = Leaving(spool.pauses, recorder, lambda: 3 * SECOND)
        await leaving.read()
        await leaving.look(ASSIGNED, Centre(centre.url, "agent-1", "key-1"))
        await leaving.read()
        recorder.close()
        return leaving.holds(PROBE)

    assert asyncio.run(looked())
    spool.close()


@pytest.mark.parametrize(
    ("until", "held"),
    [
        pytest.param(None, True, id="until somebody ends it"),
        pytest.param(3 * SECOND + 1, True, id="until its time is over"),
        pytest.param(3 * SECOND, False, id="and no longer, though its end is not told yet"),
    ],
)
def test_a_probe_is_left_in_peace(tmp_path: Path, until: int | None, *, held: bool) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.pauses.begin(PAUSED.model_copy(update={"until": until}), PROBE)

    async def holds() -> bool:
        recorder = Recorder(spool)
        leaving = Leaving(spool.pauses, recorder, lambda: 3 * SECOND)
        await leaving.read()
        recorder.close()
        return leaving.holds(PROBE)

    assert asyncio.run(holds()) == held
    spool.close()


@pytest.mark.parametrize(
    ("begin", "until", "now", "ended"),
    [
        pytest.param(0, None, 3, 3, id="when it is noticed"),
        pytest.param(0, 5, 3, 3, id="when it is noticed, before the time that the target named"),
        pytest.param(0, 2, 3, 2, id="at the time that the target named"),
        pytest.param(5, None, 3, 5, id="no earlier than it began, where the clock was set back"),
    ],
)
def test_a_pause_of_a_changed_probe_ends(
    tmp_path: Path, centre: Any, begin: int, until: int | None, now: int, ended: int
) -> None:
    spool = Spool(tmp_path / "spool.db")
    named = None if until is None else until * SECOND
    begun = ProbePaused(probe="prb-a", from_=begin * SECOND, until=named, reason="429")
    spool.pauses.begin(begun, PROBE)
    another = PROBE.spec.model_copy(update={"timeout": 2})
    changed = PROBE.model_copy(update={"spec": another})

    async def looked() -> None:
        recorder = Recorder(spool)
        leaving = Leaving(spool.pauses, recorder, lambda: now * SECOND)
        await leaving.read()
        assigned = ASSIGNED.model_copy(update={"probes": (changed,)})
        await leaving.look(assigned, Centre(centre.url, "agent-1", "key-1"))
        recorder.close()

    asyncio.run(looked())

    hand_in(spool, centre)
    assert [type(each) for each in centre.pauses] == [ProbePaused, ProbeResumed]
    assert centre.pauses[1].at == ended * SECOND
    spool.close()


def test_a_pause_of_which_only_the_centre_knows_is_over(tmp_path: Path, centre: Any) -> None:
    """Its end was told after the backup was made, or the spool is another one."""
    centre.ledger = "7f/1"
    centre.pauses.append(PAUSED)
    spool = Spool(tmp_path / "spool.db")
    spool.follow(ASSIGNED, 0)

    hand_in(spool, centre)

    assert [type(each) for each in centre.pauses] == [ProbePaused, ProbeResumed]
    assert centre.lasting() == []
    spool.close()


def test_a_centre_that_cannot_say_what_is_paused_is_asked_again_and_gets_its_batches(
    tmp_path: Path, centre: Any
) -> None:
    centre.ledger = "7f/1"
    centre.pauses.append(PAUSED)
    centre.pauses_told = 500
    spool = Spool(tmp_path / "spool.db")
    spool.follow(ASSIGNED, 0)
    spool.close_until(1, SECOND)

    hand_in(spool, centre)
    assert (len(centre.batches), spool.centre) == (1, None)
    centre.pauses_told = 200
    hand_in(spool, centre)

    assert (centre.lasting(), spool.centre) == ([], "7f/1")
    spool.close()


def test_a_pause_that_ended_before_the_centre_had_heard_of_it_is_told_whole(
    tmp_path: Path, centre: Any
) -> None:
    spool = paused(tmp_path / "spool.db")
    (lasting,) = spool.pauses.lasting()
    spool.pauses.end(lasting.number, RESUMED)

    hand_in(spool, centre)

    assert centre.pauses == [PAUSED, RESUMED]
    spool.close()
