"""Service hours as a calendar shows them: each day, holidays, and the days on which clocks are changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from catalogue.months import Month
from catalogue.plan import plan
from catalogue.reader import read
from slamon.app import catalogue as applying
from slamon.cli.house import House
from slamon.views.hours import HoursMonth

SETS = Path(__file__).parents[2] / "catalogue" / "starter"
HERE = Path(__file__).parents[1] / "catalogue"
VECTORS: Any = YAML(typ="safe", pure=True).load((HERE / "cms-2008-golden.yaml").read_text("utf-8"))
MINUTE = 60_000_000
AROUND_THE_CLOCK = """service_hours:
- {id: all-day-bonn, tz: Europe/Berlin, weekdays: [mon, tue, wed, thu, fri, sat, sun],
   from: "00:00", to: "24:00", holidays: null, prov: {_: I}}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The starter set of 2008 in a ledger."""
    around = tmp_path_factory.mktemp("around")
    (around / "hours.yaml").write_text(AROUND_THE_CLOCK, encoding="utf-8")
    with House(tmp_path_factory.mktemp("cms")) as made:
        stated = plan(read([SETS / "cms-2008", around]), {}, date(2008, 10, 1))
        applying.apply(made.ledger, stated, {}, actor="ann", reason="begun")
        made.refresh()
        yield made


def told(house: House, hours: str, month: str) -> HoursMonth:
    found = house.reading.hours_month(hours, month)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "vector",
    [pytest.param(v, id=f"{v['service_hours']} {v['month']}") for v in VECTORS["agreed_minutes"]],
)
def test_the_days_of_a_month_add_up_to_what_is_agreed(house: House, vector: Any) -> None:
    found = told(house, vector["service_hours"], str(vector["month"]))

    assert found.agreed_us == vector["minutes"] * MINUTE
    assert len(found.days) == Month.named(found.month).length


def test_a_holiday_closes_and_one_to_be_confirmed_does_not(house: House) -> None:
    days = {day.date: day for day in told(house, "bonn-business-hours", "2026-12").days}

    christmas, second = days[date(2026, 12, 25)], days[date(2026, 12, 26)]
    assert (christmas.clocks, christmas.holiday_status) == ((), "derived")
    assert second.holiday_status == "to_confirm"
    assert days[date(2026, 12, 24)].clocks == (("08:00", "18:00"),)


@pytest.mark.parametrize(
    ("month", "day", "moved", "agreed_hours"),
    [
        pytest.param("2026-03", 29, 60, 743, id="clocks go forward"),
        pytest.param("2026-10", 25, -60, 745, id="clocks go back"),
    ],
)
def test_clocks_that_are_changed_make_a_day_of_another_length(
    house: House, month: str, day: int, moved: int, agreed_hours: int
) -> None:
    found = told(house, "all-day-bonn", month)

    changed = [each for each in found.days if each.clock_us]
    assert [(each.date.day, each.clock_us) for each in changed] == [(day, moved * MINUTE)]
    assert changed[0].clocks == (("00:00", "24:00"),)
    assert found.agreed_us == agreed_hours * 60 * MINUTE
    assert found.clock_changes == (date(2026, 3, 29), date(2026, 10, 25))


def test_a_month_leads_to_its_neighbours(house: House) -> None:
    found = told(house, "always", "2026-01")

    assert (found.previous, found.next) == ("2025-12", "2026-02")
    assert house.reading.hours_month("none-such", "2026-01") is None
    with pytest.raises(ValueError, match="remains"):
        house.reading.hours_month("always", "2026-13")
