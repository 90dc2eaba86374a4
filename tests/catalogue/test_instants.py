from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import (
    HOUR,
    MINUTE,
    SECOND,
    Duration,
    InstantError,
    at_clock,
    format_instant,
    local_date,
    parse_clock,
    parse_duration,
    parse_instant,
    resolve,
)


@pytest.mark.parametrize(
    ("text", "tz", "instant"),
    [
        pytest.param("1970-01-01T00:00:00Z", None, 0, id="the epoch"),
        pytest.param("1970-01-01T00:00:00.000001Z", None, 1, id="a microsecond"),
        pytest.param("1970-01-01T00:00:00.0000019Z", None, 1, id="finer digits change nothing"),
        pytest.param("2008-10-02T17:30:00+02:00", None, 1_222_961_400 * SECOND, id="an offset"),
        pytest.param("2026-03-10T00:00", "Europe/Berlin", 1_773_097_200 * SECOND, id="local time"),
        pytest.param(
            "2026-03-09T24:00", "Europe/Berlin", 1_773_097_200 * SECOND, id="the end of a day"
        ),
        pytest.param(
            "2026-03-09T24:00:00Z", None, 1_773_100_800 * SECOND, id="the end of a day of UTC"
        ),
        pytest.param(
            "2026-03-10T00:00Z", "Europe/Berlin", 1_773_100_800 * SECOND, id="an offset over a zone"
        ),
    ],
)
def test_an_instant_is_read_from_text(text: str, tz: str | None, instant: int) -> None:
    assert parse_instant(text, tz) == instant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("2026-03-10T00:00:00", "has no offset", id="local time without a zone"),
        pytest.param("tomorrow", "no instant 'tomorrow'", id="a word"),
        pytest.param("2026-02-30T00:00:00Z", "no instant", id="a date that does not exist"),
        pytest.param("2026-03-10T25:00:00Z", "no instant", id="hour 25"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, says: str) -> None:
    with pytest.raises(InstantError, match=says):
        parse_instant(text)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        pytest.param(0, "1970-01-01T00:00:00Z", id="whole seconds stand alone"),
        pytest.param(1_500_000, "1970-01-01T00:00:01.500000Z", id="a fraction has six digits"),
        pytest.param(-1, "1969-12-31T23:59:59.999999Z", id="before the epoch"),
    ],
)
def test_an_instant_is_written_in_utc(instant: int, text: str) -> None:
    assert format_instant(instant) == text


@given(st.integers(-(10**15), 10**16))
def test_a_written_instant_is_read_back(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        pytest.param("2026-03-29T01:59", "2026-03-29T00:59:00Z", id="before the gap"),
        pytest.param("2026-03-29T02:30", "2026-03-29T01:30:00Z", id="in the gap: offset before it"),
        pytest.param("2026-03-29T03:00", "2026-03-29T01:00:00Z", id="after the gap"),
        pytest.param("2026-10-25T02:30", "2026-10-25T00:30:00Z", id="twice: the first occurrence"),
        pytest.param("2026-10-25T03:00", "2026-10-25T02:00:00Z", id="after the repeated hour"),
    ],
)
def test_a_local_time_is_resolved_as_rfc_5545_says(local: str, utc: str) -> None:
    assert format_instant(resolve(datetime.fromisoformat(local), "Europe/Berlin")) == utc


def test_24_00_is_the_begin_of_the_next_date() -> None:
    assert at_clock(date(2026, 3, 29), 24 * 60, "Europe/Berlin") == at_clock(
        date(2026, 3, 30), 0, "Europe/Berlin"
    )
    assert parse_clock("24:00") == 24 * 60


@pytest.mark.parametrize("text", ["25:00", "24:01", "8:00", "08:60", "noon"])
def test_what_is_no_clock_time_is_refused(text: str) -> None:
    with pytest.raises(InstantError, match="no clock time"):
        parse_clock(text)


def test_the_local_date_is_that_of_the_zone() -> None:
    late_evening_in_utc = parse_instant("2026-03-09T23:30:00Z")
    assert local_date(late_evening_in_utc, "UTC") == date(2026, 3, 9)
    assert local_date(late_evening_in_utc, "Europe/Berlin") == date(2026, 3, 10)


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(InstantError, match="no time zone 'Europe/Bonn'"):
        local_date(0, "Europe/Bonn")


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        pytest.param("PT1H", Duration(0, 0, HOUR), id="an hour"),
        pytest.param("PT0.5S", Duration(0, 0, 500_000), id="half a second"),
        pytest.param("PT1H30M", Duration(0, 0, 90 * MINUTE), id="hours and minutes"),
        pytest.param("P3D", Duration(0, 3, 0), id="days stay days"),
        pytest.param("P2W", Duration(0, 14, 0), id="weeks are days"),
        pytest.param("P1M", Duration(1, 0, 0), id="months stay months"),
        pytest.param("P1Y2M", Duration(14, 0, 0), id="years are months"),
        pytest.param("P1DT12H", Duration(0, 1, 12 * HOUR), id="days and hours stay apart"),
    ],
)
def test_a_duration_is_read_from_text(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["P", "PT", "1H", "P1H", "PT1.5H", "P-1D", ""])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InstantError, match="no duration"):
        parse_duration(text)


def test_only_a_duration_of_hours_and_less_has_a_fixed_length() -> None:
    assert parse_duration("PT1H").exact() == HOUR
    with pytest.raises(InstantError, match="no fixed length"):
        parse_duration("P1D").exact()
