"""Exact figures as numbers: the nearest that there is."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.metrics.exact import number, quotient
from slamon.sla.availability import ratio_text


@pytest.mark.parametrize(
    ("exact", "value"),
    [
        pytest.param("199/200", 0.995, id="a ratio"),
        pytest.param("-1/3", -1 / 3, id="a ratio below nothing"),
        pytest.param("1/1", 1.0, id="all of it"),
        pytest.param("99.50", 99.5, id="a percent as typed"),
        pytest.param("-0.5", -0.5, id="less than nothing with decimals"),
        pytest.param("2592000000000", 2_592_000_000_000.0, id="microseconds of a month"),
        pytest.param(f"{10**400 + 1}/{10**400}", 1.0, id="terms beyond what a number can keep"),
    ],
)
def test_a_figure_is_read(exact: str, value: float) -> None:
    assert number(exact) == value


def test_a_share_of_nothing_is_not_known() -> None:
    assert quotient("5", "0") is None


@given(st.fractions(), st.fractions().filter(bool))
def test_nothing_is_rounded_twice(some: Fraction, whole: Fraction) -> None:
    assert number(ratio_text(some)) == float(some)
    assert quotient(ratio_text(some), ratio_text(whole)) == float(some / whole)
