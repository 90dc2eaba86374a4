"""Figures as people read them: exact, never rounded up, in the agreement's zone."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.sla.judgement import ErrorBudget
from slamon.views.answers import DayCell
from slamon.web import drawing, figures
from slamon.web.texts import language

T = language("en")
SECOND = 1_000_000


@pytest.mark.parametrize(
    ("us", "text"),
    [
        pytest.param(0, "0 s", id="nothing"),
        pytest.param(1, "0.000001 s", id="a microsecond"),
        pytest.param(SECOND // 4, "0.25 s", id="a quarter of a second"),
        pytest.param(9_999_999, "9 s", id="almost ten seconds are nine"),
        pytest.param(29 * SECOND, "29 s", id="half a minute is not a minute"),
        pytest.param(60 * SECOND, "1 min", id="a minute"),
        pytest.param(3661 * SECOND, "1 h 1 min 1 s", id="each unit"),
        pytest.param(13_260 * SECOND, "3 h 41 min", id="never rounded to four hours"),
        pytest.param(-90 * SECOND, "−1 min 30 s", id="overspent"),
        pytest.param(1_000 * 3600 * SECOND, "1\u202f000 h", id="hours do not become days"),
    ],
)
def test_a_duration_is_written_exactly(us: int, text: str) -> None:
    assert figures.duration(T, us).replace("\u00a0", " ") == text


def test_what_still_grows_is_told_in_whole_seconds() -> None:
    assert figures.whole(T, 152_225).replace("\u00a0", " ") == "0 s"
    told = figures.elapsed(T, "2026-11-22T15:31:20.7Z", "2026-11-22T15:33:26.1Z")
    assert told.replace("\u00a0", " ") == "2 min 5 s"


@pytest.mark.parametrize(
    ("iso", "zone", "shown", "title"),
    [
        pytest.param(
            "2026-01-31T23:30:00Z", "Europe/Berlin", "1 Feb 2026, 00:30 CET",
            "2026-01-31 23:30:00 UTC", id="the next day in Bonn",
        ),
        pytest.param(
            "2026-10-25T01:30:05Z", "Europe/Berlin", "25 Oct 2026, 02:30:05 CET",
            "2026-10-25 01:30:05 UTC", id="the second 02:30 of the night the clock goes back",
        ),
        pytest.param(
            "2026-10-25T00:30:00+00:00", "Europe/Berlin", "25 Oct 2026, 02:30 CEST",
            "2026-10-25 00:30:00 UTC", id="the first 02:30 of that night",
        ),
        pytest.param(
            "2026-06-01T12:00:00Z", "UTC", "1 Jun 2026, 12:00 UTC",
            "2026-06-01 12:00:00 UTC", id="no agreement, no other zone",
        ),
    ],
)  # fmt: skip
def test_an_instant_names_its_zone_and_utc(iso: str, zone: str, shown: str, title: str) -> None:
    expected = f'<time datetime="{iso}" title="{title}">{shown}</time>'
    assert str(figures.instant(T, iso, zone)) == expected


def test_an_exact_duration_has_its_microseconds_in_the_title() -> None:
    written = '<span title="61\u202f000\u202f001\u00a0µs">1\u00a0min 1\u00a0s</span>'
    assert str(figures.exact(T, 61_000_001)) == written


def test_a_percent_is_written_as_given() -> None:
    assert figures.percent(T, "99.9999") == "99.9999\u202f%"


def test_a_target_in_words_is_no_percent() -> None:
    assert figures.percent(T, "95 in PT1H") == "95 in PT1H"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        pytest.param("2026-02", "February 2026", id="a month"),
        pytest.param("2026-Q1", "2026-Q1", id="a quarter"),
        pytest.param("2026-13", "2026-13", id="no month"),
        pytest.param("2026", "2026", id="a year"),
    ],
)
def test_a_period_is_named(label: str, text: str) -> None:
    assert figures.period(T, label) == text


@pytest.mark.parametrize(
    ("allowed", "left", "floor", "share"),
    [
        pytest.param(120 * SECOND, "78000000", 78 * SECOND, (13, 20), id="some is left"),
        pytest.param(
            120 * SECOND, "119999999/3", 39 * SECOND, (119_999_999, 360_000_000), id="floored"
        ),
        pytest.param(120 * SECOND, "-1/2", -SECOND, (0, 1), id="overspent by less than a second"),
        pytest.param(0, "0", 0, (0, 1), id="a target of 100 percent has no budget"),
    ],
)
def test_a_budget_is_floored_to_the_second(allowed: int, left: str, floor: int, share: Any) -> None:
    budget = ErrorBudget(allowed_us=str(allowed), spent_us=0, left_us=left, consumed=None)
    assert figures.budget_left(budget) == floor
    assert figures.share_left(budget).as_integer_ratio() == share


def cell(day: int, worst: Any, basis: Any = "measured") -> DayCell:
    percent = {"up": "100.0000", "down": "97.9166"}.get(worst)
    return DayCell(
        date=f"2026-03-{day:02}", worst=worst, percent=percent, known_percent="100", basis=basis
    )


def test_a_strip_says_each_day_in_words() -> None:
    days = [cell(1, None, "simulated"), cell(2, "up", "simulated"), cell(3, "down")]
    drawn = drawing.strip(T, [*days, cell(4, "unknown", "none")]).replace("\u202f", " ")
    sentence = "4 days: 1 up, 1 with down time, 1 not measured, 1 without agreed time"
    assert f'aria-label="{sentence}"' in drawn
    assert "1 Mar 2026: no time agreed<" in drawn
    assert (
        "2 Mar 2026: up, available 100.0000 % of the known time (100 % known) (simulated)<" in drawn
    )
    assert "3 Mar 2026: down, available 97.9166 % of the known time (100 % known)<" in drawn
    assert "4 Mar 2026: not measured<" in drawn
    assert drawn.count('class="generated"') == 2


def test_a_day_without_measurement_is_neither_up_nor_down() -> None:
    drawn = drawing.strip(T, [cell(1, "unknown", "none")])
    assert 'class="unknown"' in drawn
    assert 'class="up"' not in drawn
    assert 'class="down"' not in drawn


def test_a_bad_day_stands_taller_than_a_good_one() -> None:
    assert drawing.HEIGHTS["down"] > drawing.HEIGHTS["degraded"] > drawing.HEIGHTS["up"]


def test_a_strip_without_days_is_still_a_picture() -> None:
    assert "0 days: nothing known" in drawing.strip(T, [])
