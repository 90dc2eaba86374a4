from collections.abc import Iterable
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import (
    Intervals,
    Span,
    Steps,
    clip,
    constant,
    intersect,
    membership,
    norm,
    steps,
    subtract,
    total,
    union,
    zip_steps,
)

V = TypeVar("V")

END = 30

loose = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=8)
normal = loose.map(norm)
spans = st.tuples(st.integers(0, END), st.integers(0, END))


def seconds(intervals: Iterable[Span]) -> set[int]:
    """Every second held, one by one: slow and obviously right."""
    return {second for begin, end in intervals for second in range(begin, end)}


def value_at(function: Steps[V]) -> dict[int, V]:
    """Every second's value, one by one."""
    return {
        second: value for begin, end, value in function.pieces() for second in range(begin, end)
    }


functions = st.builds(
    lambda points, begin, end: steps(sorted([(begin, "x"), *points], key=lambda p: p[0]), end).clip(
        (begin, end)
    ),
    st.lists(st.tuples(st.integers(0, END), st.sampled_from("xyz")), max_size=8),
    st.integers(0, 5),
    st.integers(20, END),
)


@given(loose)
def test_the_normal_form_is_sorted_apart_and_holds_the_same_seconds(
    given_spans: list[Span],
) -> None:
    intervals = norm(given_spans)
    assert seconds(intervals) == seconds(given_spans)
    assert all(begin < end for begin, end in intervals)
    assert all(a[1] < b[0] for a, b in pairwise(intervals))


@given(normal, normal, spans)
def test_the_algebra_equals_that_of_sets_of_seconds(
    left: Intervals, right: Intervals, span: Span
) -> None:
    assert seconds(union(left, right)) == seconds(left) | seconds(right)
    assert seconds(intersect(left, right)) == seconds(left) & seconds(right)
    assert seconds(subtract(left, right)) == seconds(left) - seconds(right)
    assert seconds(clip(left, span)) == seconds(left) & set(range(*span))
    assert total(left) == len(seconds(left))


@given(normal, normal)
def test_every_result_is_in_normal_form(left: Intervals, right: Intervals) -> None:
    for intervals in (union(left, right), intersect(left, right), subtract(left, right)):
        assert norm(intervals) == intervals


@given(normal, normal)
def test_what_is_in_both_and_what_is_in_one_make_up_the_one(
    left: Intervals, right: Intervals
) -> None:
    assert total(left) == total(intersect(left, right)) + total(subtract(left, right))


@given(functions, spans)
def test_a_clipped_step_function_keeps_its_values(function: Steps[str], span: Span) -> None:
    inside = {at: v for at, v in value_at(function).items() if span[0] <= at < span[1]}
    assert value_at(function.clip(span)) == inside


@given(functions, st.lists(st.integers(0, END), max_size=8))
def test_a_step_function_cut_into_spans_gives_what_is_clipped_to_each(
    function: Steps[str], edges: list[int]
) -> None:
    spans = [*pairwise(sorted(edges)), (END, END + 3)]

    assert list(function.cut(spans)) == [function.clip(span) for span in spans]


@given(st.lists(functions, min_size=1, max_size=4))
def test_zipped_step_functions_give_all_values_where_all_have_one(many: list[Steps[str]]) -> None:
    zipped = value_at(zip_steps(many))
    values = [value_at(each) for each in many]
    common = set.intersection(*(set(each) for each in values))
    assert zipped == {at: tuple(each[at] for each in values) for at in common}


@given(functions)
def test_where_a_value_holds_and_where_not_tile_the_span(function: Steps[str]) -> None:
    is_x, is_not_x = function.where(lambda v: v == "x"), function.where(lambda v: v != "x")
    assert union(is_x, is_not_x) == norm([function.span])
    assert intersect(is_x, is_not_x) == ()


@given(normal, spans)
def test_membership_says_of_each_second_whether_it_is_held(
    intervals: Intervals, span: Span
) -> None:
    held = seconds(intervals)
    assert value_at(membership(intervals, span)) == {at: at in held for at in range(*span)}


@pytest.mark.parametrize(
    ("points", "normal_form"),
    [
        pytest.param(
            [(0, "a"), (5, "b"), (5, "c")],
            ((0, "a"), (5, "c")),
            id="of equal instants the last holds",
        ),
        pytest.param([(0, "a"), (5, "a")], ((0, "a"),), id="equal neighbours are joined"),
        pytest.param([(0, "a"), (5, "b"), (5, "a")], ((0, "a"),), id="a change taken back is none"),
        pytest.param([(0, "a"), (10, "b")], ((0, "a"),), id="what begins at the end is left out"),
    ],
)
def test_points_are_put_into_normal_form(
    points: list[tuple[int, str]], normal_form: tuple[tuple[int, str], ...]
) -> None:
    assert steps(points, 10) == Steps(normal_form, 10)


def test_a_mapped_step_function_joins_what_became_equal() -> None:
    assert steps([(0, 1), (3, 2), (6, 3)], 9).map(lambda value: value > 1) == steps(
        [(0, False), (3, True)], 9
    )


def test_an_empty_span_has_no_value() -> None:
    assert constant("a", (5, 5)).points == ()
    assert constant("a", (5, 5)).begin == 5
