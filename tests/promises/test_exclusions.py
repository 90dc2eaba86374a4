"""Excluded time, declared incidents and what is unknown: what each does to the figures of a month."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = 3_600_000_000
MARCH = "2026-03"
END = "2026-04-01T00:00Z"
BEFORE = "2026-02-28T00:00Z up"
EFFECTS = ("remove_window", "remove_bad_time", "count_as_available", "ignore")
CLAUSES = ", ".join(
    f"{{id: {effect.replace('_', '-')}, kind: planned_maintenance, effect: {effect}}}"
    for effect in EFFECTS
)
# Every window has ten hours, of which four are down; one more hour is down outside of them.
PLANNED = {"kind": "planned_maintenance", "effect": "remove_window"}
DAYS = {"remove_window": 3, "remove_bad_time": 5, "count_as_available": 9, "ignore": 11}
ROWS = (
    BEFORE,
    *(
        row
        for day in DAYS.values()
        for row in (f"2026-03-{day:02}T00:00Z down", f"2026-03-{day:02}T04:00Z up")
    ),
    "2026-03-25T00:00Z down",
    "2026-03-25T01:00Z up",
)


def _announce_all(house: Any) -> None:
    for effect, day in DAYS.items():
        begin, end = f"2026-03-{day:02}T00:00Z", f"2026-03-{day:02}T10:00Z"
        house.exclude(begin, end, effect.replace("_", "-"))


def test_four_effects_stand_side_by_side_in_one_month(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"'), clauses=CLAUSES)
    _announce_all(house)
    house.at(END).saw(*ROWS)

    found = house.one(MARCH)

    # 744 hours: 10 removed, 4 bad ones removed, 4 bad ones good; 4 ignored and 1 outside stay bad.
    assert (found.measured.total, found.measured.good) == (730 * HOUR, 725 * HOUR)
    assert [each.effect for each in found.exclusions] == list(EFFECTS)
    # If all forty hours had one effect, sixteen of them down:
    assert {effect: share.ratio for effect, share in found.by_effect.items()} == {
        "remove_window": "703/704",
        "remove_bad_time": "727/728",
        "count_as_available": "743/744",
        "ignore": "727/744",
    }
    assert found.tally["excused_down_us"] == 16 * HOUR


def test_refused_windows_are_listed_with_the_rule_and_the_reason(house: Any, promised: Any) -> None:
    clauses = (
        "{id: x1, kind: planned_maintenance, effect: remove_window, max_per_month: PT4H}, "
        "{id: x2, kind: force_majeure, effect: remove_window}"
    )
    house.promise(promised("o1", target='"99.00"'), clauses=clauses)
    house.exclude("2026-03-03T00:00Z", "2026-03-03T06:00Z")
    house.exclude("2026-03-05T00:00Z", "2026-03-05T06:00Z", "x2", grant=False)
    house.at(END).saw(*ROWS)

    found = house.one(MARCH)

    told = [(each.from_[8:13], each.to[8:13], each.rule, each.effect) for each in found.exclusions]
    assert told == [
        ("03T00", "03T04", None, "remove_window"),
        ("03T04", "03T06", "quota", None),
        ("05T00", "05T06", "awaiting_grant", None),
    ]
    assert "allows 4:00 h of agreed time a month" in found.exclusions[1].reason
    assert found.tally["excused_down_us"] == 4 * HOUR


def test_a_quota_in_days_of_terms_recorded_long_ago_is_so_many_times_a_day_of_agreed_time(
    house: Any, promised: Any
) -> None:
    clauses = "{id: x1, kind: planned_maintenance, effect: remove_window, max_per_month: PT24H}"
    house.promise(promised("o1", target='"99.00"'), clauses=clauses)
    house.rewrite("exclusions", [{"id": "x1", **PLANNED, "max_per_month": "P1D"}])
    house.exclude("2026-03-03T00:00Z", "2026-03-04T06:00Z")
    house.at(END).saw(*ROWS)

    granted, refused = house.one(MARCH).exclusions

    assert (granted.to, refused.rule) == ("2026-03-04T00:00:00Z", "quota")
    assert "allows 24:00 h of agreed time a month" in refused.reason


def test_what_people_declared_goes_before_what_was_seen_and_is_listed(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"')).at(END).saw(*ROWS)
    house.declare("up", "2026-03-03T00:00Z", "2026-03-03T04:00Z")
    house.declare("down", "2026-03-20T00:00Z", "2026-03-20T06:00Z")

    found = house.one(MARCH)

    assert found.tally["down_us"] == (16 + 1 - 4 + 6) * HOUR
    assert [(each.state, each.from_) for each in found.declared] == [
        ("up", "2026-03-03T00:00:00Z"),
        ("down", "2026-03-20T00:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("target", "lowest", "highest", "cannot_tell"),
    [
        # 744 hours, of which 20 are unknown and 17 down: of the other 724 are 707 good.
        pytest.param('"97.00"', "707/744", "727/744", True, id="the target lies between"),
        pytest.param('"98.00"', "707/744", "727/744", False, id="it is missed in any case"),
        pytest.param('"95.00"', "707/744", "727/744", False, id="it is met in any case"),
    ],
)
def test_unknown_time_leaves_a_range_of_what_may_have_been(
    house: Any, promised: Any, target: str, lowest: str, highest: str, cannot_tell: Any
) -> None:
    house.promise(promised("o1", target=target)).at(END)
    house.saw(*ROWS, "2026-03-26T00:00Z ?", "2026-03-26T20:00Z up")

    found = house.one(MARCH).possible

    assert (found.lowest.ratio, found.highest.ratio) == (lowest, highest)
    assert found.cannot_tell is cannot_tell


def test_an_outage_that_goes_on_says_when_the_budget_will_be_gone(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"')).at("2026-03-20T05:00Z")
    house.saw(BEFORE, "2026-03-20T00:00Z down")

    found = house.one(MARCH)

    # One percent of 744 hours are 7.44; five are gone, 2.44 are left: 2 hours, 26 minutes, 24 seconds.
    assert found.error_budget.exhausts_at == "2026-03-20T07:26:24Z"
    assert (found.state, found.outages[0].to) == ("at_risk", None)
    assert "open_outage" in found.forecast.reasons
    assert found.forecast.best.ratio == "739/744"
