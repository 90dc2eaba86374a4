"""Every kind of promise, from its document to its figure: cases worked by hand on March 2026, a month of 744 hours."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = 3_600_000_000
MARCH = "2026-03"
END = "2026-04-01T00:00Z"
X1 = "{id: x1, kind: planned_maintenance, effect: EFFECT}"
BEFORE = "2026-02-28T00:00Z up"
SIX_HOURS_DOWN = (BEFORE, "2026-03-05T00:00Z down", "2026-03-05T06:00Z up")


# -- availability and reliability


@pytest.mark.parametrize(
    ("terms", "state", "ratio"),
    [
        pytest.param({"target": '"99.00"'}, "met", "123/124", id="738 of 744 hours"),
        pytest.param({"target": '"99.20"'}, "breached", "123/124", id="more was promised"),
        pytest.param(
            {"target": '"99.00"', "service_hours": "office"},
            "met",
            "1/1",
            id="in the office hours, by which it was over at six",
        ),
    ],
)
def test_availability_is_the_share_of_agreed_time(
    house: Any, promised: Any, terms: dict[str, str], state: str, ratio: str
) -> None:
    house.promise(promised("o1", **terms)).at(END).saw(*SIX_HOURS_DOWN)

    found = house.one(MARCH)

    assert (found.state, found.measured.ratio) == (state, ratio)


@pytest.mark.parametrize(
    ("op", "state"),
    [
        pytest.param('">="', "met", id="at least so much is met by just so much"),
        pytest.param('">"', "breached", id="more than so much is not"),
    ],
)
def test_equality_is_met_or_missed_as_the_promise_says(
    house: Any, promised: Any, op: str, state: str
) -> None:
    # 74.4 hours of 744 are ten percent; they end on the 4th at 02:24.
    down = ("2026-03-01T00:00Z down", "2026-03-04T02:24Z up")
    house.promise(promised("o1", target='"90.00"', op=op)).at(END).saw(BEFORE, *down)

    found = house.one(MARCH)

    assert (found.state, found.measured.ratio) == (state, "9/10")


def test_reliability_leaves_ignored_time_out_where_availability_counts_it(
    house: Any, promised: Any
) -> None:
    house.promise(
        promised("av", target='"99.00"'),
        promised("re", target='"99.00"', indicator="reliability"),
        clauses=X1.replace("EFFECT", "ignore"),
    )
    house.exclude("2026-03-05T00:00Z", "2026-03-05T06:00Z")
    house.at(END).saw(*SIX_HOURS_DOWN)

    found = house.judge(MARCH)

    assert found["av"].measured.ratio == "123/124"
    assert (found["re"].measured.ratio, found["re"].measured.total) == ("1/1", 738 * HOUR)


def test_at_a_hundred_percent_the_first_bad_instant_breaches(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"100.00"')).at("2026-03-05T01:00Z")
    house.saw(BEFORE, "2026-03-05T00:00Z down")

    found = house.one(MARCH)

    assert (found.state, found.breached_at) == ("breached", "2026-03-05T00:00:00Z")
    assert found.error_budget.consumed is None


@pytest.mark.parametrize(
    ("terms", "ratio"),
    [
        pytest.param({}, "737/738", id="six unknown hours are left out"),
        pytest.param({"unknown": "as_available"}, "743/744", id="or count as available"),
        pytest.param({"unknown": "as_unavailable"}, "737/744", id="or as unavailable"),
        pytest.param({"degraded": "unavailable"}, "245/246", id="degraded ones count as promised"),
    ],
)
def test_unknown_and_degraded_time_count_as_the_objective_says(
    house: Any, promised: Any, terms: dict[str, str], ratio: str
) -> None:
    house.promise(promised("o1", target='"99.00"', **terms)).at(END)
    house.saw(
        BEFORE,
        "2026-03-05T00:00Z ?",
        "2026-03-05T06:00Z slow",
        "2026-03-05T08:00Z down",
        "2026-03-05T09:00Z up",
    )

    assert house.one(MARCH).measured.ratio == ratio


@pytest.mark.parametrize(
    ("warn_at", "state"),
    [
        pytest.param('"75.00"', "on_track", id="half of the budget is not yet near"),
        pytest.param('"50.00"', "at_risk", id="but it is where half is said to be"),
    ],
)
def test_a_warning_comes_at_the_stated_part_of_the_budget(
    house: Any, promised: Any, warn_at: str, state: str
) -> None:
    # 72 hours of 744 may be down at 90.3225… %; 37.2 of 74.4 are half of the budget.
    house.promise(promised("o1", target='"90.00"', warn_at=warn_at)).at("2026-03-31T00:00Z")
    house.saw(BEFORE, "2026-03-05T00:00Z down", "2026-03-06T13:12Z up")

    assert house.one(MARCH).state == state


# -- cases: latency and success

LATENCY = {"indicator": "latency", "target": '{within: PT0.5S, share: "75.00"}'}
FIVE_RESULTS = (
    "2026-03-02T09:00Z up 500",
    "2026-03-02T10:00Z up 501",
    "2026-03-03T09:00Z down 20",
    "2026-03-03T10:00Z ?",
    "2026-03-04T20:00Z up 100",
)


@pytest.mark.parametrize(
    ("terms", "good", "total", "state"),
    [
        pytest.param({}, 2, 4, "breached", id="failed is outside, inconclusive is no case"),
        pytest.param(
            {"service_hours": "office"}, 1, 3, "breached", id="only results in service hours"
        ),
        pytest.param({"min_sample": "5"}, 2, 4, "not_measured", id="too few to judge"),
        pytest.param({"min_sample": "4"}, 2, 4, "breached", id="just enough to judge"),
        pytest.param(
            {"indicator": "success", "target": '"75.00"'}, 3, 4, "met", id="success of any speed"
        ),
        pytest.param(
            {"indicator": "success", "target": '"75.00"', "op": '">"'},
            3,
            4,
            "breached",
            id="more than three in four was promised",
        ),
    ],
)
def test_a_share_of_results_is_counted(
    house: Any, promised: Any, terms: dict[str, str], good: int, total: int, state: str
) -> None:
    house.promise(promised("o1", **LATENCY | terms)).at(END).saw(*FIVE_RESULTS)

    found = house.one(MARCH)

    assert (found.measured.good, found.measured.total, found.measured.unit) == (
        good,
        total,
        "cases",
    )
    assert found.state == state


def test_results_of_an_excluded_window_are_no_cases(house: Any, promised: Any) -> None:
    house.promise(promised("o1", **LATENCY), clauses=X1.replace("EFFECT", "remove_window"))
    house.exclude("2026-03-03T00:00Z", "2026-03-04T00:00Z")
    house.at(END).saw(*FIVE_RESULTS)

    found = house.one(MARCH)

    assert (found.measured.good, found.measured.total) == (2, 3)


@pytest.mark.parametrize(
    ("least", "state"),
    [
        # Unknown are 33 of 744 hours before the first result, and 34 from the 3rd to the 4th: 677 / 744.
        pytest.param('"90.99"', "breached", id="enough of the time was watched"),
        pytest.param('"91.00"', "not_measured", id="too little of it was"),
    ],
)
def test_a_share_of_results_is_not_measured_where_too_little_was_watched(
    house: Any, promised: Any, least: str, state: str
) -> None:
    house.promise(promised("o1", **LATENCY, min_coverage=least)).at(END).saw(*FIVE_RESULTS)

    found = house.one(MARCH)

    assert (found.state, found.coverage.known_us) == (state, 677 * HOUR)


def test_of_a_hundred_percent_of_results_the_first_bad_one_breaches(
    house: Any, promised: Any
) -> None:
    terms = LATENCY | {"target": '{within: PT0.5S, share: "100.00"}'}
    house.promise(promised("o1", **terms)).at("2026-03-05T00:00Z").saw(*FIVE_RESULTS)

    found = house.one(MARCH)

    assert (found.state, found.breached_at) == ("breached", "2026-03-02T10:00:00Z")


@pytest.mark.parametrize(
    ("share", "state"),
    [
        # One of four is outside: of 40 percent that may be, it is 62.5 percent; of 30 percent 83.3.
        pytest.param('"60.00"', "on_track", id="less than three quarters of what may be"),
        pytest.param('"70.00"', "at_risk", id="more than three quarters"),
        pytest.param('"80.00"', "at_risk", id="more than may be, so far"),
    ],
)
def test_cases_warn_by_the_part_of_their_budget_that_is_spent(
    house: Any, promised: Any, share: str, state: str
) -> None:
    terms = {"indicator": "success", "target": share}
    house.promise(promised("o1", **terms)).at("2026-03-05T00:00Z").saw(*FIVE_RESULTS)

    assert house.one(MARCH).state == state


# -- cases: tickets

ANSWER = {
    "indicator": "response_time",
    "data": "[imp-desk]",
    "service_hours": "office",
    "target": '{within: PT2H, share: "50.00"}',
}
# Friday the 6th is a holiday of the calendar.
TICKETS = (
    "t1 P1 2026-03-05T17:00Z 2026-03-09T09:00Z - 0",  # one hour on Thursday, one on Monday
    "t2 P1 2026-03-05T17:00Z 2026-03-09T09:01Z - 0",  # a minute more
    "t3 P2 2026-03-10T08:00Z 2026-03-10T12:00Z - 120",  # four hours, two of them paused
    "t4 P1 2026-02-27T09:00Z 2026-03-03T09:00Z - 0",  # opened in February
)


@pytest.mark.parametrize(
    ("terms", "good", "total", "state"),
    [
        pytest.param({}, 2, 3, "met", id="holidays and pauses do not count, equality is in time"),
        pytest.param({"priority": "P1"}, 1, 2, "met", id="only of one priority"),
        pytest.param({"min_sample": "4"}, 2, 3, "not_measured", id="too few to judge"),
        pytest.param({"min_coverage": '"95.00"'}, 2, 3, "met", id="files have no coverage"),
        pytest.param(
            {"target": '{within: PT2H, share: "70.00"}'}, 2, 3, "breached", id="two of three miss"
        ),
    ],
)
def test_tickets_are_counted_in_the_month_of_their_opening(
    house: Any, promised: Any, terms: dict[str, str], good: int, total: int, state: str
) -> None:
    house.promise(promised("o1", **ANSWER | terms)).at(END).tickets(*TICKETS)

    found = house.one(MARCH)

    assert (found.measured.good, found.measured.total, found.state) == (good, total, state)
    assert found.basis == "imported"
    assert (found.tally, found.coverage.known_us, found.outages) == ({}, 0, ())
    too_few = f"not measured: {total} cases, fewer than {terms.get('min_sample')}"
    assert found.note == (too_few if state == "not_measured" else None)


def test_tickets_opened_before_the_agreement_held_are_none_of_it(house: Any, promised: Any) -> None:
    house.promise(promised("o1", **ANSWER), first="2026-03-10").at(END).tickets(*TICKETS)

    found = house.one(MARCH)

    assert (found.measured.good, found.measured.total) == (1, 1)


@pytest.mark.parametrize(
    ("now", "state", "waiting"),
    [
        pytest.param("2026-03-09T08:59Z", "pending", 1, id="it waits as long as it is not late"),
        pytest.param("2026-03-09T10:00Z", "at_risk", 0, id="then it is a late one"),
        pytest.param(END, "breached", 0, id="and the month ends with it"),
    ],
)
def test_an_open_ticket_is_no_case_until_it_is_late(
    house: Any, promised: Any, now: str, state: str, waiting: int
) -> None:
    house.promise(promised("o1", **ANSWER)).at(now)
    house.tickets("t1 P1 2026-03-05T17:00Z - - 0")

    found = house.one(MARCH)

    assert (found.state, found.waiting) == (state, waiting)


def test_at_a_hundred_percent_the_first_late_ticket_breaches_when_it_was_due(
    house: Any, promised: Any
) -> None:
    terms = ANSWER | {"target": '{within: PT2H, share: "100.00"}'}
    house.promise(promised("o1", **terms)).at("2026-03-20T00:00Z").tickets(*TICKETS)

    found = house.one(MARCH)

    assert (found.state, found.breached_at) == ("breached", "2026-03-09T09:00:00Z")


def test_a_share_that_more_cases_could_have_mended_is_missed_at_the_end(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", **ANSWER | {"target": '{within: PT2H, share: "70.00"}'}))
    house.at(END).tickets(*TICKETS)

    assert house.one(MARCH).breached_at == "2026-04-01T00:00:00Z"


def test_a_solution_has_a_clock_of_its_own(house: Any, promised: Any) -> None:
    terms = ANSWER | {"indicator": "resolution_time"}
    house.promise(promised("o1", **terms)).at(END)
    house.tickets("t1 P1 2026-03-10T08:00Z 2026-03-10T08:05Z 2026-03-10T11:00Z 0")

    found = house.one(MARCH)

    assert (found.measured.good, found.measured.total) == (0, 1)
