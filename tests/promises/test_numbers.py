"""Numbers held against a bound: outages, their length, the age of a copy, what files say."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = 3_600_000_000
MARCH = "2026-03"
END = "2026-04-01T00:00Z"
BEFORE = "2026-02-28T00:00Z up"

OUTAGES = {"indicator": "outage_count", "target": '{bound: "3"}'}


def _outages(*days: int, hours: int = 1) -> list[str]:
    return [
        row
        for day in days
        for row in (f"2026-03-{day:02}T10:00Z down", f"2026-03-{day:02}T{10 + hours}:00Z up")
    ]


@pytest.mark.parametrize(
    ("days", "terms", "value", "state", "breached_at"),
    [
        pytest.param((), {}, "0/1", "met", None, id="none is a number, not a lack of one"),
        pytest.param((3, 5, 9), {}, "3/1", "met", None, id="as many as allowed"),
        pytest.param(
            (3, 5, 9, 12), {}, "4/1", "breached", "2026-03-12T10:00:00Z", id="the fourth breaches"
        ),
        pytest.param(
            (3, 5, 9),
            {"op": '"<"'},
            "3/1",
            "breached",
            "2026-03-09T10:00:00Z",
            id="fewer than three were promised",
        ),
    ],
)
def test_outages_are_counted_at_their_begin(
    house: Any,
    promised: Any,
    days: tuple[int, ...],
    terms: dict[str, str],
    value: str,
    state: str,
    breached_at: str | None,
) -> None:
    house.promise(promised("o1", **OUTAGES | terms)).at(END).saw(BEFORE, *_outages(*days))

    found = house.one(MARCH)

    assert (found.level.value, found.state, found.breached_at) == (value, state, breached_at)


def test_an_outage_that_was_carried_in_counts_in_the_month_before(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", **OUTAGES)).at(END)
    house.saw("2026-02-01T00:00Z up", "2026-02-28T23:00Z down", "2026-03-01T01:00Z up")

    assert house.one("2026-02").level.value == "1/1"
    assert house.one(MARCH).level.value == "0/1"


def test_degraded_time_is_an_outage_where_the_promise_says_so(house: Any, promised: Any) -> None:
    slow = ("2026-03-05T00:00Z slow", "2026-03-05T01:00Z up")
    house.promise(promised("o1", **OUTAGES, degraded="unavailable"), promised("o2", **OUTAGES))
    house.at(END).saw(BEFORE, *slow)

    found = house.judge(MARCH)

    assert (found["o1"].level.value, found["o2"].level.value) == ("1/1", "0/1")


@pytest.mark.parametrize(
    ("hours", "terms", "state", "breached_at"),
    [
        pytest.param(4, {}, "met", None, id="as long as allowed"),
        pytest.param(
            5, {}, "breached", "2026-03-03T14:00:00Z", id="longer, from the fifth hour on"
        ),
        pytest.param(
            4, {"op": '"<"'}, "breached", "2026-03-03T14:00:00Z", id="shorter was promised"
        ),
        pytest.param(
            9,
            {"service_hours": "office"},
            "breached",
            "2026-03-03T14:00:00Z",
            id="in agreed time, of which there are eight hours",
        ),
    ],
)
def test_the_longest_outage_breaches_when_it_grows_too_long(
    house: Any,
    promised: Any,
    hours: int,
    terms: dict[str, str],
    state: str,
    breached_at: str | None,
) -> None:
    longest = {"indicator": "longest_outage", "target": "{bound: PT4H}"}
    house.promise(promised("o1", **longest | terms)).at(END).saw(BEFORE, *_outages(3, hours=hours))

    found = house.one(MARCH)

    assert (found.state, found.breached_at) == (state, breached_at)
    assert found.level.value == f"{min(hours, 8) * HOUR}/1"


AGE = {"indicator": "age", "target": "{bound: PT48H}"}


@pytest.mark.parametrize(
    ("rows", "value", "state", "breached_at"),
    [
        pytest.param(
            [
                f"2026-{m:02}-{d:02}T02:00Z up"
                for m, d in ((2, 28), *((3, n) for n in range(2, 32, 2)))
            ],
            48 * HOUR,
            "met",
            None,
            id="every second day, and February has no 29th",
        ),
        pytest.param(
            [f"2026-03-{d:02}T02:00Z up" for d in (1, 3, 5, 8, *range(9, 32))],
            72 * HOUR,
            "breached",
            "2026-03-07T02:00:00Z",
            id="two days were missed: too old from the third on",
        ),
        pytest.param(
            ["2026-02-20T02:00Z up", *(f"2026-03-{d:02}T02:00Z up" for d in range(1, 32))],
            9 * 24 * HOUR,
            "breached",
            "2026-03-01T00:00:00Z",
            id="it was too old already when the month began",
        ),
        pytest.param(
            [
                "2026-03-01T02:00Z up",
                "2026-03-02T02:00Z down",
                *(f"2026-03-{d:02}T02:00Z up" for d in range(4, 32)),
            ],
            72 * HOUR,
            "breached",
            "2026-03-03T02:00:00Z",
            id="what failed does not make it younger",
        ),
    ],
)
def test_the_age_of_the_last_good_result_is_held_against_a_bound(
    house: Any,
    promised: Any,
    rows: list[str],
    value: int,
    state: str,
    breached_at: str | None,
) -> None:
    house.promise(promised("o1", **AGE)).at(END).saw(*rows)

    found = house.one(MARCH)

    assert (found.level.value, found.state) == (f"{value}/1", state)
    assert found.breached_at == breached_at


STAFF = {"indicator": "level", "data": "[imp-days]", "unit": "days", "target": '{bound: "20.0"}'}
READINGS = ("2026-02-25T00:00Z 18.5", "2026-03-10T00:00Z 12.5", "2026-03-20T00:00Z 7.5")


@pytest.mark.parametrize(
    ("terms", "value", "state"),
    [
        pytest.param({"aggregate": "sum"}, "20/1", "met", id="a sum of the month, just kept"),
        pytest.param({"aggregate": "sum", "op": '"<"'}, "20/1", "breached", id="or just missed"),
        pytest.param(
            {"aggregate": "sum", "op": '">="'}, "20/1", "met", id="a sum that must be reached"
        ),
        pytest.param({"aggregate": "max"}, "37/2", "met", id="the highest, which it began with"),
        pytest.param({"aggregate": "last"}, "15/2", "met", id="the last"),
        pytest.param(
            {"aggregate": "last", "op": '">="'}, "15/2", "breached", id="the last, which is too low"
        ),
    ],
)
def test_levels_of_a_file_are_put_together_as_stated(
    house: Any, promised: Any, terms: dict[str, str], value: str, state: str
) -> None:
    house.promise(promised("o1", **STAFF | terms)).at(END).levels(*READINGS)

    found = house.one(MARCH)

    assert (found.level.value, found.level.unit, found.state) == (value, "days", state)


def test_a_sum_that_is_used_up_breaches_at_the_reading_that_exceeded_it(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", **STAFF, aggregate="sum")).at("2026-03-25T00:00Z")
    house.levels("2026-03-10T00:00Z 12.5", "2026-03-20T00:00Z 7.6", "2026-03-21T00:00Z 1")

    found = house.one(MARCH)

    assert (found.state, found.breached_at) == ("breached", "2026-03-20T00:00:00Z")


def test_a_sum_that_has_still_to_grow_is_pending(house: Any, promised: Any) -> None:
    house.promise(promised("o1", **STAFF, aggregate="sum", op='">="')).at("2026-03-15T00:00Z")
    house.levels("2026-03-10T00:00Z 12.5")

    assert house.one(MARCH).state == "pending"


def test_levels_from_before_the_agreement_are_none_of_its_sum(house: Any, promised: Any) -> None:
    house.promise(promised("o1", **STAFF, aggregate="sum"), first="2026-03-15").at(END)
    house.levels(*READINGS)

    assert house.one(MARCH).level.value == "15/2"
