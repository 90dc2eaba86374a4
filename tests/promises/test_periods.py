"""Every period a promise can be made for: which time it takes in, who closes it, what other periods show of it."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import InstantError, format_instant
from slamon.app.refused import Refused

HOUR = 3_600_000_000
SEEN = ("2024-12-01T00:00Z up", "2026-02-10T00:00Z down", "2026-02-11T00:00Z up")


@pytest.mark.parametrize(
    ("period", "label", "hours", "other"),
    [
        pytest.param("calendar_day", "2026-02-10", 24, "2026-02-11", id="a day"),
        pytest.param("calendar_week", "2026-W07", 168, "2026-W06", id="a week from Monday on"),
        pytest.param("calendar_month", "2026-02", 672, "2026-03", id="a month"),
        pytest.param("calendar_quarter", "2026-Q1", 2160, "2025-Q4", id="a quarter"),
        pytest.param("calendar_year", "2026", 8760, "2025", id="a year"),
        pytest.param("agreement_year", "AY2025", 8760, "AY2024", id="a year of the agreement"),
        pytest.param("whole_term", "term", 1096 * 24, None, id="the whole term"),
    ],
)
def test_a_promise_is_judged_and_closed_by_its_own_periods(  # a row of the table
    house: Any, promised: Any, period: str, label: str, hours: int, other: str | None
) -> None:
    # A day of 24 hours was bad.
    house.promise(
        promised("o1", target='"99.99"', period=period), first="2024-05-31", last="2027-05-31"
    )
    house.at("2027-06-01T00:00Z").saw(*SEEN)

    found = house.one(label)
    figures = house.close(label)

    assert found.measured is not None
    unknown = hours * HOUR - found.measured.total
    assert unknown in {0, 184 * 24 * HOUR}, "of the term the time before the first result"
    assert found.measured.total - found.measured.good == 24 * HOUR
    assert found.state == figures["o1"].state == "breached"
    assert [line.period for line in house.reading.breaches("open")] == [label]
    assert other is None or house.one(other).measured.ratio == "1/1"


@pytest.mark.parametrize(
    ("first", "label", "begin", "end"),
    [
        pytest.param(
            "2024-02-29", "AY2025", "2025-02-28", "2026-02-28", id="the 28th where there is no 29th"
        ),
        pytest.param(
            "2024-02-29", "AY2028", "2028-02-29", "2029-02-28", id="the 29th where there is"
        ),
        pytest.param("2024-05-31", "AY2025", "2025-05-31", "2026-05-31", id="the last of May"),
    ],
)
def test_an_agreement_year_begins_on_its_anniversary(
    house: Any, promised: Any, first: str, label: str, begin: str, end: str
) -> None:
    house.promise(promised("o1", target='"99.99"', period="agreement_year"), first=first)

    found = house.reading.judge("sla-shop", label, house.clock)

    assert (found.period.from_, found.period.to) == (f"{begin}T00:00:00Z", f"{end}T00:00:00Z")


def test_a_rolling_window_ends_now_or_with_the_month_asked_for(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"', period="{rolling: P28D}"))
    house.at("2026-03-05T12:00Z").saw(*SEEN)

    # The 28 days before 5 March 12:00 begin on 5 February 12:00 and hold the bad day; those of April do not.
    found = house.one("2026-03")
    later = house.at("2026-04-15T00:00Z").saw("2026-03-06T00:00Z up").one("2026-04")

    assert (found.measured.good, found.measured.total) == (27 * 24 * HOUR, 28 * 24 * HOUR)
    assert found.note == "promised by another period: judged in P28D@2026-03-05T12:00:00Z"
    assert later.measured.ratio == "1/1"


@pytest.mark.parametrize(
    ("period", "asked", "judged_in"),
    [
        pytest.param("calendar_quarter", "2026-02", "2026-Q1", id="a quarter in a month"),
        pytest.param("calendar_year", "2026-02", "2026", id="a year in a month"),
        pytest.param("agreement_year", "2026-02", "AY2025", id="an agreement year in a month"),
        pytest.param("whole_term", "2026-02", "term", id="the term in a month"),
        pytest.param("calendar_week", "2026-02", "2026-W09", id="of a month its last week"),
        pytest.param("calendar_day", "2026-02", "2026-02-28", id="of a month its last day"),
    ],
)
def test_another_period_shows_the_figure_of_the_one_that_was_promised(
    house: Any, promised: Any, period: str, asked: str, judged_in: str
) -> None:
    house.promise(
        promised("o1", target='"99.00"', period=period), first="2024-06-01", last="2027-05-31"
    )
    house.at("2027-06-01T00:00Z").saw(*SEEN)

    shown, own = house.one(asked), house.one(judged_in)

    assert shown.note == f"promised by another period: judged in {judged_in}"
    assert (shown.measured, shown.state, own.note) == (own.measured, own.state, None)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param("2026-Q1", "by the quarter, so 2026-Q1 has no figure", id="a quarter"),
        pytest.param("2026", "by the year, so 2026 has no figure", id="a year"),
        pytest.param("2026-02-10", "by the day, so 2026-02-10 has no figure", id="a day"),
        pytest.param("AY2025", "by the agreement year, so AY2025 has no figure", id="its own year"),
    ],
)
def test_a_period_by_which_nothing_is_promised_is_refused(
    house: Any, promised: Any, asked: str, said: str
) -> None:
    house.promise(promised("o1", target='"99.00"'), first="2024-06-01", last="2027-05-31")
    house.at("2027-06-01T00:00Z").saw(*SEEN)

    with pytest.raises(
        InstantError, match=f"nothing in sla-shop is promised {said}; ask for a month"
    ):
        house.judge(asked)


def test_a_closed_figure_of_another_period_says_so_too(mixed: Any) -> None:
    mixed.close("2026-03")

    assert mixed.judge("2026-Q1")["monthly"].provisional is False
    assert mixed.judge("2026-Q1")["monthly"].note == (
        "promised by another period: judged in 2026-03"
    )


MIXED = (
    {"name": "monthly", "target": '"99.00"'},
    {"name": "quarterly", "target": '"99.00"', "period": "calendar_quarter"},
    {"name": "lately", "target": '"99.00"', "period": "{rolling: P28D}"},
)


@pytest.fixture
def mixed(house: Any, promised: Any) -> Any:
    """Promises by month, by quarter and by the last 28 days, of a first quarter that was bad on one day."""
    house.promise(*(promised(**terms) for terms in MIXED))
    return house.at("2026-04-03T00:00Z").saw(*SEEN)


def test_a_quarter_closes_the_promises_made_by_quarters_only(mixed: Any) -> None:
    assert list(mixed.close("2026-Q1")) == ["quarterly"]
    assert mixed.judge("2026-Q1")["quarterly"].provisional is False
    assert mixed.judge("2026-03")["quarterly"].provisional is False
    assert mixed.judge("2026-03")["monthly"].provisional is True


def test_a_month_leaves_the_quarter_open(mixed: Any) -> None:
    assert list(mixed.close("2026-03")) == ["monthly", "lately"]
    assert mixed.judge("2026-03")["quarterly"].provisional is True


def test_periods_of_each_kind_close_by_themselves_in_their_own_time(mixed: Any) -> None:
    # Ten weekdays after a month: those of January and February are over, those of March with 15 April.
    assert mixed.close_due() == ["2026-01", "2026-02"]
    mixed.at("2026-04-15T23:59Z")
    assert mixed.close_due() == []
    mixed.at("2026-04-16T00:00Z")
    assert mixed.close_due() == ["2026-03", "2026-Q1"]


def test_a_quarter_is_restated_with_its_month(mixed: Any) -> None:
    mixed.close("2026-02")
    mixed.close("2026-Q1")
    mixed.declare("up", "2026-02-10T00:00Z", "2026-02-11T00:00Z")

    assert sorted(mixed.restate()) == ["2026-02", "2026-Q1"]
    assert mixed.judge("2026-Q1")["quarterly"].state == "met"
    assert mixed.reading.breaches("open") == ()


def test_where_nothing_is_promised_by_quarters_none_can_be_closed(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"')).at("2026-04-20T00:00Z").saw(*SEEN)

    with pytest.raises(Refused, match="no objective of the agreement promises by such a period"):
        house.close("2026-Q1")


def test_a_quarter_that_has_not_ended_cannot_be_closed(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"', period="calendar_quarter"))
    house.at("2026-03-20T00:00Z").saw(*SEEN)

    with pytest.raises(Refused, match="the period has not ended yet"):
        house.close("2026-Q1")


def test_the_first_and_last_period_are_judged_in_part(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"'), first="2026-02-10", last="2026-03-20")
    house.at("2026-04-20T00:00Z").saw(*SEEN)

    first, last = house.one("2026-02"), house.one("2026-03")

    # 10 to 28 February are 19 days, the first of them bad; 1 to 20 March are 20 days.
    assert (first.partial, first.measured.ratio, first.measured.total) == (
        True,
        "18/19",
        19 * 24 * HOUR,
    )
    assert (last.partial, last.measured.total) == (True, 20 * 24 * HOUR)


def test_time_beyond_the_agreement_counts_as_available_where_the_whole_period_is_promised(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"', entire_period="true"), first="2026-02-10")
    house.at("2026-04-20T00:00Z").saw(*SEEN)

    found = house.one("2026-02")

    assert (found.measured.ratio, found.measured.total) == ("27/28", 28 * 24 * HOUR)


def test_months_that_were_promised_by_months_stay_so_when_quarters_are_promised_later(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"')).at("2026-04-20T00:00Z").saw(*SEEN)
    house.close("2026-02")
    mark = "amended: {from: 2026-04-01, reason: quarters are enough}"

    house.promise(promised("o1", target='"99.00"', period="calendar_quarter"), mark=mark)

    assert house.restate() == []
    assert list(house.close("2026-03")) == ["o1"]
    house.at("2026-08-01T00:00Z").saw("2026-04-21T00:00Z up")
    assert list(house.close("2026-Q2")) == ["o1"]


def test_clocks_that_change_make_a_month_shorter_by_an_hour(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"'), tz="Europe/Berlin")
    house.at("2026-04-20T00:00Z").saw(*SEEN)

    found = house.one("2026-03")

    assert found.measured.total == 743 * HOUR
    period = house.reading.judge("sla-shop", "2026-03", house.clock).period
    assert (period.from_, period.to) == ("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")
    assert format_instant(house.clock) == "2026-04-20T00:00:00Z"
