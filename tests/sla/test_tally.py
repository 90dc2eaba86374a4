import random
from fractions import Fraction
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import HOUR
from catalogue.intervals import Intervals, Steps, norm, steps
from catalogue.periods import local_days, parse_period
from catalogue.service_hours import WEEKDAYS, ServiceHours
from slamon.sla.judgement import Effect, State
from slamon.sla.outages import OutageFigures, outage_figures
from slamon.sla.tally import DownRun, EmptyPeriodError, Tally, Windows, classify, merge, pieces

END = 40
SPAN = (0, END)

states = st.lists(
    st.tuples(st.integers(-5, END), st.sampled_from(["up", "degraded", "down", "unknown"])),
    max_size=12,
).map(lambda points: steps(sorted(points, key=lambda point: point[0]), END))
windows = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=4).map(norm)
EFFECTS: tuple[Effect, ...] = get_args(Effect)


@st.composite
def exclusions(draw: st.DrawFn) -> Windows:
    """Disjoint windows, each with an effect of its own."""
    return tuple((begin, end, draw(st.sampled_from(EFFECTS))) for begin, end in draw(windows))


cuts = st.sets(st.integers(1, END - 1), max_size=5)


def by_second(function: Steps[State], agreed: Intervals, excused: Windows) -> Tally:
    """Count second by second: slow and obviously right."""
    tally = Tally()
    for at in range(*SPAN):
        known = [s for begin, end, s in function.pieces() if begin <= at < end]
        state = known[0] if known else "unknown"
        effects = [effect for a, b, effect in excused if a <= at < b]
        if not any(a <= at < b for a, b in agreed):
            tally += Tally({"outside": 1})
        elif effects:
            tally += Tally({f"{effects[0]}.{state}": 1})
        else:
            tally += Tally({state: 1})
    return tally


@given(states, windows, exclusions())
def test_every_second_is_counted_once(
    function: Steps[State], agreed: Intervals, excused: Windows
) -> None:
    figures = classify(function, agreed, excused, SPAN)
    assert figures.tally == by_second(function, agreed, excused)
    assert figures.tally.total == END
    assert sum(outage.counted for outage in figures.outages) == figures.tally.down


@given(states, windows, exclusions(), cuts, st.randoms(use_true_random=False))
def test_a_span_cut_anywhere_merges_to_the_same_figures_in_any_order(
    function: Steps[State],
    agreed: Intervals,
    excused: Windows,
    at: set[int],
    order: random.Random,
) -> None:
    edges = [0, *sorted(at), END]
    parts = [classify(function, agreed, excused, (begin, end)) for begin, end in pairwise(edges)]
    order.shuffle(parts)
    assert merge(parts) == classify(function, agreed, excused, SPAN)


@given(states, windows, exclusions())
def test_pieces_tile_the_span(function: Steps[State], agreed: Intervals, excused: Windows) -> None:
    found = list(pieces(function, agreed, excused, SPAN))
    assert found[0][0] == 0
    assert found[-1][1] == END
    assert all(a[1] == b[0] for a, b in pairwise(found))


@pytest.mark.parametrize("label", ["2026-03", "2026-10", "2026-02"])
def test_the_days_of_a_month_merge_to_the_month_also_when_clocks_change(label: str) -> None:
    month = parse_period(label, "Europe/Berlin")
    hours = ServiceHours(
        "Europe/Berlin", dict.fromkeys(WEEKDAYS, (("00:00", "03:30"), ("17:00", "24:00")))
    )
    change = month.begin + 22 * HOUR
    points: list[tuple[int, State]] = [(month.begin, "up")]
    while change < month.end:
        points += [(change, "down"), (change + 3 * HOUR, "up"), (change + 9 * HOUR, "unknown")]
        points += [(change + 11 * HOUR, "degraded")]
        change += 31 * HOUR
    function = steps(points, month.end)
    days = [
        classify(function, hours.intervals(*day.span), (), day.span)
        for day in local_days(month.span, "Europe/Berlin")
    ]
    whole = classify(function, hours.intervals(*month.span), (), month.span)
    assert merge(days) == whole
    assert whole.tally.total == month.end - month.begin


