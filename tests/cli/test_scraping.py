"""What a scrape is told of a real data folder: from the newest overview, and while nothing of it can be read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from catalogue.instants import parse_instant
from slamon.cli.house import House
from slamon.cli.scraping import Scrape
from slamon.views.following import Pulse

NOW = parse_instant("2026-03-28T12:00:00Z")
MINUTE = 60_000_000


@pytest.fixture
def house(slamon: Any) -> Iterator[House]:
    """Everything of the filled folder."""
    with House(slamon.folder) as opened:
        yield opened


@pytest.fixture
def scrape(house: House) -> Scrape:
    """Who tells of it, while the fold goes well."""
    return Scrape(house, lambda: Pulse("folding", folded_at=NOW))


def told(scrape: Scrape, now: int) -> dict[str, str]:
    lines = scrape.text(now).decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line[0] != "#")


def test_what_is_told_is_of_the_overview_that_pages_show(scrape: Scrape, house: House) -> None:
    figures = told(scrape, NOW)

    assert figures["slamon_views_up"] == "1.0"
    assert figures["slamon_overview_position"] == f"{house.ledger.position()}.0"
    assert float(figures["slamon_overview_timestamp_seconds"]) == NOW / 1e6
    assert 'slamon_service_excluded{service="svc-parzival"}' in figures


def test_whoever_is_shown_an_overview_finds_its_figures_written(
    scrape: Scrape, house: House
) -> None:
    scrape.text(NOW)

    shown = house.reading.overview(NOW + MINUTE)
    while parse_instant(shown.now) == NOW:  # on a slow machine it is computed beside
        time.sleep(0.02)
        shown = house.reading.overview(NOW + MINUTE)

    assert scrape._told is not None
    assert scrape._told.overview is shown


def test_nothing_is_written_where_nobody_scrapes(scrape: Scrape, house: House) -> None:
    house.reading.overview(NOW)

    assert scrape._told is None


def test_while_the_views_cannot_be_read_the_fold_and_the_process_are_told(
    scrape: Scrape, house: House
) -> None:
    house.store.close()  # the next question opens the file again
    for file in house.folder.glob("views.*"):
        file.unlink()

    figures = told(scrape, NOW)

    assert figures["slamon_views_up"] == "0.0"
    assert figures["slamon_folding_up"] == "1.0"
    assert "process_resident_memory_bytes" in figures
    assert not [name for name in figures if name.startswith(("slamon_sla", "slamon_ledger"))]
