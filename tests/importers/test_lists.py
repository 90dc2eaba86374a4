"""Lists that others publish: exchange rates and holidays, each row read whole or refused with its line and column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from slamon.importers import holidays, ics, rates
from slamon.importers.holidays import HolidayRow
from slamon.importers.rates import RateRow
from slamon.importers.rows import LayoutError

RATES = "currency,per_usd,effective\n"
DAYS = "date,name,status\n"
EVENT = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260403\nSUMMARY:Good Friday\nEND:VEVENT\n"


def _calendar(*events: str) -> str:
    return "".join(["BEGIN:VCALENDAR\nVERSION:2.0\n", *events, "END:VCALENDAR\n"])


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a file."""

    def written(text: str) -> Path:
        path = tmp_path / "list"
        path.write_text(text, "utf-8")
        return path

    return written


def test_a_rate_is_read_from_a_row_whichever_way_its_day_is_printed(write: Any) -> None:
    found = rates.read(
        write(f"{RATES}EUR,0.86,2026-01-01\nGBP,0.750,1 Jan 2026\nUSD,1,01-JAN-2026\n")
    )

    first = date(2026, 1, 1)
    assert found.bad == []
    assert found.results == [
        RateRow(2, "EUR", "0.86", first),
        RateRow(3, "GBP", "0.750", first),
        RateRow(4, "USD", "1", first),
    ]


def test_columns_may_have_other_names_and_countries_share_a_currency(write: Any) -> None:
    text = "Country,Code,Rate,Effective\nFrance,EUR,0.86,2026-01-01\nGermany,EUR,0.860,2026-01-01\n"
    columns = {"currency": "Code", "per_usd": "Rate", "effective": "Effective"}

    found = rates.read(write(text), columns)

    assert (len(found.results), found.bad) == (2, [])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param(
            'EUR,"0,86",2026-01-01',
            "per_usd: '0,86' has a decimal comma; write 0.86",
            id="a decimal comma",
        ),
        pytest.param(
            "EUR,0.86,01/02/2026",
            "effective: '01/02/2026' is no date; write like 2026-03-01",
            id="a day that can be read in two ways",
        ),
        pytest.param(
            "EUR,0.86,2026-02-30", "effective: there is no day '2026-02-30'", id="no such day"
        ),
        pytest.param(
            "EUR,-0.86,2026-01-01",
            "per_usd: '-0.86' is no rate: units of a currency for one dollar are more than 0",
            id="a negative rate",
        ),
        pytest.param(
            "€,0.86,2026-01-01",
            "currency: '€' is no code of a currency; write like EUR",
            id="a sign in place of a code",
        ),
        pytest.param(
            "USD,0.86,2026-01-01",
            "per_usd: one dollar is 0.86 dollars: rates are units for one dollar",
            id="rates for another currency",
        ),
        pytest.param("EUR,0.86", "row: 2 of 3 columns", id="a row that is cut off"),
    ],
)
def test_a_rate_that_is_none_is_refused(write: Any, row: str, fault: str) -> None:
    found = rates.read(write(f"{RATES}{row}\n"))

    assert [str(bad) for bad in found.bad] == [f"2:{fault}"]


def test_two_rates_of_a_currency_on_a_day_contradict_each_other(write: Any) -> None:
    found = rates.read(write(f"{RATES}EUR,0.86,2026-01-01\nEUR,0.87,2026-01-01\n"))

    assert [str(bad) for bad in found.bad] == ["3:per_usd: EUR of 2026-01-01 is 0.86 in line 2"]


def test_a_day_without_a_status_is_confirmed_and_may_have_names_in_three_languages(
    write: Any,
) -> None:
    text = "date,name,name_fr,name_es\n2026-04-03,Good Friday,Vendredi saint,\n"

    found = holidays.read(write(text))

    names = ("Good Friday", "Vendredi saint", "Good Friday")
    assert found.results == [HolidayRow(2, date(2026, 4, 3), names, "confirmed")]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param(
            "03.04.2026,Good Friday,",
            "date: '03.04.2026' is no date; write like 2026-03-01",
            id="a day as people write it",
        ),
        pytest.param("2026-04-03,,", "name: the day has no name", id="a day without a name"),
        pytest.param(
            "2026-04-03,Good Friday,sure",
            "status: 'sure' is none of confirmed, derived, to_confirm",
            id="another status",
        ),
    ],
)
def test_a_holiday_that_is_none_is_refused(write: Any, row: str, fault: str) -> None:
    found = holidays.read(write(f"{DAYS}{row}\n"))

    assert [str(bad) for bad in found.bad] == [f"2:{fault}"]


def test_a_holiday_stands_once_in_a_list(write: Any) -> None:
    found = holidays.read(write(f"{DAYS}2026-04-03,Good Friday,\n2026-04-03,Friday,\n"))

    assert [str(bad) for bad in found.bad] == ["3:date: 2026-04-03 stands in line 2 already"]


def test_events_of_whole_days_are_holidays(write: Any) -> None:
    eid = (
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260320\nDTEND;VALUE=DATE:20260322\n"
        "SUMMARY:Eid\\, the\n  feast\nSTATUS:TENTATIVE\nEND:VEVENT\n"
    )
    gone = EVENT.replace("20260403", "20260501").replace("END:", "STATUS:CANCELLED\nEND:")

    found = ics.read(write(_calendar(EVENT, eid, gone).replace("\n", "\r\n")))

    feast = ("Eid, the feast",) * 3
    assert found.bad == []
    assert found.results == [
        HolidayRow(3, date(2026, 4, 3), ("Good Friday",) * 3, "confirmed"),
        HolidayRow(7, date(2026, 3, 20), feast, "to_confirm"),
        HolidayRow(7, date(2026, 3, 21), feast, "to_confirm"),
    ]


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        pytest.param(
            EVENT.replace(";VALUE=DATE:20260403", ":20260403T080000Z"),
            "4:DTSTART: '20260403T080000Z' is no whole day; write like DTSTART;VALUE=DATE:20260403",
            id="an hour is no holiday",
        ),
        pytest.param(
            EVENT.replace("SUMMARY", "RRULE:FREQ=YEARLY\nSUMMARY"),
            "5:RRULE: write each day as an event of its own",
            id="a rule of repetition",
        ),
        pytest.param(
            EVENT.replace("SUMMARY", "DTEND;VALUE=DATE:20260402\nSUMMARY"),
            "5:DTEND: from 2026-04-03 to before 2026-04-02 are not 1 to 31 days",
            id="an end before the beginning",
        ),
        pytest.param(
            EVENT.replace("SUMMARY:Good Friday\n", ""),
            "3:SUMMARY: the event has no name",
            id="no name",
        ),
    ],
)
def test_an_event_that_is_no_holiday_is_refused(write: Any, event: str, fault: str) -> None:
    found = ics.read(write(_calendar(event)))

    assert [str(bad) for bad in found.bad] == [fault]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            DAYS, "1:1: no iCalendar file: its first line is BEGIN:VCALENDAR", id="a CSV file"
        ),
        pytest.param(
            _calendar(EVENT)[:60],
            "3:1: the event that begins here does not end: the file is cut off",
            id="cut off",
        ),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(write: Any, text: str, fault: str) -> None:
    file = write(text)

    with pytest.raises(LayoutError) as refused:
        ics.read(file)
    assert str(refused.value) == f"{file}:{fault}"
