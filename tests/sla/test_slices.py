from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import MINUTE, SECOND
from catalogue.intervals import Intervals, clip, norm, subtract, total
from slamon.sla.availability import Quotient
from slamon.sla.counts import Counts
from slamon.sla.slices import (
    Rule,
    SliceError,
    SliceRule,
    into_slices,
    mean_of_slices,
    measured_slices,
    pooled,
    sliced,
)

END = 60

spans = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=6).map(norm)
lengths = st.integers(1, 17)
periods = st.tuples(st.integers(0, 20), st.integers(21, END))
slices = st.lists(
    st.tuples(st.builds(Counts, st.integers(0, 50), st.integers(0, 50)), st.integers(1, 5)),
    max_size=8,
)


def held(intervals: Intervals) -> set[int]:
    return {at for begin, end in intervals for at in range(begin, end)}


def by_slice(
    down: Intervals, agreed: Intervals, span: tuple[int, int], length: int, *, entirely: bool
) -> set[int]:
    """Go through the slices one by one: slow and obviously right."""
    bad: set[int] = set()
    for begin in range(span[0], span[1], length):
        counted = set(range(begin, min(begin + length, span[1]))) & held(agreed)
        broken = counted & held(down)
        if broken and (broken == counted or not entirely):
            bad |= counted
    return bad


@given(spans, spans, periods, lengths, st.sampled_from(["entirely_down", "any_down"]))
def test_slices_aligned_to_the_period_are_judged_one_by_one(
    down: Intervals, agreed: Intervals, span: tuple[int, int], length: int, name: Rule
) -> None:
    rule = SliceRule(length, name)
    expected = by_slice(down, agreed, span, length, entirely=name == "entirely_down")
    assert held(rule.bad(down, span, agreed)) == expected


@given(spans, spans, periods, lengths)
def test_the_time_down_lies_between_what_the_two_rules_say(
    down: Intervals, agreed: Intervals, span: tuple[int, int], length: int
) -> None:
    entirely = held(SliceRule(length, "entirely_down").bad(down, span, agreed))
    any_down = held(SliceRule(length, "any_down").bad(down, span, agreed))
    assert entirely <= held(down) & held(agreed) & set(range(*span)) <= any_down


@given(spans, spans, periods)
def test_slices_of_the_shortest_length_change_nothing(
    down: Intervals, agreed: Intervals, span: tuple[int, int]
) -> None:
    measured = held(down) & held(agreed) & set(range(*span))
    rules: list[Rule] = ["entirely_down", "any_down", "whole_slices_of_runs"]
    for rule in rules:
        assert held(SliceRule(1, rule).bad(down, span, agreed)) == measured


def seconds(*given_spans: tuple[int, int]) -> Intervals:
    return tuple((a * SECOND, b * SECOND) for a, b in given_spans)


HOUR = (0, 3600 * SECOND)


@pytest.mark.parametrize(
    ("rule", "down", "bad"),
    [
        pytest.param(
            SliceRule(MINUTE, "entirely_down"),
            seconds((30, 200)),
            seconds((60, 180)),
            id="only minutes of the clock that are down as a whole",
        ),
        pytest.param(
            SliceRule(MINUTE, "entirely_down"), seconds((30, 119)), (), id="no minute is whole"
        ),
        pytest.param(
            SliceRule(MINUTE, "entirely_down", shortest=5 * MINUTE),
            seconds((0, 240), (600, 900)),
            seconds((600, 900)),
            id="intermittent time of less than five minutes is not counted",
        ),
        pytest.param(
            SliceRule(5 * MINUTE, "any_down"),
            seconds((299, 301)),
            seconds((0, 600)),
            id="two seconds over an edge are two periods of five minutes",
        ),
        pytest.param(
            SliceRule(5 * MINUTE, "any_down"),
            seconds((300, 600)),
            seconds((300, 600)),
            id="an outage of exactly one period is one",
        ),
        pytest.param(
            SliceRule(MINUTE, "whole_slices_of_runs", shortest=MINUTE),
            seconds((0, 59), (1000, 1060), (2000, 2119)),
            seconds((1000, 1060), (2000, 2060)),
            id="whole minutes of each run, from its own start",
        ),
        pytest.param(
            SliceRule(MINUTE, "whole_slices_of_runs", shortest=5 * MINUTE),
            seconds((0, 299), (1000, 1301)),
            seconds((1000, 1300)),
            id="whole minutes of the runs that are long enough",
        ),
    ],
)
def test_a_contract_says_which_slices_are_bad(
    rule: SliceRule, down: Intervals, bad: Intervals
) -> None:
    assert rule.bad(down, HOUR) == bad


def test_slices_are_aligned_to_the_period_and_the_last_one_ends_with_it() -> None:
    period = (30 * SECOND, 150 * SECOND)
    down = seconds((30, 90), (149, 150))
    assert SliceRule(MINUTE).bad(down, period) == seconds((30, 90))
    assert SliceRule(100 * SECOND, "any_down").bad(seconds((140, 141)), period) == seconds(
        (130, 150)
    )


