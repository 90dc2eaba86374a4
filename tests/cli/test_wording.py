"""Targets and numbers are printed so that nobody takes one kind for another."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.cli.wording import cases, counted, number, promise, verdict
from slamon.sla.judgement import Coverage, Level, Measured, ObjectiveJudgement, Possible, Share

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


def _of_share(**changed: Any) -> ObjectiveJudgement:
    nothing = dict.fromkeys(("measured", "breached_at", "error_budget", "remedy"))
    fields: dict[str, Any] = {
        "objective": "o1",
        "service": "svc",
        "indicator": "availability",
        "target": "99.50",
        "mode": "enforced",
        "state": "met",
        "provisional": False,
        "basis": "measured",
        "partial": False,
        "coverage": NOTHING,
        "tally": {},
        "outages": (),
    }
    return ObjectiveJudgement.model_validate(nothing | fields | changed)


@pytest.mark.parametrize(
    ("cannot_tell", "provisional", "text"),
    [
        pytest.param(
            True, False, "met (cannot be told for sure: 99.49–99.58)", id="the target between"
        ),
        pytest.param(False, False, "met", id="the target met in any case"),
        pytest.param(
            True,
            True,
            "met (cannot be told for sure: 99.49–99.58) (provisional)",
            id="the target between, and not closed",
        ),
    ],
)
def test_a_verdict_says_whether_what_was_not_observed_could_change_it(
    text: str, *, cannot_tell: bool, provisional: bool
) -> None:
    lowest, highest = (
        Share(ratio=f"{n}/10000", percent=p) for n, p in ((9949, "99.49"), (9958, "99.58"))
    )
    possible = Possible(lowest=lowest, highest=highest, cannot_tell=cannot_tell)

    assert verdict(_of_share(possible=possible, provisional=provisional)) == text


def test_one_is_told_as_one() -> None:
    assert [counted(n, "row") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert [counted(n, "batch has", "batches have") for n in (1, 2)] == [
        "1 batch has",
        "2 batches have",
    ]


def test_tickets_are_counted_in_time_late_and_waiting() -> None:
    measured = Measured(good=4, total=5, ratio="4/5", percent="80.00", unit="cases")
    said = _of_share(indicator="response_time", measured=measured, waiting=2)

    assert cases(said) == "cases: 4 in time, 1 late, 2 waiting"
    assert cases(_of_share(indicator="latency", measured=measured)) is None
