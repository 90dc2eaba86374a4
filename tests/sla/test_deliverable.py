from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import InstantError, parse_instant
from catalogue.recurring import occurrences
from catalogue.shifting import months_after
from slamon.sla.deliverable import (
    Schedule,
    judge_deliverable,
    judge_occurrence,
)
from slamon.sla.judgement import Verdict

BERLIN = "Europe/Berlin"
LABOUR_DAY = frozenset({date(2026, 5, 1)})


def at(text: str) -> int:
    return parse_instant(text, BERLIN)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("schedule", "due", "limit"),
    [
        pytest.param(
            Schedule(tz=BERLIN), "2026-03-31", "2026-04-01T00:00", id="the due day counts whole"
        ),
        pytest.param(
            Schedule(tz=BERLIN),
            "2026-05-31",
            "2026-06-01T00:00",
            id="a Sunday is a day like another",
        ),
        pytest.param(
            Schedule(tz=BERLIN, if_non_business="next"),
            "2026-05-31",
            "2026-06-02T00:00",
            id="a Sunday moves to Monday",
        ),
        pytest.param(
            Schedule(tz=BERLIN, if_non_business="previous"),
            "2026-05-31",
            "2026-05-30T00:00",
            id="a Sunday moves to Friday",
        ),
        pytest.param(
            Schedule(tz=BERLIN, if_non_business="next", holidays=LABOUR_DAY),
            "2026-05-01",
            "2026-05-05T00:00",
            id="a holiday on a Friday moves over the weekend",
        ),
        pytest.param(
            Schedule(tz=BERLIN, if_non_business="previous", holidays=LABOUR_DAY),
            "2026-05-02",
            "2026-05-01T00:00",
            id="a Saturday after a holiday moves before it",
        ),
        pytest.param(
            Schedule(tz=BERLIN, grace_days=5),
            "2026-03-31",
            "2026-04-06T00:00",
            id="grace in days of the calendar",
        ),
        pytest.param(
            Schedule(tz=BERLIN, grace_business_days=2, holidays=LABOUR_DAY),
            "2026-04-30",
            "2026-05-06T00:00",
            id="grace in business days, over a holiday and a weekend",
        ),
        pytest.param(
            Schedule(tz=BERLIN, if_non_business="next", grace_days=5),
            "2026-05-31",
            "2026-06-07T00:00",
            id="grace begins after the day moved and does not move again",
        ),
    ],
)
def test_a_deliverable_is_late_from_the_end_of_its_last_day(
    schedule: Schedule, due: str, limit: str
) -> None:
    assert schedule.limit(day(due)) == at(limit)


@pytest.mark.parametrize(
    ("now", "accepted", "state"),
    [
        pytest.param("2026-03-16T23:59", None, "pending", id="long before"),
        pytest.param("2026-03-17T00:00", None, "at_risk", id="fourteen days before the due day"),
        pytest.param("2026-03-31T23:59:59", None, "at_risk", id="on the due day"),
        pytest.param("2026-04-01T00:00", None, "breached", id="missing at the limit"),
        pytest.param("2026-04-05T00:00", "2026-03-31T23:59:59", "met", id="in the last second"),
        pytest.param("2026-04-05T00:00", "2026-04-01T00:00", "met_late", id="at the limit"),
        pytest.param("2026-03-20T00:00", "2026-03-02T00:00", "met", id="before the due day"),
        pytest.param("2026-03-20T00:00", "2026-03-25T00:00", "at_risk", id="accepted after now"),
        pytest.param("2026-04-02T00:00", "2026-04-03T00:00", "breached", id="late, after now"),
    ],
)
def test_a_deliverable_has_a_state(now: str, accepted: str | None, state: Verdict) -> None:
    schedule = Schedule(tz=BERLIN, warn_days=14)
    instant = at(accepted) if accepted else None
    found = judge_occurrence(schedule, day("2026-03-31"), instant, at(now))
    assert found.state == state
    late = state in {"breached", "met_late"}
    assert found.breached_at == (at("2026-04-01T00:00") if late else None)


