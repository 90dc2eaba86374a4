from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import HOUR, MINUTE, parse_instant
from catalogue.service_hours import WEEKDAYS, ServiceHours, always
from slamon.sla.counts import Counts
from slamon.sla.duration import (
    Case,
    CaseState,
    cases_in,
    counts_of_cases,
    due_at,
    hold,
    took,
)

BERLIN = "Europe/Berlin"
OFFICE = ServiceHours(
    BERLIN, dict.fromkeys(WEEKDAYS[:5], (("08:00", "17:00"),)), {date(2026, 12, 25): ()}
)


def at(text: str) -> int:
    return parse_instant(text, BERLIN)


def ticket(started: str, stopped: str | None, *paused: tuple[str, str]) -> Case:
    spans = tuple((at(begin), at(end)) for begin, end in paused)
    return Case("T-1", "p1", at(started), at(stopped) if stopped else None, spans)


LATER = at("2027-01-31T00:00")


@pytest.mark.parametrize(
    ("case", "hours", "took_us", "due", "state"),
    [
        pytest.param(
            ticket("2026-12-24T15:00", "2026-12-28T09:30"),
            OFFICE,
            3 * HOUR + 30 * MINUTE,
            "2026-12-28T10:00",
            "met",
            id="over a holiday and a weekend",
        ),
        pytest.param(
            ticket("2026-12-24T15:00", "2026-12-28T10:00"),
            OFFICE,
            4 * HOUR,
            "2026-12-28T10:00",
            "met",
            id="exactly as long as allowed",
        ),
        pytest.param(
            Case("T-1", "p1", at("2026-12-24T15:00"), at("2026-12-28T10:00") + 1),
            OFFICE,
            4 * HOUR + 1,
            "2026-12-28T10:00",
            "breached",
            id="a microsecond longer",
        ),
        pytest.param(
            ticket(
                "2026-12-21T09:00", "2026-12-21T14:00", ("2026-12-21T10:00", "2026-12-21T11:00")
            ),
            OFFICE,
            4 * HOUR,
            "2026-12-21T14:00",
            "met",
            id="a pause does not count",
        ),
        pytest.param(
            ticket(
                "2026-12-21T15:00", "2026-12-22T10:00", ("2026-12-21T17:00", "2026-12-22T08:00")
            ),
            OFFICE,
            4 * HOUR,
            "2026-12-22T10:00",
            "met",
            id="a pause over the night counts once",
        ),
        pytest.param(
            ticket(
                "2026-12-21T09:00",
                "2026-12-21T15:00",
                ("2026-12-21T10:00", "2026-12-21T12:00"),
                ("2026-12-21T11:00", "2026-12-21T12:30"),
            ),
            OFFICE,
            3 * HOUR + 30 * MINUTE,
            "2026-12-21T15:30",
            "met",
            id="overlapping pauses count once",
        ),
        pytest.param(
            Case("T-1", "p1", at("2026-12-21T09:00"), at("2026-12-21T15:00"), 2 * HOUR),
            OFFICE,
            4 * HOUR,
            "2026-12-21T15:00",
            "met",
            id="pauses known as a sum only",
        ),
        pytest.param(
            ticket("2026-03-28T20:00", "2026-03-29T04:00"),
            always(BERLIN),
            7 * HOUR,
            "2026-03-29T00:00",
            "breached",
            id="around the clock, over a change of clocks",
        ),
        pytest.param(
            ticket("2026-12-19T10:00", "2026-12-20T10:00"),
            OFFICE,
            0,
            "2026-12-21T12:00",
            "met",
            id="a weekend takes no time",
        ),
    ],
)
def test_a_case_takes_agreed_time(
    case: Case, hours: ServiceHours, took_us: int, due: str, state: CaseState
) -> None:
    result = hold(case, "PT4H", hours, LATER)
    assert (result.elapsed, result.due_at, result.state) == (took_us, at(due), state)
    assert result.breached_at == (at(due) if state == "breached" else None)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        pytest.param("2026-12-28T09:59", "pending", id="before it is due"),
        pytest.param("2026-12-28T10:00", "pending", id="stopped now it would be met"),
        pytest.param("2026-12-28T10:01", "breached", id="after it was due"),
    ],
)
def test_an_open_case_is_pending_until_it_is_late(now: str, state: CaseState) -> None:
    result = hold(ticket("2026-12-24T15:00", None), "PT4H", OFFICE, at(now))
    assert result.state == state
    assert result.breached_at == (at("2026-12-28T10:00") if state == "breached" else None)


