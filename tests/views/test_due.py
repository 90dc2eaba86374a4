"""Which due day of a commitment a list shows, and in which state."""

from typing import Any

import pytest

from catalogue.instants import parse_instant
from catalogue.terms import Known, Version
from slamon.views.listings import commitments
from slamon.views.promised import Held, Promises

PROV = {"_": "I"}
TEXT = {"en": "Report", "fr": "Rapport", "es": "Informe"}
SITE = {"city": "Bonn", "country": "DE", "tz": "Europe/Berlin", "calendar": "cal"}
DEBTOR = {"id": "them", "role": "provider", "name": TEXT, "site": SITE, "prov": PROV}
CREDITOR = {"id": "us", "role": "customer", "name": TEXT, "prov": PROV}
EASTER = {"date": "2026-04-06", "name": TEXT, "status": "confirmed", "prov": "I"}
CALENDAR = {"id": "cal", "name": TEXT, "tz": "Europe/Berlin", "days": [EASTER], "prov": PROV}
AGREEMENT = {
    "id": "sla-far",
    "kind": "sla",
    "name": TEXT,
    "customer": "us",
    "provider": "them",
    "tz": "Africa/Nairobi",
    "in_force": {"from": "2026-01-01", "to": None},
    "recommendations": [],
    "objectives": [],
    "prov": PROV,
}


def held(kind: str, terms: dict[str, Any], **lifecycle: Any) -> Held:
    return Held(kind, terms["id"], Known("set", (Version(None, terms),), lifecycle), 1)


def world(due: str | None, state: dict[str, Any] | None = None, **more: Any) -> Promises:
    terms: dict[str, Any] = {
        "id": "c-report",
        "recommendation": None,
        "order": None,
        "debtor": "them",
        "creditor": "us",
        "what": TEXT,
        "due": due,
        "evidence": [],
        "prov": PROV,
    }
    records = [
        held("party", DEBTOR),
        held("party", CREDITOR),
        held("calendar", CALENDAR),
        held("agreement", AGREEMENT, state="signed", signed_on=None),
        held("commitment", terms | more, **(state or {})),
    ]
    return Promises({(each.kind, each.id): each for each in records}, 1)


DONE = {"state": "fulfilled"}


@pytest.mark.parametrize(
    ("promises", "now", "due", "state"),
    [
        pytest.param(
            world("2026-03-31"),
            "2026-03-31T21:59:59Z",
            "2026-03-31",
            "open",
            id="until midnight where the debtor works",
        ),
        pytest.param(
            world("2026-03-31"), "2026-03-31T22:00:00Z", "2026-03-31", "overdue", id="and not later"
        ),
        pytest.param(
            world("2026-03-31", agreement="sla-far"),
            "2026-03-31T21:00:00Z",
            "2026-03-31",
            "overdue",
            id="in the zone of its agreement, where it has one",
        ),
        pytest.param(
            world("2026-04-04", if_non_business="next"),
            "2026-04-07T12:00:00Z",
            "2026-04-04",
            "open",
            id="over a weekend and a holiday where the debtor works",
        ),
        pytest.param(
            world("2026-04-02", calendar="cal", grace="P2D"),
            "2026-04-07T12:00:00Z",
            "2026-04-02",
            "open",
            id="grace in business days of a calendar",
        ),
        pytest.param(
            world("2026-04-02", grace="P2D"),
            "2026-04-07T12:00:00Z",
            "2026-04-02",
            "overdue",
            id="grace in days",
        ),
        pytest.param(
            world("2026-03-31", DONE), "2026-06-01T00:00:00Z", "2026-03-31", "fulfilled", id="done"
        ),
        pytest.param(
            world("2026-03-31", DONE, recur="P1M"),
            "2026-04-15T00:00:00Z",
            "2026-04-30",
            "open",
            id="done, and due again",
        ),
        pytest.param(
            world("2026-03-31", DONE, recur="P1M"),
            "2026-05-15T00:00:00Z",
            "2026-04-30",
            "overdue",
            id="done once, not the second time",
        ),
        pytest.param(world(None), "2026-06-01T00:00:00Z", None, "open", id="without a date"),
        pytest.param(
            world(None, DONE), "2026-06-01T00:00:00Z", None, "fulfilled", id="done without a date"
        ),
    ],
)
def test_a_commitment_shows_the_due_day_that_waits(
    promises: Promises, now: str, due: str | None, state: str
) -> None:
    (line,) = commitments(promises, parse_instant(now))
    assert (line.due, line.state) == (due, state)