def test_nobody_is_warned_who_did_not_ask() -> None:
    found = judge_occurrence(Schedule(tz=BERLIN), day("2026-03-31"), None, at("2026-03-31T23:00"))
    assert found.state == "pending"


def test_grace_is_no_breach_yet() -> None:
    schedule = Schedule(tz=BERLIN, grace_days=5, warn_days=1)
    found = judge_occurrence(schedule, day("2026-03-31"), None, at("2026-04-05T23:59"))
    assert found.state == "at_risk"


def test_e5_a_waiver_forgives_and_leaves_the_verdict() -> None:
    found = judge_occurrence(
        Schedule(tz=BERLIN), day("2026-03-31"), None, at("2026-04-02T00:00"), waived=True
    )
    assert (found.state, found.waived) == ("breached", True)


def test_the_zone_of_the_agreement_decides() -> None:
    schedule = Schedule(tz="Africa/Nairobi")
    accepted = parse_instant("2026-03-31T23:30:00+02:00")
    assert judge_occurrence(schedule, day("2026-03-31"), accepted, accepted).state == "met_late"


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        pytest.param(
            "P1M",
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
            id="the end of every month",
        ),
        pytest.param("P3M", ["2026-01-31", "2026-04-30", "2026-07-31"], id="every quarter"),
        pytest.param("P6M", ["2026-01-31", "2026-07-31", "2027-01-31"], id="every half-year"),
        pytest.param("P1Y", ["2026-01-31", "2027-01-31", "2028-01-31"], id="every year"),
        pytest.param("P2W", ["2026-01-31", "2026-02-14", "2026-02-28"], id="every fortnight"),
        pytest.param(None, ["2026-01-31"], id="once"),
    ],
)
def test_due_days_recur(every: str | None, expected: list[str]) -> None:
    until = day(expected[-1])
    assert [due.isoformat() for due in occurrences(day("2026-01-31"), every, until)] == expected


def test_a_day_that_has_not_come_is_no_occurrence() -> None:
    assert list(occurrences(day("2026-01-31"), None, day("2026-01-30"))) == []


@pytest.mark.parametrize("every", ["PT1H", "P0D", "P1MT1H"])
def test_due_days_that_cannot_recur_are_refused(every: str) -> None:
    with pytest.raises(InstantError, match="write months or days, like P3M"):
        list(occurrences(day("2026-01-31"), every, day("2027-01-31")))


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(1, 24), st.integers(0, 200))
def test_recurrence_never_drifts(first: date, months: int, index: int) -> None:
    due = next(islice(occurrences(first, f"P{months}M", date.max), index, None))
    assert due == months_after(first, index * months)
    assert due.day == first.day or (due + timedelta(days=1)).day == 1


def test_what_is_accepted_first_answers_what_was_due_first() -> None:
    due_days = list(occurrences(day("2026-01-31"), "P1M", day("2026-05-31")))
    accepted = [at("2026-01-30T12:00"), at("2026-03-02T12:00")]
    found = judge_deliverable(Schedule(tz=BERLIN), due_days, accepted, at("2026-04-15T00:00"))
    assert [each.state for each in found] == ["met", "met_late", "breached", "pending", "pending"]
    assert [each.open for each in found] == [False, False, True, True, True]


def test_more_acceptances_than_due_days_answer_nothing_more() -> None:
    found = judge_deliverable(Schedule(tz=BERLIN), [day("2026-01-31")], [3, 1, 2], 10)
    assert [each.accepted for each in found] == [1]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param({"grace_days": -1}, id="grace"),
        pytest.param({"grace_business_days": -1}, id="grace in business days"),
        pytest.param({"warn_days": -1}, id="warning"),
    ],
)
def test_days_that_lead_backwards_are_refused(days: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Schedule(tz=BERLIN, **days)  # type: ignore[arg-type]


def test_a_year_of_holidays_is_no_calendar() -> None:
    closed = frozenset(date.fromordinal(day("2026-01-01").toordinal() + n) for n in range(400))
    schedule = Schedule(tz=BERLIN, if_non_business="next", holidays=closed)
    with pytest.raises(InstantError, match="correct the calendar"):
        schedule.limit(day("2026-01-01"))
