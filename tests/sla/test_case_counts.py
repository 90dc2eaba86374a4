"""Results counted as cases (§4.8): within agreed time, by the effect of what is excluded; slow or failed is bad."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import Intervals, norm
from probes.outcome import Outcome
from slamon.sla.counts import Counts, Window, case_counts, within
from slamon.sla.judgement import Effect
from slamon.sla.runs import Run, runs_of

SPAN = (0, 100)
ALL: Intervals = (SPAN,)


def _good(first: int, last: int, count: int) -> Run:
    return Run(first, last, count, Outcome.GOOD)


def _bad(first: int, last: int, count: int) -> Run:
    return Run(first, last, count, Outcome.BAD)


@pytest.mark.parametrize(
    ("outcome", "latency", "held"),
    [
        pytest.param(Outcome.GOOD, 10, Outcome.GOOD, id="exactly within the bound"),
        pytest.param(Outcome.GOOD, 11, Outcome.BAD, id="slower by a microsecond"),
        pytest.param(Outcome.DEGRADED, 10, Outcome.GOOD, id="degraded and quick"),
        pytest.param(Outcome.DEGRADED, 11, Outcome.BAD, id="degraded and slow"),
        pytest.param(Outcome.BAD, 1, Outcome.BAD, id="a quick failure"),
        pytest.param(Outcome.BAD, None, Outcome.BAD, id="a failure that was not timed"),
        pytest.param(Outcome.INCONCLUSIVE, 1, Outcome.INCONCLUSIVE, id="nothing was learned"),
        pytest.param(Outcome.GOOD, None, Outcome.INCONCLUSIVE, id="an answer that was not timed"),
    ],
)
def test_what_a_result_is_for_a_promise_of_speed(
    outcome: Outcome, latency: int | None, held: Outcome
) -> None:
    assert within(outcome, latency, 10) is held


@pytest.mark.parametrize(
    ("runs", "agreed", "counts"),
    [
        pytest.param([_good(0, 90, 10), _bad(95, 95, 1)], ALL, Counts(10, 1), id="all of them"),
        pytest.param([_good(0, 90, 10)], ((10, 30),), Counts(2, 0), id="its end is no part of it"),
        pytest.param([_good(0, 90, 10)], ((1, 10),), Counts(0, 0), id="none between two results"),
        pytest.param(
            [_good(0, 90, 10)], ((0, 20), (50, 60)), Counts(3, 0), id="in two pieces of agreed time"
        ),
        pytest.param(
            [_good(-20, 120, 15)], ((-50, 150),), Counts(10, 0), id="only within the span"
        ),
        pytest.param([_good(5, 5, 1)], (), Counts(0, 0), id="none outside agreed time"),
        pytest.param(
            [Run(0, 90, 10, Outcome.INCONCLUSIVE), Run(5, 5, 1, Outcome.DEGRADED)],
            ALL,
            Counts(1, 0),
            id="an inconclusive result is no case, a degraded one is good",
        ),
    ],
)
def test_results_count_where_time_is_agreed(
    runs: list[Run], agreed: Intervals, counts: Counts
) -> None:
    assert case_counts([runs], agreed, (), SPAN) == counts


@pytest.mark.parametrize(
    ("effect", "counts"),
    [
        pytest.param("remove_window", Counts(3, 3), id="removed with the window: none of them"),
        pytest.param("remove_bad_time", Counts(5, 3), id="removed if bad: the good ones stay"),
        pytest.param("count_as_available", Counts(7, 3), id="counted as available: all are good"),
        pytest.param("ignore", Counts(5, 5), id="ignored: as if nothing were excluded"),
    ],
)
def test_excluded_results_count_by_their_effect(effect: Effect, counts: Counts) -> None:
    runs = [_good(0, 40, 5), _bad(50, 90, 5)]

    assert case_counts([runs], ALL, ((30, 70, effect),), SPAN) == counts


def test_results_of_all_sources_are_counted_together() -> None:
    runs = [[_good(0, 90, 10)], [_good(0, 0, 1), _bad(50, 50, 1)]]

    assert case_counts(runs, ALL, (), SPAN) == Counts(11, 1)


def test_an_inconclusive_result_in_time_counted_as_available_is_no_case_either() -> None:
    runs = [Run(0, 90, 10, Outcome.INCONCLUSIVE)]

    assert case_counts([runs], ALL, ((0, 100, "count_as_available"),), SPAN) == Counts(0, 0)


EFFECTS: tuple[Effect, ...] = ("remove_window", "remove_bad_time", "count_as_available", "ignore")
instants = st.integers(0, 60)
cuts = st.lists(instants, min_size=2, max_size=8, unique=True).map(sorted)
results = st.dictionaries(instants, st.sampled_from(Outcome), max_size=40)


def _pairs(points: list[int]) -> list[tuple[int, int]]:
    return list(zip(points[::2], points[1::2], strict=False))


@given(
    results=results, agreed=cuts, excluded=cuts, effects=st.tuples(*[st.sampled_from(EFFECTS)] * 4)
)
def test_runs_count_as_their_results_one_by_one(
    results: dict[int, Outcome],
    agreed: list[int],
    excluded: list[int],
    effects: tuple[Effect, ...],
) -> None:
    hours = norm(_pairs(agreed))
    windows: list[Window] = [
        (begin, end, effect)
        for (begin, end), effect in zip(_pairs(excluded), effects, strict=False)
    ]
    span = (5, 55)
    good = bad = 0
    for at, outcome in results.items():
        if outcome is Outcome.INCONCLUSIVE or not span[0] <= at < span[1]:
            continue
        if not any(begin <= at < end for begin, end in hours):
            continue
        effect = next((e for begin, end, e in windows if begin <= at < end), "ignore")
        counted = effect != "remove_window"
        if outcome is not Outcome.BAD:
            good += counted
        elif effect == "count_as_available":
            good += 1
        elif effect == "ignore":
            bad += 1

    runs = runs_of(results.items(), 20)
    assert case_counts([runs], hours, windows, span) == Counts(good, bad)


@given(results=results, at=instants)
def test_two_halves_add_up_to_the_whole(results: dict[int, Outcome], at: int) -> None:
    runs = [runs_of(results.items(), 20)]

    halves = case_counts(runs, ALL, (), (0, at)) + case_counts(runs, ALL, (), (at, 100))
    assert halves == case_counts(runs, ALL, (), SPAN)
