"""The courier: batches go out in order, once, and stay in the spool until acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from probes.assembly import Row
from probes.batch import ObservationsRecorded
from probes.centre import OUT_OF_ORDER, Centre
from probes.courier import Courier, Delivery, backoff
from probes.evidence import Evidence
from probes.keeping import Keeping
from probes.outcome import Outcome
from probes.recorder import Recorder
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment
from probes.specs.lines import TcpSpec
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


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"stands_there": False}, id="a page for maintenance, with status 200"),
        pytest.param({"breaks_off": True}, id="half of an answer"),
        pytest.param({"refuse_with": [(503, b"")] * 5, "wait_header": "9" * 5000}, id="digits"),
    ],
)
def test_what_is_no_answer_of_the_centre_acknowledges_nothing(
    tmp_path: Path, centre: Any, fault: dict[str, Any]
) -> None:
    for name, value in fault.items():
        setattr(centre, name, value)
    seen, left = delivered(tmp_path / "spool.db", centre.url)
    assert (set(seen), left) == ({Delivery.FAILED}, 3)


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


def test_a_conflict_is_over_once_the_centre_takes_the_batch(
    tmp_path: Path, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.courier.STOPPED", 0)
    spool = filled(tmp_path / "spool.db", 1)
    centre.batches[spool.id, DAY, 1] = b"other content"

    async def deliver() -> tuple[bool, bool]:
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(centre.url, "agent-1", "key-1"))
        await courier.deliver()
        first = courier.conflict
        centre.batches.clear()
        await courier.deliver()
        recorder.close()
        return first, courier.conflict

    assert asyncio.run(deliver()) == (True, False)
    spool.close()


def test_a_batch_that_is_too_large_goes_out_without_its_evidence(
    tmp_path: Path, centre: Any
) -> None:
    centre.refuse_with = [(413, {})]
    spool = Spool(tmp_path / "spool.db")
    spool.follow(AgentAssigned(version=1, location="l", probes=(PROBE,)), 0)
    spool.record(1, [Row(0, 0, 0, Outcome.BAD, None, Evidence(reason="refused"))])
    spool.close_until(1, SECOND)

    assert pushed(spool, centre.url) == [Delivery.AGAIN, Delivery.DELIVERED, Delivery.NOTHING]

    (told,) = map(ObservationsRecorded.from_bytes, centre.batches.values())
    assert (told.rows, told.evidence) == (1, {})
    spool.close()


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


DAY = "1970-01-01"


def filled(path: Path, batches: int = 3) -> Spool:
    """A spool with batches to push."""
    spool = Spool(path)
    spool.follow(AgentAssigned(version=1, location="l", probes=(PROBE,)), 0)
    for n in range(batches):
        spool.close_until(1, (n + 1) * SECOND)
    return spool


def pushed(spool: Spool, url: str, *, until: Delivery = Delivery.NOTHING) -> list[Delivery]:
    """Deliver until nothing is left, or something else comes of it."""

    async def deliver() -> list[Delivery]:
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(url, "agent-1", "key-1"))
        seen: list[Delivery] = []
        while not seen or seen[-1] is not until:
            seen.append(await courier.deliver())
            assert len(seen) < 30
        recorder.close()
        return seen

    return asyncio.run(deliver())


def test_a_centre_that_lost_batches_gets_them_again(tmp_path: Path, centre: Any) -> None:
    spool = filled(tmp_path / "spool.db")
    pushed(spool, centre.url)
    had = dict(centre.batches)
    centre.lost_after(DAY, 1)
    spool.close_until(1, 4 * SECOND)

    seen = pushed(spool, centre.url)

    assert seen.count(Delivery.AGAIN) == 1
    assert {key: centre.batches[key] for key in had} == had
    assert len(centre.batches) == 4
    spool.close()


def test_a_restored_centre_is_refilled_though_nothing_new_has_happened(
    tmp_path: Path, centre: Any
) -> None:
    centre.ledger = "7f/1"
    spool = filled(tmp_path / "spool.db")
    gap = ProbingInterrupted(from_=1, to=2, reason="restart")
    spool.interrupted(gap)
    pushed(spool, centre.url)
    pushed(spool, centre.url)
    had = dict(centre.batches)
    centre.ledger = "7f/2"
    centre.lost_after(DAY, 1)
    centre.interruptions.clear()

    spool.parcels.send_again(
        spool.id, DAY, 3
    )  # something waits, so that the centre is asked at all
    pushed(spool, centre.url)

    assert centre.batches == had
    assert centre.interruptions == [gap]
    assert spool.centre == "7f/2"
    spool.close()


def test_another_ledger_gets_a_spool_of_its_own_and_only_what_it_was_not_given(
    tmp_path: Path, centre: Any
) -> None:
    centre.ledger = "7f/1"
    spool = filled(tmp_path / "spool.db")
    pushed(spool, centre.url)
    pushed(spool, centre.url)
    old = spool.id
    centre.ledger, centre.batches = "a0/1", {}
    for n in (4, 5):
        spool.close_until(1, n * SECOND)

    pushed(spool, centre.url)

    new = spool.id
    assert new != old
    assert sorted(centre.batches) == [(new, DAY, 1), (new, DAY, 2)]
    spool.close()


def test_what_is_kept_no_more_is_lost_and_holds_up_nothing(
    tmp_path: Path, centre: Any, caplog: pytest.LogCaptureFixture
) -> None:
    spool = filled(tmp_path / "spool.db")
    pushed(spool, centre.url)
    spool.parcels.empty(2**62, 2**40)
    centre.batches.clear()
    spool.close_until(1, 4 * SECOND)
    old = spool.id

    pushed(spool, centre.url)

    assert spool.id != old
    assert list(centre.batches) == [(spool.id, DAY, 1)]
    assert "number 1 of 1970-01-01 is not kept any more and lost" in caplog.text
    spool.close()


def test_a_batch_that_was_set_aside_is_kept_and_the_next_one_goes_on(
    tmp_path: Path, centre: Any, caplog: pytest.LogCaptureFixture
) -> None:
    centre.quarantines = {2}
    spool = filled(tmp_path / "spool.db")

    assert pushed(spool, centre.url) == [Delivery.DELIVERED] * 3 + [Delivery.NOTHING]

    assert "set batch 2 of 1970-01-01 aside, it counts for nothing: it was" in caplog.text
    assert spool.parcels.send_again(spool.id, DAY, 2)
    spool.close()


@pytest.mark.parametrize(
    ("quarantines", "before"),
    [
        pytest.param({1}, {0: Outcome.GOOD}, id="of an earlier batch the closed next one tells"),
        pytest.param({3}, {}, id="of the last one the open one will, which goes on from nothing"),
    ],
)
def test_after_a_batch_that_was_set_aside_outcomes_are_told_anew(
    tmp_path: Path, centre: Any, quarantines: set[int], before: dict[int, Outcome]
) -> None:
    centre.quarantines = quarantines
    spool = Spool(tmp_path / "spool.db")
    spool.follow(AgentAssigned(version=1, location="l", probes=(PROBE,)), 0)
    for n in range(3):
        spool.record(1, [Row(0, n * SECOND, n * SECOND, Outcome.GOOD, 1)])
        spool.close_until(1, (n + 1) * SECOND)

    pushed(spool, centre.url)

    told = [ObservationsRecorded.from_bytes(centre.batches[key]) for key in sorted(centre.batches)]
    anew = [len(batch.edges) for batch in told]
    assert anew == [1, 1 if quarantines == {1} else 0, 0]
    assert spool.spans()[0].before == before
    spool.close()


def test_a_centre_that_forgot_an_assignment_is_told_it(tmp_path: Path, centre: Any) -> None:
    centre.forget_assignment = True
    spool = filled(tmp_path / "spool.db")

    seen = pushed(spool, centre.url)

    assert seen[0] is Delivery.AGAIN
    assert len(centre.batches) == 3
    assert centre.final == []
    spool.close()


def test_what_nobody_can_explain_is_said_to_be_final(tmp_path: Path, centre: Any) -> None:
    """The centre knows another assignment of that number, so that it sets the batch aside."""
    centre.forget_assignment = centre.knows_another_assignment = True
    spool = filled(tmp_path / "spool.db", 1)

    seen = pushed(spool, centre.url)

    assert seen == [Delivery.AGAIN, Delivery.DELIVERED, Delivery.NOTHING]
    assert centre.final == [1]
    spool.close()


@pytest.mark.parametrize(
    ("status", "expected", "said"),
    [
        pytest.param(401, Delivery.REFUSED, "does not accept the key", id="a revoked key"),
        pytest.param(403, Delivery.REFUSED, "does not accept the key", id="a key for another"),
        pytest.param(422, Delivery.REFUSED, "refuses with 422", id="something unreadable"),
        pytest.param(413, Delivery.REFUSED, "too large", id="too large even without evidence"),
        pytest.param(429, Delivery.FAILED, "answers 429", id="too many"),
        pytest.param(503, Delivery.FAILED, "answers 503", id="not now"),
    ],
)
def test_each_refusal_is_told_apart_and_nothing_is_lost(
    tmp_path: Path,
    centre: Any,
    caplog: pytest.LogCaptureFixture,
    status: int,
    expected: Delivery,
    said: str,
) -> None:
    centre.refuse_with = [(status, {"detail": "no"})]
    spool = filled(tmp_path / "spool.db", 1)

    seen = pushed(spool, centre.url, until=expected)

    assert seen == [expected]
    assert said in caplog.text
    assert spool.parcels.oldest() is not None
    spool.close()


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param(None, id="nothing"),
        pytest.param("two", id="a word"),
        pytest.param(1.5, id="a part of a number"),
        pytest.param([1], id="a list"),
        pytest.param(0, id="what no batch has"),
        pytest.param(True, id="a yes"),
    ],
)
def test_who_expects_what_is_no_number_of_a_batch_is_asked_again_later(
    tmp_path: Path, centre: Any, caplog: pytest.LogCaptureFixture, expected: object
) -> None:
    centre.refuse_with = [(409, {"type": OUT_OF_ORDER, "expected": expected})]
    spool = filled(tmp_path / "spool.db", 1)

    seen = pushed(spool, centre.url, until=Delivery.REFUSED)

    assert seen == [Delivery.REFUSED]
    assert "refuses with 409" in caplog.text
    assert spool.parcels.oldest() is not None
    spool.close()


def test_a_refused_key_is_said_once_a_minute_with_what_to_set(
    tmp_path: Path, centre: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(filled(tmp_path / "spool.db", 1)) as spool:
        said = refusals(spool, centre.url, "wrong", caplog)

    assert len(said) == 1
    assert (
        "the centre does not accept the key of agent-1: it was revoked there, or renewed" in said[0]
    )
    assert "`slamon agent enrol agent-1 --location ID --renew`" in said[0]
    assert "SLAMON_AGENT_KEY" in said[0]


def test_a_centre_that_is_away_is_said_once_a_minute(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(filled(tmp_path / "spool.db", 1)) as spool:
        said = refusals(spool, "http://127.0.0.1:9", "key-1", caplog)

    assert said == ["the centre cannot be reached: [Errno 111] Connection refused"]


def refusals(spool: Spool, url: str, key: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What is logged where five deliveries are tried."""

    async def tried() -> None:
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(url, "agent-1", key))
        for _ in itertools.repeat(None, 5):
            await courier.deliver()
        recorder.close()

    asyncio.run(tried())
    return [each.getMessage() for each in caplog.records if "the centre" in each.getMessage()]


