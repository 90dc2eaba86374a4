from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from catalogue.instants import HOUR, MINUTE, InstantError, parse_instant
from catalogue.intervals import clip, norm, total, union
from catalogue.periods import parse_period
from catalogue.service_hours import WEEKDAYS, ClockSpans, ServiceHours, always

HERE = Path(__file__).parent
STARTER = HERE.parents[1] / "catalogue" / "starter" / "cms-2008"
VECTORS = YAML(typ="safe").load((HERE / "cms-2008-golden.yaml").read_text("utf-8"))
CALENDARS = YAML(typ="safe").load((STARTER / "calendars.yaml").read_text("utf-8"))
BERLIN = "Europe/Berlin"


def hours_of(name: str) -> ServiceHours:
    """The service hours of the starter set, less the confirmed and derived holidays of their calendar."""
    (rule,) = (each for each in CALENDARS["service_hours"] if each["id"] == name)
    days = [
        day
        for each in CALENDARS["calendars"]
        if each["id"] == rule["holidays"]
        for day in each["days"]
    ]
    closed = {day["date"]: () for day in days if day["status"] != "to_confirm"}
    return ServiceHours(
        rule["tz"], dict.fromkeys(rule["weekdays"], ((rule["from"], rule["to"]),)), closed
    )


@pytest.fixture(scope="module")
def hours() -> dict[str, ServiceHours]:
    return {name: hours_of(name) for name in ("bonn-business-hours", "cambridge-business-hours")}


@pytest.mark.parametrize(
    "vector",
    [pytest.param(v, id=f"{v['service_hours']} {v['month']}") for v in VECTORS["agreed_minutes"]],
)
def test_a_month_has_the_agreed_minutes_of_the_test_vectors(
    vector: dict[str, Any], hours: dict[str, ServiceHours]
) -> None:
    promised = hours[vector["service_hours"]]
    month = parse_period(vector["month"], promised.tz)
    assert total(promised.intervals(*month.span)) == vector["minutes"] * MINUTE


@pytest.mark.parametrize("vector", VECTORS["agreed_minutes_24x7"])
def test_a_whole_month_has_the_minutes_of_its_zone(vector: dict[str, Any]) -> None:
    month = parse_period(vector["month"], vector["tz"])
    assert total(always().intervals(*month.span)) == vector["minutes"] * MINUTE


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["why"]) for v in VECTORS["elapsed"]])
def test_agreed_time_between_two_instants(
    vector: dict[str, Any], hours: dict[str, ServiceHours]
) -> None:
    span = parse_instant(vector["from"]), parse_instant(vector["to"])
    assert total(hours[vector["service_hours"]].intervals(*span)) == vector["minutes"] * MINUTE


def test_hours_of_one_zone_are_judged_in_a_period_of_another() -> None:
    nairobi = ServiceHours("Africa/Nairobi", {"mon": (("08:00", "16:00"),)})
    monday_in_bonn = parse_period("2026-06-01", BERLIN)
    assert nairobi.intervals(*monday_in_bonn.span) == (
        (parse_instant("2026-06-01T05:00Z"), parse_instant("2026-06-01T13:00Z")),
    )


def test_a_date_replaces_the_hours_of_its_weekday() -> None:
    promised = ServiceHours(
        BERLIN, {"mon": (("09:00", "17:00"),)}, {date(2026, 6, 1): (("10:00", "11:00"),)}
    )
    assert total(promised.intervals(*parse_period("2026-06-01", BERLIN).span)) == HOUR
    assert total(promised.intervals(*parse_period("2026-06-08", BERLIN).span)) == 8 * HOUR


@pytest.mark.parametrize(
    ("day", "begin", "end", "length"),
    [
        pytest.param(
            "2026-10-25", "00:00", "02:30", 150 * MINUTE, id="an end that comes twice is the first"
        ),
        pytest.param(
            "2026-10-25",
            "02:30",
            "24:00",
            22 * HOUR + 30 * MINUTE,
            id="the rest has the repeated hour",
        ),
        pytest.param("2026-03-29", "02:00", "03:00", 0, id="an hour that does not exist is empty"),
        pytest.param("2026-03-29", "00:00", "24:00", 23 * HOUR, id="a day of 23 hours"),
    ],
)
def test_hours_follow_the_clock_over_its_changes(
    day: str, begin: str, end: str, length: int
) -> None:
    promised = ServiceHours(BERLIN, {"sun": ((begin, end),)})
    assert total(promised.intervals(*parse_period(day, BERLIN).span)) == length


@given(
    st.lists(st.integers(1, 24 * 60 - 1), max_size=4),
    st.sampled_from(["2026-03-29", "2026-10-25", "2026-06-07"]),
    st.sampled_from([BERLIN, "Australia/Lord_Howe", "America/St_Johns"]),
)
def test_spans_that_tile_a_day_tile_its_instants(cuts: list[int], day: str, tz: str) -> None:
    edges = [0, *sorted(set(cuts)), 24 * 60]
    clock = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in edges]
    tiles = tuple(pairwise(clock))
    whole = parse_period(day, tz)
    assert ServiceHours(tz, dict.fromkeys(WEEKDAYS, tiles)).intervals(*whole.span) == (whole.span,)


@given(st.integers(0, 31 * 24 * 60), st.integers(0, 31 * 24 * 60))
def test_hours_of_a_part_are_the_part_of_the_hours(one: int, other: int) -> None:
    month = parse_period("2026-10", BERLIN)
    promised = hours_of("bonn-business-hours")
    cut = sorted((month.begin + one * MINUTE, month.begin + other * MINUTE))
    parts = [(month.begin, cut[0]), (cut[0], cut[1]), (cut[1], month.end + 2 * HOUR)]
    whole = promised.intervals(month.begin, month.end + 2 * HOUR)
    assert union(*(promised.intervals(*part) for part in parts)) == whole
    assert promised.intervals(*parts[1]) == clip(norm(whole), parts[1])


@pytest.mark.parametrize(
    ("weekly", "says"),
    [
        pytest.param({"monday": ()}, "no weekday 'monday'", id="a weekday in another spelling"),
        pytest.param(
            {"mon": (("17:00", "09:00"),)},
            "do not end after they begin",
            id="an end before the begin",
        ),
        pytest.param({"mon": (("09:00", "25:00"),)}, "no clock time '25:00'", id="hour 25"),
    ],
)
def test_hours_that_could_never_hold_are_refused(weekly: dict[str, ClockSpans], says: str) -> None:
    with pytest.raises(InstantError, match=says):
        ServiceHours(BERLIN, weekly)
