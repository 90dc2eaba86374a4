"""When a month closes by itself: ten business days after its end, or as the agreement says (rule T5, §4.12)."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.agreements import Agreement, Close
from catalogue.instants import format_instant, parse_instant
from probes.outcome import Outcome
from slamon.sla.closing import PeriodClosed
from slamon.views.overdue import closes_by_itself_at
from slamon.views.promised import promises

# March ends on a Tuesday night; the first of April is the day of the event and does not count.
MARCH_ENDS = parse_instant("2026-03-31T22:00:00Z")
TEN_BUSINESS_DAYS = "2026-04-15T22:00:00Z"


@pytest.fixture
def paper(world: Any) -> Any:
    """The paper service with two results, in March and in April."""
    at = [parse_instant(each) for each in ("2026-03-10T06:00:00Z", "2026-04-20T06:00:00Z")]
    world.take_in([(each, Outcome.GOOD) for each in at])
    world.fold()
    return world


@pytest.mark.parametrize(
    ("close", "closes_at"),
    [
        pytest.param(None, TEN_BUSINESS_DAYS, id="ten days from Monday to Friday by default"),
        pytest.param(
            {"fallback_after": "P10D", "service_hours": "hours-always"},
            "2026-04-11T22:00:00Z",
            id="days of hours that never rest are days of the calendar",
        ),
        pytest.param(
            {"fallback_after": "P2D", "service_hours": "hours-office"},
            "2026-04-03T22:00:00Z",
            id="two working days of the office",
        ),
        pytest.param(
            {"fallback_after": "PT8H", "service_hours": "hours-office"},
            "2026-04-01T13:00:00Z",
            id="eight hours of the office",
        ),
    ],
)
def test_the_closing_time(world: Any, close: dict[str, str] | None, closes_at: str) -> None:
    with world.views.reading() as connection:
        held = promises(connection)
    stated = Close.model_validate(close) if close else None
    agreement = held.need(Agreement, "sla-paper").model_copy(update={"close": stated})

    assert format_instant(closes_by_itself_at(held, agreement, MARCH_ENDS)) == closes_at


@pytest.mark.parametrize(
    ("now", "labels"),
    [
        pytest.param("2026-04-15T21:59:59.999999Z", [], id="not a microsecond early"),
        pytest.param("2026-04-15T22:00:00Z", ["2026-03"], id="at the end of the tenth day"),
        pytest.param(
            "2026-07-20T00:00:00Z",
            ["2026-03", "2026-04", "2026-05", "2026-06"],
            id="also months in which the probes were silent",
        ),
    ],
)
def test_a_measured_agreement_is_due_month_by_month(
    paper: Any, now: str, labels: list[str]
) -> None:
    due = paper.reading.closings_due(parse_instant(now))

    assert due == tuple(("sla-paper", label) for label in labels)


def test_what_is_closed_is_not_due_any_more(paper: Any) -> None:
    now = parse_instant("2026-04-20T00:00:00Z")
    offer = paper.reading.closing("sla-paper", "2026-03", now)
    closed = PeriodClosed(figures=offer.figures, position=1, code_version="1", tzdata="2026a")
    paper.append("period:sla-paper:2026-03", closed)
    paper.fold()

    assert paper.reading.closings_due(now) == ()


def test_nothing_is_due_of_what_nobody_ever_measured(world: Any) -> None:
    assert world.reading.closings_due(parse_instant("2026-12-01T00:00:00Z")) == ()
