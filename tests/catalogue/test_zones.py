"""Months in which clocks change, in six zones: lengths first-hand, and hours that tile the instants all the same."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalogue.instants import HOUR, MINUTE, InstantError, at_clock, format_instant, zone
from catalogue.intervals import intersect, subtract, total, union
from catalogue.periods import local_days, parse_period
from catalogue.service_hours import WEEKDAYS, ServiceHours

BERLIN, RIGA, NEW_YORK = "Europe/Berlin", "Europe/Riga", "America/New_York"
LORD_HOWE, NAIROBI, KATHMANDU = "Australia/Lord_Howe", "Africa/Nairobi", "Asia/Kathmandu"
ZONES = (BERLIN, RIGA, NEW_YORK, LORD_HOWE, NAIROBI, KATHMANDU)

# Where and when clocks change in 2026, and by how much the local day and month are shorter (-) or longer.
CHANGES = [
    pytest.param(BERLIN, "2026-03-29", -HOUR, id="Berlin goes forward on 29 March"),
    pytest.param(BERLIN, "2026-10-25", HOUR, id="Berlin goes back on 25 October"),
    pytest.param(RIGA, "2026-03-29", -HOUR, id="Riga goes forward on 29 March"),
    pytest.param(RIGA, "2026-10-25", HOUR, id="Riga goes back on 25 October"),
    pytest.param(NEW_YORK, "2026-03-08", -HOUR, id="New York goes forward on 8 March"),
    pytest.param(NEW_YORK, "2026-11-01", HOUR, id="New York goes back on 1 November"),
    pytest.param(LORD_HOWE, "2026-04-05", 30 * MINUTE, id="Lord Howe goes half back on 5 April"),
    pytest.param(
        LORD_HOWE, "2026-10-04", -30 * MINUTE, id="Lord Howe goes half forward on 4 October"
    ),
]
CHANGED = {
    (str(zone_name), str(day)[:7]): int(str(change))
    for zone_name, day, change in (each.values for each in CHANGES)
}
DAYS = dict(zip(range(1, 13), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))

months = st.builds("2026-{:02}".format, st.integers(1, 12))
clocks = st.sets(st.integers(1, 24 * 60 - 1), max_size=6)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def every_day(tz: str, *spans: tuple[str, str]) -> ServiceHours:
    return ServiceHours(tz, dict.fromkeys(WEEKDAYS, spans))


@pytest.mark.parametrize("tz", ZONES)
@pytest.mark.parametrize("month", DAYS)
def test_a_month_is_as_long_as_its_days_and_what_clocks_did(tz: str, month: int) -> None:
    label = f"2026-{month:02}"
    period = parse_period(label, tz)
    change = CHANGED.get((tz, label), 0)
    assert period.end - period.begin == DAYS[month] * 24 * HOUR + change


@pytest.mark.parametrize(("tz", "day", "change"), CHANGES)
def test_the_day_on_which_clocks_change_is_shorter_or_longer(
    tz: str, day: str, change: int
) -> None:
    period = parse_period(day, tz)
    assert period.end - period.begin == 24 * HOUR + change
    assert total(every_day(tz, ("00:00", "24:00")).intervals(*period.span)) == 24 * HOUR + change


@pytest.mark.parametrize(("tz", "day", "change"), CHANGES)
def test_only_hours_of_the_night_feel_the_change(tz: str, day: str, change: int) -> None:
    month = parse_period(day[:7], tz)
    days = DAYS[int(day[5:7])]
    night = every_day(tz, ("00:00", "06:00"), ("22:00", "24:00"))
    office = every_day(tz, ("09:00", "17:00"))
    assert total(night.intervals(*month.span)) == days * 8 * HOUR + change
    assert total(office.intervals(*month.span)) == days * 8 * HOUR


@pytest.mark.parametrize(
    ("label", "tz", "begin", "end"),
    [
        pytest.param(
            "2026-03", BERLIN, "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", id="Berlin in March"
        ),
        pytest.param(
            "2026-03", RIGA, "2026-02-28T22:00:00Z", "2026-03-31T21:00:00Z", id="Riga in March"
        ),
        pytest.param(
            "2026-11",
            NEW_YORK,
            "2026-11-01T04:00:00Z",
            "2026-12-01T05:00:00Z",
            id="New York in November",
        ),
        pytest.param(
            "2026-04",
            LORD_HOWE,
            "2026-03-31T13:00:00Z",
            "2026-04-30T13:30:00Z",
            id="Lord Howe in April",
        ),
        pytest.param(
            "2026-03", NAIROBI, "2026-02-28T21:00:00Z", "2026-03-31T21:00:00Z", id="Nairobi"
        ),
        pytest.param(
            "2026-03", KATHMANDU, "2026-02-28T18:15:00Z", "2026-03-31T18:15:00Z", id="Kathmandu"
        ),
        pytest.param(
            "1986-01",
            KATHMANDU,
            "1985-12-31T18:30:00Z",
            "1986-01-31T18:15:00Z",
            id="the month in which Kathmandu went a quarter of an hour forward at midnight",
        ),
    ],
)
def test_a_month_begins_and_ends_at_midnight_of_its_zone(
    label: str, tz: str, begin: str, end: str
) -> None:
    period = parse_period(label, tz)
    assert (format_instant(period.begin), format_instant(period.end)) == (begin, end)


def in_order(tz: str, label: str, edges: list[int]) -> bool:
    """Whether no clock change moves an edge behind the next one."""
    days = (date.fromisoformat(f"{label}-{day:02}") for day in range(1, DAYS[int(label[5:])] + 1))
    instants = ([at_clock(day, edge, tz) for edge in edges] for day in days)
    return all(list(each) == sorted(each) for each in instants)


@given(st.sampled_from(ZONES), months, clocks)
def test_clock_spans_that_tile_each_day_tile_the_month(tz: str, label: str, cuts: set[int]) -> None:
    month = parse_period(label, tz)
    edges = [0, *sorted(cuts), 24 * 60]
    assume(in_order(tz, label, edges))
    tiles = [
        every_day(tz, (clock(begin), clock(end))).intervals(*month.span)
        for begin, end in pairwise(edges)
    ]
    assert union(*tiles) == (month.span,)
    assert sum(map(total, tiles)) == month.end - month.begin


def test_an_edge_that_a_clock_change_skips_lies_as_far_behind_it_as_it_was_meant_to() -> None:
    # In Riga 03:00 to 04:00 is skipped on 29 March: 03:30 is half past four, behind the edge at four.
    month = parse_period("2026-03", RIGA)
    until, since = (
        every_day(RIGA, span).intervals(*month.span)
        for span in (("00:00", "03:30"), ("04:00", "24:00"))
    )
    assert [format_instant(begin) for begin, _ in intersect(until, since)] == [
        "2026-03-29T01:00:00Z"
    ]
    assert total(intersect(until, since)) == 30 * MINUTE


@given(st.sampled_from(ZONES), months, st.integers(0, 24 * 60 - 1), st.integers(1, 24 * 60))
def test_hours_and_the_rest_of_the_day_share_no_time_and_leave_none(
    tz: str, label: str, begin: int, length: int
) -> None:
    month = parse_period(label, tz)
    end = min(begin + length, 24 * 60)
    hours = every_day(tz, (clock(begin), clock(end))).intervals(*month.span)
    spans = [(a, b) for a, b in ((0, begin), (end, 24 * 60)) if a < b]
    rest = every_day(tz, *((clock(a), clock(b)) for a, b in spans)).intervals(*month.span)
    assert subtract((month.span,), hours) == rest


@given(st.sampled_from(ZONES), months, clocks)
def test_the_hours_of_the_days_are_those_of_the_month(tz: str, label: str, cuts: set[int]) -> None:
    month = parse_period(label, tz)
    edges = [clock(at) for at in sorted({0, *cuts, 24 * 60})]
    promised = every_day(tz, *list(pairwise(edges))[::2])
    days = [promised.intervals(*day.span) for day in local_days(month.span, tz)]
    assert union(*days) == promised.intervals(*month.span)
    assert sum(map(total, days)) == total(promised.intervals(*month.span))


@given(st.sampled_from(ZONES), st.sampled_from(ZONES), months)
def test_hours_of_one_zone_are_whole_in_the_periods_of_another(
    tz: str, other: str, label: str
) -> None:
    promised = every_day(tz, ("07:00", "20:00"))
    month = parse_period(label, other)
    weeks = [promised.intervals(*period.span) for period in (month.previous(), month, month.next())]
    whole = promised.intervals(month.previous().begin, month.next().end)
    assert union(*weeks) == whole


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param("2026-03-06", 2, id="both in winter"),
        pytest.param("2026-03-09", 3, id="New York in summer, Berlin not yet"),
        pytest.param("2026-03-30", 2, id="both in summer"),
        pytest.param("2026-10-26", 3, id="Berlin in winter, New York not yet"),
        pytest.param("2026-11-02", 2, id="both in winter again"),
    ],
)
def test_two_zones_share_an_hour_more_while_only_one_has_changed_its_clocks(
    day: str, hours: int
) -> None:
    whole = parse_period(day, BERLIN)
    there, here = (
        every_day(tz, ("09:00", "17:00")).intervals(*whole.span) for tz in (NEW_YORK, BERLIN)
    )
    assert total(intersect(there, here)) == hours * HOUR
    assert total(union(there, here)) == (16 - hours) * HOUR


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("US/Pacific-New", id="a zone that was removed"),
        pytest.param("Europe/Bonn", id="a zone that never was"),
        pytest.param("europe/berlin", id="a zone in other letters"),
        pytest.param("Europe", id="a folder of zones"),
        pytest.param("../zoneinfo/UTC", id="a path"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_zone_that_there_is_not_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(
        InstantError, match=r"no time zone .*; write an IANA name like Europe/Berlin"
    ):
        zone(name)
    with pytest.raises(InstantError, match="no time zone"):
        ServiceHours(name, {"mon": (("09:00", "17:00"),)})