def test_a_centre_that_asks_for_patience_is_given_it(tmp_path: Path, centre: Any) -> None:
    async def deliver() -> float:
        spool = filled(tmp_path / "spool.db", 1)
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(centre.url, "agent-1", "key-1"))
        running = asyncio.create_task(courier.run())
        began = time.monotonic()
        while not centre.batches:  # noqa: ASYNC110 - it is a thread that will have them
            await asyncio.sleep(0.01)
        took = time.monotonic() - began
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        recorder.close()
        spool.close()
        return took

    centre.refuse_with, centre.wait_header = [(429, {"detail": "no"})], "1"

    assert asyncio.run(deliver()) >= 1


@pytest.mark.parametrize(
    ("ahead", "status", "expected", "reported"),
    [
        pytest.param(0, 200, [Delivery.DELIVERED, Delivery.NOTHING], 1, id="over, and reported"),
        pytest.param(3600, 200, [Delivery.NOTHING], 0, id="not over: it waits"),
        pytest.param(0, 422, [Delivery.AGAIN, Delivery.NOTHING], 0, id="refused: set aside"),
    ],
)
def test_an_interruption_is_reported_once_and_when_it_is_over(
    tmp_path: Path, centre: Any, ahead: int, status: int, expected: list[Delivery], reported: int
) -> None:
    centre.gaps_answered = status
    now = time.time_ns() // 1000

    async def deliver() -> list[Delivery]:
        spool = Spool(tmp_path / "spool.db")
        gap = ProbingInterrupted(from_=now - SECOND, to=now + ahead * SECOND, reason="a step")
        spool.interrupted(gap)
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(centre.url, "agent-1", "key-1"))
        seen = [await courier.deliver() for _ in expected]
        recorder.close()
        spool.close()
        return seen

    assert asyncio.run(deliver()) == expected
    assert len(centre.interruptions) == reported


