"""Seven months of 33 real services, through importer, ledger, fold and views, against their published downtime."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.instants import MINUTE, parse_instant
from catalogue.intervals import total
from catalogue.periods import parse_period
from slamon.cli.documents import apply_plan, plan_of
from slamon.cli.house import House
from slamon.cli.taking import import_file
from slamon.views.days import Desk
from slamon.views.objectives import Judged, judged_objectives

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "digital-editions"
HISTORY = STARTER / "data" / "digital-editions.csv"
PUBLISHED = Path(__file__).parents[1] / "catalogue" / "digital-editions.expected.json"
SOURCE = "imp-digital-editions"
NOW = parse_instant("2026-11-22T12:00:00Z")

MINUTES: dict[str, dict[str, int]] = json.loads(PUBLISHED.read_text("utf-8"))[
    "minutes_down_by_utc_day"
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("editions")) as opened:
        apply_plan(opened, plan_of(opened, [STARTER]), actor="tester", reason="a test")
        import_file(opened, HISTORY, SOURCE, actor="tester")
        opened.refresh()
        yield opened


@pytest.fixture(scope="module")
def by_service(house: House) -> dict[str, Judged]:
    with house.store.reading() as connection:
        return {judged.terms.service: judged for judged in judged_objectives(connection)}


@pytest.mark.parametrize("service", MINUTES)
def test_the_timeline_agrees_with_every_published_day_within_a_minute(
    service: str, house: House, by_service: dict[str, Judged]
) -> None:
    judged = by_service[f"svc-{service}"]
    with house.store.reading() as connection:
        desk = Desk(connection)
        for label, minutes in MINUTES[service].items():
            day = parse_period(label, "UTC").span
            states = desk.observations(judged, day).states(judged, day)
            down = total(states.where(lambda state: state == "down"))
            assert abs(down - minutes * MINUTE) <= MINUTE, label


def test_the_same_file_again_records_nothing(house: House) -> None:
    before = house.ledger.position()

    again = import_file(house, HISTORY, SOURCE, actor="tester")

    assert (again.recorded, again.known, again.position) == (0, 6281, None)
    assert house.ledger.position() == before


def test_every_month_of_it_is_judged_alike_before_and_after_days_are_kept(house: House) -> None:
    before = house.reading.periods("sla-digital-editions", NOW)
    house.folder_of_views().settle(NOW)

    assert house.reading.periods("sla-digital-editions", NOW) == before
    assert len(before) == 33 * 10
