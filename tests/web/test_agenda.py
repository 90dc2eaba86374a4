"""What a party has before it: on its page, through the API, and as a feed that calendar programs read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar

from catalogue.document import PartialDate
from catalogue.instants import parse_instant
from catalogue.plan import plan
from catalogue.reader import read
from slamon.app import catalogue as applying
from slamon.app import lifecycles
from slamon.app.acts import Act, Begin, Fulfil, NoAction, Reschedule, Show
from slamon.cli.house import Decisions, House
from slamon.web.access import Access
from slamon.web.app import build

SET = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
NOW = parse_instant("2008-10-15T12:00Z")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The starter set of 2008 in a ledger."""
    with House(tmp_path) as made:
        stated = plan(read([SET]), {}, date(2008, 10, 1))
        applying.apply(made.ledger, stated, {}, actor="ann", reason="begun")
        made.refresh()
        yield made


@pytest.fixture
def visitor(house: House) -> Iterator[TestClient]:
    access = Access(None, lambda: NOW)
    app = build(house.reading, Decisions(house), access, clock=lambda: NOW, ready=list)
    yield TestClient(app, base_url="https://slamon.example")
    access.close()


def act(house: House, name: str, deed: Act) -> None:
    lifecycles.record(house.ledger, name, deed, house.reading.catalogue(), actor="ann")
    house.refresh()


def items(visitor: TestClient, party: str) -> dict[str, str]:
    """What and when, of a party."""
    told = visitor.get(f"/api/v1/agenda/{party}").json()
    return {f"{item['kind']} {item['record']}": item["begin"] for item in told["items"][::-1]}


def test_due_days_reviews_and_ends_concern_both_sides(visitor: TestClient) -> None:
    found = items(visitor, "unv")

    assert found["end agreement:sla-unv-2008"] == "2009-12-31"
    assert found["review agreement:sla-unv-2008"] == "2009-05-31"
    assert items(visitor, "cms-secretariat").items() >= found.items()


def test_what_recurs_stands_there_for_a_year(visitor: TestClient) -> None:
    told = visitor.get("/api/v1/agenda/it-consultant").json()

    days = [item["begin"] for item in told["items"] if item["record"] == "commitment:c-11.1"]
    assert days == ["2008-08-15", "2008-11-15", "2009-02-15", "2009-05-15", "2009-08-15"]


def test_what_was_answered_is_gone_and_what_was_moved_stands_on_its_new_day(
    house: House, visitor: TestClient
) -> None:
    act(house, "c-1.1", Show(kind="note", reference="1", on=date(2008, 10, 1)))
    act(house, "c-1.1", Fulfil(on=PartialDate.parse("2008-10-01")))
    act(house, "c-1.1", Reschedule(to=date(2009, 1, 9), reason="holidays"))

    told = visitor.get("/api/v1/agenda/cms-secretariat").json()

    days = [item["begin"] for item in told["items"] if item["record"] == "commitment:c-1.1"]
    assert days == ["2009-01-09", "2009-03-30", "2009-06-30", "2009-09-30"]


def test_a_trial_ends_and_a_decision_not_to_act_is_looked_at_again(
    house: House, visitor: TestClient
) -> None:
    act(house, "trial-contacts", Begin(on=date(2008, 10, 20)))
    decided = NoAction(on=date(2008, 10, 1), review_on=date(2009, 10, 1), reason="no money")
    act(house, "6.1", decided)

    found = items(visitor, "cms-secretariat")

    assert found["end agreement:trial-contacts"] == "2008-11-19"
    assert found["no_action_review recommendation:6.1"] == "2009-10-01"


def test_a_feed_is_read_by_a_program_that_shows_calendars(visitor: TestClient) -> None:
    answer = visitor.get("/agenda/unv.ics")
    feed: Any = Calendar.from_ical(answer.content)
    events = {str(event["UID"]): event for event in feed.walk("VEVENT")}

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    end = events["end-agreement-sla-unv-2008-2009-12-31@slamon"]
    assert end["DTSTART"].dt == date(2009, 12, 31)
    assert str(end["SUMMARY"]) == "Ends: IT support SLA with UNV"
    assert str(end["URL"]) == "https://slamon.example/agreements/sla-unv-2008"


def test_the_same_thing_has_the_same_name_at_every_look(visitor: TestClient) -> None:
    first, second = (Calendar.from_ical(visitor.get("/agenda/unv.ics").content) for _ in "12")

    def names(feed: Any) -> list[str]:
        return [str(event["UID"]) for event in feed.walk("VEVENT")]

    assert names(first) == names(second)
    assert len(set(names(first))) == len(names(first))


@pytest.mark.parametrize(
    "path", ["/agenda", "/agenda/unv", "/commitments", "/recommendations", "/hours"]
)
def test_pages_lead_there(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/agenda/nobody", "/agenda/nobody.ics", "/api/v1/agenda/nobody"])
def test_a_party_that_there_is_not_is_not_found(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 404
