"""When a probe is due how often: segments tile its span, and no slot is lost or doubled where they meet."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.timing import Faster, segments
from probes.spec import AssignedProbe, Segment, phase_of
from probes.specs.lines import TcpSpec

SECOND = 1_000_000
USUAL = 60 * SECOND
LATEST = 10_000 * SECOND

instants = st.integers(0, LATEST)
windows = st.lists(
    st.tuples(instants, instants, st.sampled_from([10, 15, 30, 45, 60, 90]))
    .filter(lambda window: window[0] < window[1])
    .map(lambda window: (window[0], window[1], window[2] * SECOND)),
    max_size=4,
)
spans = st.tuples(st.none() | instants, st.none() | instants).filter(
    lambda span: span[0] is None or span[1] is None or span[0] < span[1]
)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param([], [(None, None, 60)], id="without windows nothing changes"),
        pytest.param(
            [(100, 200, 30)],
            [(None, 100, 60), (100, 200, 30), (200, None, 60)],
            id="a window is faster from its begin to its end",
        ),
        pytest.param(
            [(100, 300, 30), (200, 400, 15)],
            [(None, 100, 60), (100, 200, 30), (200, 400, 15), (400, None, 60)],
            id="where two overlap the shorter interval holds",
        ),
        pytest.param(
            [(100, 400, 30), (200, 300, 90)],
            [(None, 100, 60), (100, 400, 30), (400, None, 60)],
            id="a longer interval inside a shorter one changes nothing",
        ),
        pytest.param(
            [(100, 200, 30), (200, 300, 30)],
            [(None, 100, 60), (100, 300, 30), (300, None, 60)],
            id="windows that touch at one interval are one segment",
        ),
        pytest.param(
            [(100, 200, 90)],
            [(None, 100, 60), (100, 200, 90), (200, None, 60)],
            id="alone a longer interval holds as stated",
        ),
    ],
)
def test_windows_change_the_interval(
    stated: list[Faster], expected: list[tuple[int | None, int | None, int]]
) -> None:
    in_us = [(low * SECOND, high * SECOND, each * SECOND) for low, high, each in stated]

    found = list(segments((None, None), USUAL, in_us))

    assert found == [
        Segment(
            from_=None if low is None else low * SECOND,
            to=None if high is None else high * SECOND,
            interval=each * SECOND,
        )
        for low, high, each in expected
    ]


@given(spans, windows)
def test_segments_tile_the_span(span: tuple[int | None, int | None], stated: list[Faster]) -> None:
    found = list(segments(span, USUAL, stated))

    assert (found[0].from_, found[-1].to) == span
    assert all(a.to == b.from_ and a.interval != b.interval for a, b in pairwise(found))


@given(windows, instants)
def test_inside_each_segment_the_shortest_interval_stated_holds(
    stated: list[Faster], at: int
) -> None:
    probe = _probe(tuple(segments((None, None), USUAL, stated)))

    inside = [interval for low, high, interval in stated if low <= at < high]

    assert probe.interval_at(at) == min(inside, default=USUAL)


@given(windows)
def test_no_slot_is_lost_or_doubled_where_intervals_change(stated: list[Faster]) -> None:
    probe = _probe(tuple(segments((None, None), USUAL, stated)))
    slots = list(probe.slots(0, LATEST))

    assert slots == [
        at
        for each in probe.segments
        for at in range(max(each.begin, 0), min(each.end, LATEST))[
            (probe.phase - max(each.begin, 0)) % each.interval :: each.interval
        ]
    ]
    assert all(before < after for before, after in pairwise(slots))


def _probe(timed: tuple[Segment, ...]) -> AssignedProbe:
    return AssignedProbe(
        probe="prb-web",
        spec=TcpSpec(host="www.example", port=443, timeout=SECOND),
        phase=phase_of("prb-web", timed[0].interval),
        segments=timed,
    )