@pytest.mark.parametrize(
    ("rule", "down", "bad"),
    [
        pytest.param(
            "entirely_down", (30, 90), (30, 60), id="half a minute of agreed time, all of it down"
        ),
        pytest.param("entirely_down", (31, 90), None, id="half a minute, not all of it down"),
        pytest.param("any_down", (59, 60), (30, 60), id="half a minute, a second of it down"),
        pytest.param("any_down", (0, 29), None, id="down before the hours"),
    ],
)
def test_a_slice_is_judged_by_the_part_of_it_that_counts(
    rule: Rule, down: tuple[int, int], bad: tuple[int, int] | None
) -> None:
    agreed = seconds((30, 80))
    found = SliceRule(MINUTE, rule).bad(seconds(down), HOUR, agreed)
    assert clip(found, (0, MINUTE)) == (() if bad is None else seconds(bad))


@given(spans, spans, spans, periods, lengths)
def test_slices_move_time_between_good_and_bad_and_lose_none(
    down: Intervals, unknown: Intervals, agreed: Intervals, span: tuple[int, int], length: int
) -> None:
    counted = clip(agreed, span)
    spent = sliced(SliceRule(length, "any_down").bad(down, span, agreed), unknown, counted)
    assert spent.good + spent.bad + spent.unknown == total(counted)
    assert min(spent.good, spent.bad, spent.unknown) >= 0
    assert spent.known == spent.good + spent.bad


def test_unknown_time_outside_of_bad_slices_stays_unknown() -> None:
    assert sliced(((0, 10),), ((5, 30),), ((0, 100),)) == Quotient(70, 10, 20, 80)


def test_results_are_sorted_into_all_slices_of_a_period() -> None:
    results = [(10, Counts(1, 0)), (14, Counts(0, 1)), (20, Counts(1, 0)), (34, Counts(3, 1))]
    outside = [(9, Counts(9, 9)), (35, Counts(9, 9))]
    assert into_slices([*results, *outside], (10, 35), 10) == (
        Counts(1, 1),
        Counts(1, 0),
        Counts(3, 1),
    )


@pytest.mark.parametrize(
    ("given_slices", "mean", "share"),
    [
        pytest.param(
            [(Counts(0, 0), 2), (Counts(50, 50), 1), (Counts(100, 0), 1)],
            Fraction(7, 8),
            Fraction(3, 4),
            id="a slice without requests has no errors",
        ),
        pytest.param(
            [(Counts(1, 1), 1), (Counts(998, 0), 1)],
            Fraction(3, 4),
            Fraction(999, 1000),
            id="a mean weighs slices, a pool weighs requests",
        ),
        pytest.param([(Counts(0, 0), 288)], Fraction(1), None, id="no request in a day"),
        pytest.param([], None, None, id="no slice"),
    ],
)
def test_the_mean_of_slices_is_not_the_share_of_all(
    given_slices: list[tuple[Counts, int]], mean: Fraction | None, share: Fraction | None
) -> None:
    assert (mean_of_slices(given_slices), pooled(given_slices)) == (mean, share)


@given(spans, spans, periods, lengths)
def test_the_time_of_slices_is_that_of_each_of_them(
    up: Intervals, down: Intervals, span: tuple[int, int], length: int
) -> None:
    good = held(up) - held(down)
    expected = []
    for begin in range(span[0], span[1], length):
        whole = set(range(begin, min(begin + length, span[1])))
        if whole & (good | held(down)):
            expected.append((len(whole & good), len(whole & held(down))))
    found = measured_slices(subtract(up, down), down, span, length)
    one_by_one = [(c.good, c.bad) for c, repeat in found for _ in range(repeat)]
    assert sorted(one_by_one) == sorted(expected)


def test_the_mean_of_slices_of_time_leaves_out_what_was_not_measured() -> None:
    """Of three minutes the first is up, the second half down and half unknown, the third unknown."""
    found = measured_slices(seconds((0, 60)), seconds((60, 90)), (0, 180 * SECOND), MINUTE)
    assert mean_of_slices(found) == Fraction(1, 2)
    assert pooled(found) == Fraction(2, 3)


@given(slices)
def test_a_repeated_slice_is_that_many_slices(given_slices: list[tuple[Counts, int]]) -> None:
    one_by_one = [(counts, 1) for counts, repeat in given_slices for _ in range(repeat)]
    assert mean_of_slices(given_slices) == mean_of_slices(one_by_one)
    assert pooled(given_slices) == pooled(one_by_one)


@given(slices, st.integers(1, 40))
def test_slices_of_equal_requests_have_the_mean_of_all(
    given_slices: list[tuple[Counts, int]], requests: int
) -> None:
    equal = [
        (Counts(min(c.good, requests), requests - min(c.good, requests)), n)
        for c, n in given_slices
    ]
    assert mean_of_slices(equal) == pooled(equal)


def test_more_errors_than_requests_are_refused() -> None:
    with pytest.raises(SliceError, match="3 errors of 2 requests; correct them"):
        mean_of_slices([(Counts(-1, 3), 1)])


def test_slices_without_time_are_refused() -> None:
    with pytest.raises(SliceError, match="slices of 0 µs; write a length like PT1M"):
        SliceRule(0)