def down(*spans: tuple[int, int]) -> Steps[State]:
    points: list[tuple[int, State]] = [(0, "up")]
    for begin, end in spans:
        points += [(begin, "down"), (end, "up")]
    return steps(points, END)


ALL: Intervals = (SPAN,)


@pytest.mark.parametrize(
    ("function", "agreed", "excused", "outages"),
    [
        pytest.param(down((5, 8)), ALL, (), [DownRun(5, 8, 3)], id="down between up is an outage"),
        pytest.param(
            down((5, 20)),
            ALL,
            ((8, 12, "remove_window"),),
            [DownRun(5, 20, 11)],
            id="excused time neither ends nor lengthens it",
        ),
        pytest.param(
            down((5, 20)),
            ((0, 10), (15, 40)),
            (),
            [DownRun(5, 20, 10)],
            id="nor does time outside the hours",
        ),
        pytest.param(
            down((5, 9), (16, 20)),
            ((0, 9), (16, 40)),
            (),
            [DownRun(5, 20, 8)],
            id="available time outside the hours does not end it",
        ),
        pytest.param(
            down((5, 9), (16, 20)),
            ALL,
            (),
            [DownRun(5, 9, 4), DownRun(16, 20, 4)],
            id="counted available time ends it",
        ),
        pytest.param(
            steps([(0, "down"), (5, "unknown"), (9, "down"), (11, "up")], END),
            ALL,
            (),
            [DownRun(0, 11, 7)],
            id="unknown time does not end it",
        ),
        pytest.param(down((5, 8)), (), (), [], id="outside the hours there is none"),
    ],
)
def test_an_outage_is_an_unbroken_run_of_counted_down_time(
    function: Steps[State], agreed: Intervals, excused: Windows, outages: list[DownRun]
) -> None:
    assert classify(function, agreed, excused, SPAN).outages == tuple(outages)


def test_time_without_a_state_is_unknown() -> None:
    told: Steps[State] = steps([(10, "up")], 20)
    assert classify(told, ALL, (), SPAN).tally == Tally({"up": 10, "unknown": 30})


def test_an_empty_period_has_no_figures() -> None:
    with pytest.raises(EmptyPeriodError, match="empty period"):
        classify(down(), ALL, (), (5, 5))


def test_figures_of_overlapping_spans_do_not_add() -> None:
    part = classify(down(), ALL, (), (0, 10))
    with pytest.raises(ValueError, match="overlapping"):
        merge([part, part])
    with pytest.raises(ValueError, match="no figures"):
        merge([])


def test_the_tally_is_named_as_in_the_judgement() -> None:
    assert Tally(
        {
            "up": 5,
            "remove_window.down": 1,
            "ignore.down": 1,
            "remove_window.down>up": 2,
            "remove_window.down>degraded": 3,
            "outside": 1,
        }
    ).as_us() == {
        "up_us": 5,
        "degraded_us": 0,
        "down_us": 0,
        "unknown_us": 0,
        "excused_up_us": 0,
        "excused_degraded_us": 0,
        "excused_down_us": 4,
        "excused_down>degraded_us": 3,
        "excused_unknown_us": 0,
        "outside_us": 1,
    }


def test_outages_are_counted_and_averaged_exactly() -> None:
    assert outage_figures([DownRun(0, 10, 10), DownRun(50, 60, 5)], 85) == OutageFigures(
        count=2,
        longest=10,
        mean_time_to_restore=Fraction(15, 2),
        mean_time_between_failures=Fraction(85, 2),
    )


def test_without_an_outage_there_is_no_mean() -> None:
    assert outage_figures([], 100) == OutageFigures(0, 0, None, None)