@pytest.mark.parametrize(
    ("case", "due", "state"),
    [
        pytest.param(
            ticket("2026-12-21T09:00", "2026-12-24T00:00"),
            "2026-12-24T00:00",
            "met",
            id="T5: two working days end at midnight",
        ),
        pytest.param(
            ticket("2026-12-21T09:00", "2026-12-24T08:00"),
            "2026-12-24T00:00",
            "breached",
            id="T5: the morning after is late",
        ),
        pytest.param(
            ticket(
                "2026-12-21T09:00", "2026-12-24T10:00", ("2026-12-22T08:00", "2026-12-22T10:00")
            ),
            "2026-12-24T10:00",
            "met",
            id="T5: put off by the agreed time of pauses",
        ),
        pytest.param(
            Case("T-1", "p1", at("2026-12-21T09:00"), at("2026-12-24T11:00"), 2 * HOUR),
            "2026-12-24T10:00",
            "breached",
            id="T5: or by their sum",
        ),
    ],
)
def test_a_target_of_days_counts_working_days(case: Case, due: str, state: CaseState) -> None:
    result = hold(case, "P2D", OFFICE, LATER)
    assert (result.due_at, result.state) == (at(due), state)


def test_a_case_belongs_to_the_period_of_its_start() -> None:
    december = at("2026-12-01T00:00"), at("2027-01-01T00:00")
    early = Case("early", "p1", december[0], december[1])
    late = Case("late", "p2", december[1], december[1])
    before = Case("before", "p1", december[0] - 1, december[0])
    last = Case("last", "p2", december[1] - 1)
    assert [case.id for case in cases_in([early, late, before, last], december)] == [
        "early",
        "last",
    ]
    assert [case.id for case in cases_in([early, last], december, "p1")] == ["early"]


def test_pending_cases_are_no_cases_yet() -> None:
    now = at("2026-12-21T16:00")
    cases = [
        ticket("2026-12-21T08:00", "2026-12-21T09:00"),
        ticket("2026-12-21T08:00", "2026-12-21T14:00"),
        ticket("2026-12-21T08:00", None),
        ticket("2026-12-21T15:00", None),
    ]
    results = [hold(case, "PT4H", OFFICE, now) for case in cases]
    assert [result.state for result in results] == ["met", "breached", "breached", "pending"]
    assert counts_of_cases(results) == Counts(1, 2)


@pytest.mark.parametrize(
    ("started", "stopped", "paused", "said"),
    [
        pytest.param(5, 4, (), "stops before it starts", id="a stop before the start"),
        pytest.param(5, 6, -1, "less than no time", id="a pause of less than nothing"),
    ],
)
def test_a_clock_that_runs_backwards_is_refused(
    started: int, stopped: int, paused: int, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Case("T-1", "p1", started, stopped, paused)


def test_pauses_longer_than_the_case_leave_no_time() -> None:
    case = Case("T-1", "p1", at("2026-12-21T09:00"), at("2026-12-21T10:00"), 5 * HOUR)
    assert took(case, OFFICE, LATER) == 0


@given(
    st.integers(0, 60 * 24 * 14),
    st.integers(0, 60 * 24 * 14),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)), max_size=3),
    st.integers(1, 60 * 40),
)
def test_a_case_is_late_exactly_after_the_instant_it_was_due(
    begin: int, length: int, pauses: list[tuple[int, int]], target: int
) -> None:
    start = at("2026-12-14T00:00") + begin * MINUTE
    spans = tuple((start + a * MINUTE, start + (a + b) * MINUTE) for a, b in pauses)
    case = Case("T-1", "p1", start, start + length * MINUTE, spans)
    within = f"PT{target}M"
    due = due_at(case, within, OFFICE)
    result = hold(case, within, OFFICE, LATER)
    assert (result.state == "met") == (took(case, OFFICE, LATER) <= target * MINUTE)
    if case.stopped is not None and case.stopped <= due:
        assert result.state == "met"
