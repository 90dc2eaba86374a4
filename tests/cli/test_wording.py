"""Targets and numbers are printed so that nobody takes one kind for another."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.cli.wording import number, promise
from slamon.sla.judgement import Coverage, Level, ObjectiveJudgement

NOTHING = Coverage(
    known_us=0, agreed_us=0, ratio=None, percent=None, minimum=None, sufficient=False
)
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("said", "text"),
    [
        pytest.param((">=", "99.50", None), ">= 99.50", id="a percent"),
        pytest.param((">=", "95.00", "PT1H"), ">= 95.00 within PT1H", id="a share of cases"),
        pytest.param(("<", "PT4H", None), "< PT4H", id="a length"),
    ],
)
def test_a_promise_is_printed_with_its_comparison(said: Any, text: str) -> None:
    assert promise(*said) == text


@pytest.mark.parametrize(
    ("indicator", "level", "text"),
    [
        pytest.param("outage_count", ("3/1", "count"), "3", id="outages"),
        pytest.param(
            "longest_outage", (f"{25 * HOUR + 61_500_000}/1", "us"), "25:01:01", id="time"
        ),
        pytest.param("level", ("37/2", "days"), "18.5 days", id="a number with its unit"),
        pytest.param("level", ("-1/3", "days"), "-0.3333 days", id="cut off after four decimals"),
        pytest.param("level", None, "not measured", id="no number"),
    ],
)
def test_a_number_is_printed_as_what_it_is(
    indicator: str, level: tuple[str, str] | None, text: str
) -> None:
    said = ObjectiveJudgement(
        objective="o1",
        service="svc",
        indicator=indicator,
        target="3",
        mode="enforced",
        state="pending",
        provisional=True,
        basis="none",
        partial=False,
        measured=None,
        level=Level(value=level[0], bound="3/1", unit=level[1]) if level else None,
        coverage=NOTHING,
        tally={},
        outages=(),
        breached_at=None,
        error_budget=None,
        remedy=None,
    )

    assert number(said) == text
