"""An agent that stood still, or whose clock was set, leaves slots that are missing and explained; never up or down."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment
from probes.specs.web import HttpSpec
from probes.stretches import Stretch, runs

MS = 1_000
S = 1_000_000
INTERVAL = 1 * S
PROBES = 4

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def assignment(centre: Any, target: Any) -> AgentAssigned:
    """Four probes of a target that takes its time, one every 250 ms: some attempt is always under way."""
    target.delay = 0.25
    url = f"http://127.0.0.1:{target.server_address[1]}/"
    centre.assignment = AgentAssigned(
        version=1,
        location="loc-bonn",
        probes=tuple(
            AssignedProbe(
                probe=f"prb-{n}",
                spec=HttpSpec(url=url, timeout=INTERVAL),
                phase=n * INTERVAL // PROBES,
                segments=(Segment(interval=INTERVAL),),
            )
            for n in range(PROBES)
        ),
    )
    given: AgentAssigned = centre.assignment
    return given


def now() -> int:
    return time.time_ns() // 1000


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def stopped(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=20)
    assert process.returncode == 0, log


def went_on(process: subprocess.Popen[str]) -> None:
    """Let an agent probe for three intervals more; when it ends, it hands in what it has."""
    time.sleep(3 * INTERVAL / S)
    stopped(process)


def arrived(centre: Any) -> list[ObservationsRecorded]:
    return [ObservationsRecorded.from_bytes(centre.batches[key]) for key in sorted(centre.batches)]


def missing(batches: list[ObservationsRecorded]) -> list[int]:
    return [slot.due for batch in batches for slot in batch.missing]


def interrupted(centre: Any, said: str) -> ProbingInterrupted:
    until(lambda: any(said in gap.reason for gap in centre.interruptions))
    given: list[ProbingInterrupted] = centre.interruptions
    return next(gap for gap in given if said in gap.reason)


def unexplained(batches: list[ObservationsRecorded], centre: Any) -> list[int]:
    gaps = centre.interruptions
    return [due for due in missing(batches) if not any(g.from_ <= due < g.to for g in gaps)]


def stretches(batches: list[ObservationsRecorded], assignment: AgentAssigned) -> list[Stretch]:
    return [each for batch in batches for probe in runs(batch, assignment) for each in probe]


def reasons(batches: list[ObservationsRecorded]) -> set[str | None]:
    return {kept.reason for batch in batches for kept in batch.evidence.values()}


def test_a_stopped_process_leaves_an_explained_gap_and_catches_nothing_up(
    start: Start, centre: Any, assignment: AgentAssigned
) -> None:
    process = start()
    until(lambda: centre.batches)
    process.send_signal(signal.SIGSTOP)
    held = now()
    time.sleep(3)
    freed = now()
    process.send_signal(signal.SIGCONT)
    gap = interrupted(centre, "the agent stood still for 3")
    went_on(process)

    assert held - 1500 * MS < gap.from_ < held + 300 * MS
    assert freed <= gap.to < freed + 1500 * MS
    batches = arrived(centre)
    lost = missing(batches)
    assert len(lost) >= 2.5 * S / INTERVAL * PROBES
    assert unexplained(batches, centre) == []
    assert [a.end for a in batches[:-1]] == [b.begin for b in batches[1:]]
    assert reasons(batches) <= {None, "stood_still"}
    assert "stood_still" in reasons(batches), "an attempt was under way"
    assert {each.outcome for each in stretches(batches, assignment)} - {None} == {
        Outcome.GOOD,
        Outcome.INCONCLUSIVE,
    }
    assert max(late for batch in batches for late in batch.lateness) < 1_000, "in ms"


@pytest.fixture
def faked(start: Start, tmp_path: Path) -> tuple[subprocess.Popen[str], Callable[[str], None]]:
    """An agent whose clock, and no other, can be set to an offset such as `+30`."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed")
    offset = tmp_path / "offset"

    def put(seconds: str) -> None:
        fresh = offset.with_suffix(".new")
        fresh.write_text(seconds)
        fresh.rename(offset)

    put("+0")
    process = start(
        LD_PRELOAD=str(found[0]),
        FAKETIME_TIMESTAMP_FILE=str(offset),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    return process, put


def test_a_clock_that_is_set_forward_leaves_an_explained_gap_and_says_nothing_from_then_on(
    faked: Any, centre: Any, assignment: AgentAssigned
) -> None:
    process, put = faked
    until(lambda: centre.batches)
    put("+30")
    at = now()
    gap = interrupted(centre, "its clock was set forward by 30 s")
    went_on(process)

    assert at - 1500 * MS < gap.from_ < at + 1500 * MS
    assert 29 * S < gap.to - gap.from_ < 31 * S
    batches = arrived(centre)
    assert unexplained(batches, centre) == []
    told = stretches(batches, assignment)
    assert {each.outcome for each in told if each.first >= gap.to} - {None} == {
        Outcome.INCONCLUSIVE
    }
    assert reasons(batches) == {None, "clock_stepped", "clock_off"}


def test_a_clock_that_is_set_back_a_little_asks_nothing_twice_and_says_so(
    faked: Any, centre: Any, assignment: AgentAssigned
) -> None:
    process, put = faked
    until(lambda: centre.batches)
    put("-2")
    at = now()
    gap = interrupted(centre, "its clock was set back by 2 s")
    until(lambda: now() - 2 * S >= gap.to)  # by the agent's clock the gap is over
    went_on(process)

    assert at - 1500 * MS < gap.to < at + 1500 * MS
    assert 1 * S < gap.to - gap.from_ < 3 * S
    batches = arrived(centre)
    assert [a.end for a in batches[:-1]] == [b.begin for b in batches[1:]]
    told = stretches(batches, assignment)
    assert {each.outcome for each in told if each.first >= gap.to} - {None} == {
        Outcome.INCONCLUSIVE
    }


def test_a_clock_that_is_set_back_far_lets_probing_begin_anew_at_the_present(
    faked: Any, centre: Any, assignment: AgentAssigned
) -> None:
    process, put = faked
    until(lambda: centre.batches)
    put("-3600")
    at = now() - 3600 * S
    gap = interrupted(centre, "the clock was set back")
    went_on(process)

    assert at - 1500 * MS < gap.from_ < at + 1500 * MS
    later = [each for each in arrived(centre) if each.begin < at + 1800 * S]
    assert min(each.begin for each in later) <= gap.to
    assert unexplained(later, centre) == []
    assert {each.outcome for each in stretches(later, assignment)} - {None} == {
        Outcome.INCONCLUSIVE
    }
