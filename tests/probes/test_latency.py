"""Buckets of latencies: how wide they are, which one a latency is in, and what their percentiles are worth."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.latency import (
    BEGINS,
    LAST,
    NO_LATENCY,
    NONE,
    beyond,
    buckets,
    percentile,
    restored,
)

SECOND = 1_000_000
BEGIN_OF_LAST = 15_204_352  # µs

# As many short ones as long ones: hypothesis would else take most of them from the last bucket.
latencies = st.integers(8, 24).flatmap(lambda n: st.integers(0, 2**n))
measured = st.lists(st.integers(8, 23).flatmap(lambda n: st.integers(256, 2**n)), min_size=1)


@pytest.mark.parametrize(
    ("latency", "bucket"),
    [
        pytest.param(0, 0, id="nothing at all is in the first"),
        pytest.param(255, 0, id="below 256 µs all are in the first"),
        pytest.param(256, 1, id="from 256 µs on there are sixteen to the double"),
        pytest.param(271, 1, id="the second is 16 µs wide"),
        pytest.param(272, 2, id="and the third begins behind it"),
        pytest.param(512, 17, id="the double is sixteen further"),
        pytest.param(BEGIN_OF_LAST - 1, 253, id="the last but one ends at 15.2 s"),
        pytest.param(BEGIN_OF_LAST, LAST, id="the last begins there"),
        pytest.param(3_600 * SECOND, LAST, id="and has no end"),
        pytest.param(NO_LATENCY, NONE, id="where none was measured there is a bucket of its own"),
    ],
)
def test_a_latency_is_in_a_bucket(latency: int, bucket: int) -> None:
    assert list(buckets([latency])) == [bucket]


def test_each_bucket_but_the_first_and_the_last_is_a_sixteenth_wide_at_the_most() -> None:
    for bucket in range(1, LAST):
        assert 0 < (BEGINS[bucket + 1] - BEGINS[bucket]) * 16 <= BEGINS[bucket]


@given(st.lists(st.one_of(latencies, st.just(NO_LATENCY))))
def test_bucket_and_rest_give_each_latency_back(values: list[int]) -> None:
    found = buckets(values)
    for value, bucket in zip(values, found, strict=True):
        assert BEGINS[bucket] <= value
        assert bucket == NONE or value < BEGINS[bucket + 1]
    assert list(restored(found, beyond(values, found))) == values


@given(measured, st.integers(1, 1000))
def test_a_percentile_is_within_a_thirtieth_of_the_one_of_the_sorted_list(
    values: list[int], per_mille: int
) -> None:
    place = -(-len(values) * per_mille // 1000) - 1
    exact = sorted(values)[place]

    found = percentile(Counter(buckets(values)), per_mille)

    assert found is not None
    assert abs(found - exact) * 1000 <= exact * 32  # half of a sixteenth, and half a µs


@pytest.mark.parametrize(
    ("counts", "per_mille", "us"),
    [
        pytest.param({}, 500, None, id="of nothing there is none"),
        pytest.param({NONE: 7}, 500, None, id="nor of attempts without a latency"),
        pytest.param({1: 1, NONE: 9}, 950, 264, id="attempts without a latency do not count"),
        pytest.param({1: 1, 17: 1}, 500, 264, id="of two, half is the lower one"),
        pytest.param({1: 95, 17: 5}, 950, 264, id="95 of 100 leave five out"),
        pytest.param({1: 94, 17: 6}, 950, 528, id="and no more than five"),
        pytest.param({LAST: 3}, 500, BEGIN_OF_LAST, id="of the last bucket it is the begin"),
    ],
)
def test_the_percentile_is_the_middle_of_a_bucket(
    counts: dict[int, int], per_mille: int, us: int | None
) -> None:
    assert percentile(counts, per_mille) == us
