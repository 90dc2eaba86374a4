"""Periods with parts: a window that tightens a target, terms that change inside a month, or both."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = 3_600_000_000
MARCH = "2026-03"
END = "2026-04-01T00:00Z"
BEFORE = "2026-02-28T00:00Z up"
# From 10 to 20 March, 240 hours, more is promised; 504 hours are left.
TIGHT = {"target": '"99.00"', "tighter_in": '{window: win-conference, target: "99.90"}'}
AMENDED = "amended: {from: 2026-03-16, reason: agreed}"


def _parts(found: Any) -> list[tuple[str, str, str]]:
    return [(each.target, each.state, each.measured.ratio) for each in found.parts]


@pytest.mark.parametrize(
    ("down", "state", "parts"),
    [
        pytest.param(
            ("2026-03-12T00:00Z", "2026-03-12T02:00Z"),
            "breached",
            [("99.00", "met", "1/1"), ("99.90", "breached", "119/120")],
            id="two hours inside are too many, though they are few outside",
        ),
        pytest.param(
            ("2026-03-02T00:00Z", "2026-03-02T02:00Z"),
            "met",
            [("99.00", "met", "251/252"), ("99.90", "met", "1/1")],
            id="two hours outside are not",
        ),
        pytest.param(
            ("2026-03-09T18:00Z", "2026-03-10T00:06Z"),
            "breached",
            [("99.00", "breached", "83/84"), ("99.90", "met", "2399/2400")],
            id="an outage over its begin counts in each part",
        ),
    ],
)
def test_a_window_that_tightens_a_target_is_a_part_of_its_own(
    house: Any, promised: Any, down: tuple[str, str], state: str, parts: list[tuple[str, str, str]]
) -> None:
    house.promise(promised("o1", **TIGHT)).at(END)
    house.saw(BEFORE, f"{down[0]} down", f"{down[1]} up")

    found = house.one(MARCH)

    assert (found.state, _parts(found)) == (state, parts)
    assert sum(each.measured.total for each in found.parts) == 744 * HOUR


def test_a_share_of_tickets_is_tightened_by_their_opening(house: Any, promised: Any) -> None:
    terms = {
        "indicator": "response_time",
        "data": "[imp-desk]",
        "target": '{within: PT2H, share: "50.00"}',
        "tighter_in": '{window: win-conference, target: "90.00"}',
    }
    house.promise(promised("o1", **terms)).at(END)
    house.tickets(
        "t1 P1 2026-03-02T08:00Z 2026-03-02T08:05Z - 0",
        "t2 P1 2026-03-03T08:00Z 2026-03-04T08:05Z - 0",
        "t3 P1 2026-03-12T08:00Z 2026-03-13T08:05Z - 0",
    )

    found = house.one(MARCH)

    assert _parts(found) == [("50.00", "met", "1/2"), ("90.00", "breached", "0/1")]
    assert found.state == "breached"


def test_hours_that_change_inside_a_month_are_added_under_one_target(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"')).at(END)
    house.promise(promised("o1", target='"99.00"', service_hours="office"), mark=AMENDED)
    house.saw(BEFORE, "2026-03-15T22:00Z down", "2026-03-16T12:00Z up")

    found = house.one(MARCH)

    # 15 days of 24 hours, two of them down; from the 16th on 12 working days of ten hours, four of them down.
    assert (found.parts, found.measured.total) == ((), (360 + 120) * HOUR)
    assert found.measured.good == (360 + 120 - 6) * HOUR


def test_a_target_that_changes_inside_a_month_is_judged_in_parts(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"')).at(END)
    house.promise(promised("o1", target='"95.00"'), mark=AMENDED)
    house.saw(BEFORE, "2026-03-20T00:00Z down", "2026-03-20T12:00Z up")

    found = house.one(MARCH)

    # 16 days of which half a day was down.
    assert _parts(found) == [("99.00", "met", "1/1"), ("95.00", "met", "31/32")]
    assert found.state == "met"


def test_both_at_once_make_parts_that_hold_all_time_of_the_month(house: Any, promised: Any) -> None:
    house.promise(promised("o1", **TIGHT)).at(END)
    house.promise(promised("o1", **TIGHT | {"target": '"98.00"'}), mark=AMENDED)
    house.saw(BEFORE, "2026-03-12T00:00Z down", "2026-03-12T02:00Z up")

    found = house.one(MARCH)

    assert [(part, state) for part, state, _ in _parts(found)] == [
        ("99.00", "met"),
        ("98.00", "met"),
        ("99.90", "breached"),
    ]
    assert sum(each.measured.total for each in found.parts) == 744 * HOUR


def test_numbers_read_off_belong_to_the_part_in_which_they_were(house: Any, promised: Any) -> None:
    days = {"indicator": "level", "data": "[imp-days]", "unit": "days", "aggregate": "sum"}
    house.promise(promised("o1", **days, target='{bound: "20.0"}')).at(END)
    house.promise(promised("o1", **days, target='{bound: "5.0"}'), mark=AMENDED)
    house.levels("2026-03-10T00:00Z 12.5", "2026-03-20T00:00Z 5.5")

    found = house.one(MARCH)

    assert [(each.target, each.state) for each in found.parts] == [
        ("20.0 days", "met"),
        ("5.0 days", "breached"),
    ]
    assert (found.level.value, found.breached_at) == ("11/2", "2026-03-20T00:00:00Z")
