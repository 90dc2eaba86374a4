from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import Intervals, Steps, norm, steps
from slamon.sla.judgement import State
from slamon.sla.outages import OutageFigures, carried_in, outage_figures
from slamon.sla.tally import DayFigures, DownRun, classify, merge

END = 40
SPAN = (0, END)

kinds = st.sampled_from(["up", "degraded", "down", "down", "unknown"])
states = st.lists(st.tuples(st.integers(0, END), kinds), max_size=12).map(
    lambda points: steps(sorted(points, key=lambda point: point[0]), END)
)
hours = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=4).map(norm)
cuts = st.sets(st.integers(1, END - 1), min_size=1, max_size=5)


def figures(day: DayFigures, *, carried: bool) -> OutageFigures:
    good = day.tally.up + day.tally.degraded
    return outage_figures(day.outages, good, carried_in=carried)


@given(states, hours, cuts)
def test_outages_counted_where_they_begin_add_up_over_any_cut(
    function: Steps[State], agreed: Intervals, at: set[int]
) -> None:
    whole = classify(function, agreed, (), SPAN)
    parts = [classify(function, agreed, (), span) for span in pairwise([0, *sorted(at), END])]
    begun = figures(parts[0], carried=False).count
    for number, part in enumerate(parts[1:], 1):
        begun += figures(part, carried=carried_in(merge(parts[:number]), part)).count
    assert begun == len(whole.outages)
    assert sum(outage.counted for part in parts for outage in part.outages) == whole.tally.down


def down(*spans: tuple[int, int]) -> Steps[State]:
    points: list[tuple[int, State]] = [(0, "up")]
    for begin, end in spans:
        points += [(begin, "down"), (end, "up")]
    return steps(points, END)


@pytest.mark.parametrize(
    ("function", "carried"),
    [
        pytest.param(down((15, 25)), True, id="it runs over the edge"),
        pytest.param(down((15, 20), (21, 25)), False, id="it was up at the edge, after it"),
        pytest.param(down((15, 19), (20, 25)), False, id="it was up at the edge, before it"),
        pytest.param(down((20, 25)), False, id="it begins with the period"),
        pytest.param(down((10, 20)), False, id="it ends with the period before"),
        pytest.param(
            steps([(0, "down"), (10, "unknown"), (30, "down")], END),
            True,
            id="unknown time around the edge does not end it",
        ),
        pytest.param(down(), False, id="there is none"),
    ],
)
def test_an_outage_is_carried_in_where_no_available_time_lies_between(
    function: Steps[State], *, carried: bool
) -> None:
    before, here = (classify(function, (SPAN,), (), span) for span in ((0, 20), (20, END)))
    assert carried_in(before, here) is carried


def test_an_outage_carried_in_is_not_counted_again_but_its_time_is() -> None:
    runs = [DownRun(0, 30, 30), DownRun(50, 60, 10)]
    assert outage_figures(runs, 60, carried_in=True) == OutageFigures(
        count=1,
        longest=30,
        mean_time_to_restore=Fraction(40),
        mean_time_between_failures=Fraction(60),
    )


def test_a_period_of_nothing_but_an_outage_carried_in_has_no_mean() -> None:
    assert outage_figures([DownRun(0, 30, 30)], 60, carried_in=True) == OutageFigures(
        0, 30, None, None
    )


def test_the_time_between_incidents_is_from_begin_to_begin() -> None:
    found = outage_figures([DownRun(0, 10, 10), DownRun(50, 60, 5)], 85)
    assert found.mean_time_between_incidents == Fraction(100, 2)
    assert outage_figures([], 85).mean_time_between_incidents is None
