"""Pauses are told with their ends, one by one."""

from __future__ import annotations

from typing import Any

from probes.pausing import ProbePaused, ProbeResumed

S = 1_000_000
NOON = 1_770_000_000 * S


def test_a_pause_that_is_over_is_told_with_its_end_and_another_lasts(world: Any) -> None:
    first = ProbePaused(probe="prb-web", from_=NOON, until=None, reason="401")
    over = ProbeResumed(probe="prb-web", at=NOON + S, reason="its specification has changed")
    again = ProbePaused(probe="prb-web", from_=NOON + 2 * S, until=NOON + 9 * S, reason="429")
    world.append("pauses:bonn", first, over, again)
    world.fold()

    ended, lasting = world.reading.pauses()

    assert (ended.agent, ended.probe, ended.since, ended.until) == (
        "bonn",
        "prb-web",
        "2026-02-02T02:40:00Z",
        None,
    )
    assert (ended.resumed_at, ended.resumed_because) == (
        "2026-02-02T02:40:01Z",
        "its specification has changed",
    )
    assert (lasting.until, lasting.reason, lasting.resumed_at) == (
        "2026-02-02T02:40:09Z",
        "429",
        None,
    )