@pytest.mark.parametrize(
    ("centre_ahead", "to", "reported"),
    [
        pytest.param(3600, 1800, 1, id="our clock is behind, and it is over"),
        pytest.param(-3600, -1800, 0, id="our clock ran ahead, so that it waits"),
        pytest.param(-3600, -5400, 1, id="our clock ran ahead, and it was over before that"),
    ],
)
def test_whether_an_interruption_is_over_is_told_by_the_clock_of_the_centre(
    tmp_path: Path, centre: Any, centre_ahead: int, to: int, reported: int
) -> None:
    centre.clock_ahead = centre_ahead * SECOND
    now = time.time_ns() // 1000
    spool = Spool(tmp_path / "spool.db")
    gap = ProbingInterrupted(from_=now - 7200 * SECOND, to=now + to * SECOND, reason="a step")
    spool.interrupted(gap)

    async def deliver() -> None:
        recorder = Recorder(spool)
        speaking = Centre(centre.url, "agent-1", "key-1")
        speaking.assignment(None)
        await Courier(spool, recorder, speaking).deliver()
        recorder.close()

    asyncio.run(deliver())

    assert len(centre.interruptions) == reported
    spool.close()


def test_a_spool_that_ran_full_while_the_centre_was_away_hands_in_the_rest_in_order(
    tmp_path: Path, centre: Any
) -> None:
    """The first batch had come to the centre, and its answer was lost: its number is never given again."""
    spool = Spool(tmp_path / "spool.db", Keeping(days=35, mib=1))
    spool.follow(AgentAssigned(version=1, location="l", probes=(PROBE,)), 0)

    async def hand_in() -> None:
        recorder = Recorder(spool)
        courier = Courier(spool, recorder, Centre(centre.url, "agent-1", "key-1"))
        await courier.drain()
        recorder.close()

    def see(first: int, last: int) -> None:
        for n in range(first, last):
            evidence = Evidence(text=token_hex(40_000))
            due = n * SECOND
            spool.record(1, [Row(0, due, due, Outcome.BAD, None, evidence)])
            spool.close_until(1, due + SECOND)

    see(0, 1)
    centre.lose_answers = 1
    asyncio.run(hand_in())
    see(1, 40)
    asyncio.run(hand_in())

    held = [ObservationsRecorded.from_bytes(data) for data in centre.batches.values()]
    told = sorted((gap.from_, gap.to) for gap in centre.interruptions)
    rest = held[1:]
    assert [batch.begin for batch in rest[1:]] == [batch.end for batch in rest[:-1]]
    assert (told[0][0], told[-1][1], rest[-1].end) == (0, rest[0].begin, 40 * SECOND)
    assert len({name for name, _, _ in centre.batches}) == 2
    assert spool.parcels.oldest() is None
    spool.close()
