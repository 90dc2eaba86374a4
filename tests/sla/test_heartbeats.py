"""What signals and silence say of a probe that reports itself: every expected figure is counted by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from catalogue.instants import MINUTE
from probes.outcome import Outcome
from slamon.sla.heartbeats import (
    START,
    Expected,
    Heard,
    HeartbeatFact,
    HeartbeatMissed,
    HeartbeatReceived,
    HeartbeatUnheard,
    Signal,
    due,
    evolve,
    missed,
    stream_of,
    unheard,
)
from slamon.sla.runs import Run
from slamon.sla.timeline import timeline

HB = Expected("hb-backup", 60 * MINUTE, 10 * MINUTE, "loc-bonn")


def signal(minute: int, word: Signal, run: str | None = None) -> HeartbeatReceived:
    return HeartbeatReceived(
        at=minute * MINUTE, signal=word, run=run, location="loc-bonn", validity_us=70 * MINUTE
    )


def told(*facts: HeartbeatFact) -> Heard:
    heard = START
    for fact in facts:
        heard = evolve(heard, fact)
    return heard


def silences(*facts: HeartbeatFact, until: int, since: int = 0) -> list[tuple[int, int]]:
    """Due and deadline (minutes) of what is missed."""
    found = missed(START, facts, HB, since=since * MINUTE, until=until * MINUTE + 1)
    return [(each.due // MINUTE, each.deadline // MINUTE) for each in found]


def states(facts: Sequence[HeartbeatFact], until: int) -> list[tuple[int, str]]:
    """The state from each minute on, as the judge reads what these facts say."""
    results = [fact.result for fact in facts if fact.result]
    runs = [Run(r.at, r.at, 1, r.outcome, r.validity_us) for r in sorted(results)]
    return [(at // MINUTE, state) for at, state in timeline(runs, (0, until * MINUTE), 0).points]


@pytest.mark.parametrize(
    ("facts", "until", "expected"),
    [
        pytest.param([], 500, [], id="before anything was heard nothing is due"),
        pytest.param([signal(0, "log")], 500, [], id="a log asks for nothing"),
        pytest.param([signal(0, "success")], 69, [], id="within the grace it is not late yet"),
        pytest.param([signal(0, "success")], 70, [(60, 70)], id="after the grace it is late"),
        pytest.param(
            [signal(0, "success")],
            190,
            [(60, 70), (120, 130), (180, 190)],
            id="silence is told once per interval",
        ),
        pytest.param(
            [signal(0, "success"), signal(70, "success")],
            100,
            [],
            id="a signal at the very deadline is in time",
        ),
        pytest.param(
            [signal(0, "success"), signal(75, "success")],
            100,
            [(60, 70)],
            id="a signal after the deadline leaves the minutes between",
        ),
        pytest.param(
            [signal(0, "success"), signal(59, "success")],
            128,
            [],
            id="every success begins an interval",
        ),
        pytest.param([signal(0, "fail")], 70, [(60, 70)], id="so does every failure"),
        pytest.param(
            [signal(0, "start")],
            10,
            [(0, 10)],
            id="a run that does not end within the grace is late",
        ),
        pytest.param(
            [signal(0, "start"), signal(9, "success")], 78, [], id="a run that ends in time is not"
        ),
        pytest.param(
            [signal(0, "start", "a"), signal(1, "start", "b"), signal(5, "success", "b")],
            30,
            [(0, 10)],
            id="of two runs the one that has not ended is late",
        ),
        pytest.param(
            [signal(0, "start", "a"), signal(5, "success")],
            30,
            [(0, 10)],
            id="an end without a run's id does not end it",
        ),
        pytest.param(
            [signal(0, "start")],
            130,
            [(0, 10), (60, 70), (120, 130)],
            id="silence after a run that never ended goes on",
        ),
    ],
)
def test_what_is_missed(
    facts: list[HeartbeatFact], until: int, expected: list[tuple[int, int]]
) -> None:
    assert silences(*facts, until=until) == expected


@pytest.mark.parametrize(
    ("facts", "since", "until", "expected"),
    [
        pytest.param([signal(0, "success")], 65, 134, [], id="an interval and a grace are waited"),
        pytest.param([signal(0, "success")], 65, 135, [(125, 135)], id="and no longer"),
        pytest.param(
            [signal(0, "start")], 5, 74, [], id="the end of a run begun before may have been lost"
        ),
        pytest.param(
            [signal(0, "success"), signal(80, "start")],
            70,
            90,
            [(80, 90)],
            id="the end of a run begun since would have been heard",
        ),
    ],
)
def test_who_was_deaf_waits(
    facts: list[HeartbeatFact], since: int, until: int, expected: list[tuple[int, int]]
) -> None:
    assert silences(*facts, until=until, since=since) == expected


def test_what_was_told_is_not_told_again() -> None:
    first = list(missed(START, [signal(0, "success")], HB, since=0, until=100 * MINUTE))

    again = missed(START, [signal(0, "success"), *first], HB, since=0, until=100 * MINUTE)

    assert len(first) == 1
    assert list(again) == []


def test_a_silence_told_late_does_not_undo_the_signal_after_it() -> None:
    late = HeartbeatMissed(
        due=60 * MINUTE,
        deadline=70 * MINUTE,
        since=0,
        location="loc-bonn",
        validity_us=70 * MINUTE,
    )

    heard = told(signal(0, "success"), signal(75, "success"), late)

    assert due(heard, HB, 0) == 135 * MINUTE
    assert heard.result is not None
    assert heard.result.outcome is Outcome.GOOD


@pytest.mark.parametrize(
    ("facts", "gap", "expected"),
    [
        pytest.param(
            [signal(0, "success")], (10, 15), None, id="a short one after a success is bridged"
        ),
        pytest.param(
            [signal(0, "fail")], (10, 20), None, id="so is one after a failure that was told"
        ),
        pytest.param([signal(0, "success")], (10, 21), 10, id="one longer than the grace is not"),
        pytest.param(
            [signal(0, "success")], (70, 200), None, id="after the grace nothing is known anyway"
        ),
        pytest.param([], (10, 200), None, id="nor before the first signal"),
    ],
)
def test_a_time_without_ears(
    facts: list[HeartbeatFact], gap: tuple[int, int], expected: int | None
) -> None:
    found = unheard(told(*facts), HB, gap[0] * MINUTE, gap[1] * MINUTE)

    assert [each.begin // MINUTE for each in found] == ([] if expected is None else [expected])


def test_silence_is_never_bad_while_nobody_listened() -> None:
    silent: list[HeartbeatFact] = [
        signal(0, "success"),
        *missed(START, [signal(0, "success")], HB, since=0, until=80 * MINUTE),
    ]

    found = unheard(told(*silent), HB, 90 * MINUTE, 92 * MINUTE)

    assert states([*silent, *found], 200) == [(0, "up"), (70, "down"), (90, "unknown")]


def test_a_signal_that_was_the_last_sign_of_life_keeps_its_instant() -> None:
    found = unheard(told(signal(10, "success")), HB, 10 * MINUTE, 60 * MINUTE)

    assert [each.begin for each in found] == [10 * MINUTE + 1]


def test_the_states_of_a_day() -> None:
    facts: list[HeartbeatFact] = [
        signal(0, "success"),
        signal(60, "start"),
        signal(65, "success"),
        signal(120, "fail"),
        signal(125, "log"),
        signal(180, "success"),
    ]
    silent = list(missed(START, facts, HB, since=0, until=400 * MINUTE))

    assert [each.deadline // MINUTE for each in silent] == [250, 310, 370]
    assert states([*facts, *silent], 400) == [
        (0, "up"),
        (120, "down"),
        (180, "up"),
        (250, "down"),
    ]


def test_a_run_under_way_is_known_by_its_id() -> None:
    heard = told(signal(0, "start", "a"), signal(1, "start", "b"), signal(2, "fail", "a"))

    assert heard.running == {"b": 1 * MINUTE}


def test_a_gap_leaves_no_run_under_way() -> None:
    gap = HeartbeatUnheard(begin=5 * MINUTE, end=60 * MINUTE, location="l", validity_us=1)

    assert told(signal(0, "start"), gap).running == {}


def test_a_fact_stands_in_the_stream_of_the_day_it_tells_of() -> None:
    assert stream_of("hb-backup", 86_400_000_000 - 1) == "heartbeats:hb-backup:1970-01-01"
    assert stream_of("hb-backup", 86_400_000_000) == "heartbeats:hb-backup:1970-01-02"
