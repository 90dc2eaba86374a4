"""Everything at once in one month, held beside a count of its minutes; and what was known when."""

from __future__ import annotations

import random
from bisect import bisect_right
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from catalogue.changes import Change
from catalogue.instants import MINUTE, format_instant, parse_instant
from catalogue.terms import TermsRestated
from slamon.app import exclusions
from slamon.views.fold import Folder
from slamon.views.reading import Reading
from slamon.views.store import ViewStore

BERLIN = ZoneInfo("Europe/Berlin")
LATER = "2026-05-20T00:00Z"
BEGIN = parse_instant("2026-02-28T23:00:00Z")  # March of Berlin, whose clocks change on the 29th
MINUTES = 743 * 60
AMENDED = 18  # of March
TIGHT = (parse_instant("2026-03-10T00:00:00Z"), parse_instant("2026-03-20T00:00:00Z"))
EFFECTS = ("remove_window", "remove_bad_time", "count_as_available", "ignore")
CLAUSES = ", ".join(
    f"{{id: x{n}, kind: planned_maintenance, effect: {effect}}}" for n, effect in enumerate(EFFECTS)
)
GOOD = dict.fromkeys(("up", "slow", "degraded"), "good")
ROLES = {**GOOD, "down": "bad", "?": "unknown", "unknown": "unknown"}
STATES = ("up", "degraded", "down", "unknown")
UNDER = {
    "remove_window": {},
    "remove_bad_time": {"good": "good"},
    "count_as_available": {"good": "good", "bad": "good"},
    "ignore": {"good": "good", "bad": "bad", "unknown": "unknown"},
}


class Month:
    """What is drawn for March, kept as plain lists for the count."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.results = self._changes(40)
        self.declared = [(*self._span(), self.chance.choice(STATES)) for _ in range(4)]
        self.windows = [(*self._span(), self.chance.randrange(4)) for _ in range(5)]

    def _span(self) -> tuple[int, int]:
        begin = self.chance.randrange(-600, MINUTES)
        return begin, begin + self.chance.randrange(1, 3_000)

    def _changes(self, many: int) -> list[tuple[int, str]]:
        at = sorted(self.chance.sample(range(-1_000, MINUTES), many))
        return [
            (minute, self.chance.choice(("up", "up", "slow", "down", "down", "?"))) for minute in at
        ]

    def counted(self) -> dict[str, dict[str, int]]:
        """Good, bad and unknown minutes of each part, minute by minute."""
        parts = {name: {"good": 0, "bad": 0, "unknown": 0} for name in ("before", "after", "tight")}
        instants = [at for at, _ in self.results]
        for minute in range(MINUTES):
            local = datetime.fromtimestamp((BEGIN + minute * MINUTE) // 1_000_000, BERLIN)
            part = self._part(minute, local)
            if self._agreed(minute, local):
                index = bisect_right(instants, minute) - 1
                state = self.results[index][1] if index >= 0 else "unknown"
                side = self._side(minute, state)
                if side:
                    parts[part][side] += 1
        return parts

    def _part(self, minute: int, local: datetime) -> str:
        if TIGHT[0] <= BEGIN + minute * MINUTE < TIGHT[1]:
            return "tight"
        return "before" if local.day < AMENDED else "after"

    def _agreed(self, minute: int, local: datetime) -> bool:
        """Office hours of UTC but for a holiday; from the amendment on always."""
        if local.day >= AMENDED:
            return True
        utc = datetime.fromtimestamp((BEGIN + minute * MINUTE) // 1_000_000, UTC)
        return utc.weekday() < 5 and 8 <= utc.hour < 18 and (utc.month, utc.day) != (3, 6)

    def _side(self, minute: int, state: str) -> str | None:
        for begin, end, said in self.declared:  # the one declared last holds
            state = said if begin <= minute < end else state
        role = ROLES[state]
        covering = [effect for begin, end, effect in self.windows if begin <= minute < end]
        return UNDER[EFFECTS[min(covering)]].get(role) if covering else role


def _instant(minute: int) -> str:
    return format_instant(BEGIN + minute * MINUTE)


def _happened(house: Any, promised: Any, month: Month) -> None:
    tight = "{window: win-conference, target: '99.90'}"
    terms = {"target": '"90.00"', "service_hours": "office", "tighter_in": tight}
    house.promise(promised("o1", **terms), clauses=CLAUSES, tz="Europe/Berlin").at(LATER)
    house.saw(*(f"{_instant(minute)} {outcome}" for minute, outcome in month.results))
    for begin, end, said in month.declared[:2]:
        house.declare(said, _instant(begin), _instant(end))
    terms |= {"target": '"97.00"', "service_hours": "always"}
    mark = f"amended: {{from: 2026-03-{AMENDED}, reason: agreed}}"
    house.promise(promised("o1", **terms), clauses=CLAUSES, tz="Europe/Berlin", mark=mark)
    for begin, end, effect in month.windows:
        house.exclude(_instant(begin), _instant(end), f"x{effect}")
    for begin, end, said in month.declared[2:]:
        house.declare(said, _instant(begin), _instant(end))


@pytest.mark.parametrize("seed", range(6))
def test_a_month_in_which_everything_happens_is_the_sum_of_its_minutes(
    house: Any, promised: Any, seed: int
) -> None:
    month = Month(seed)
    _happened(house, promised, month)

    said = house.one("2026-03")

    wanted = month.counted()
    assert [part.target for part in said.parts] == ["90.00", "97.00", "99.90"]
    for part, name in zip(said.parts, ("before", "after", "tight"), strict=True):
        good, bad = wanted[name]["good"] * MINUTE, wanted[name]["bad"] * MINUTE
        if not good + bad:
            assert part.measured is None
            continue
        assert (part.measured.good, part.measured.total) == (good, good + bad), name
        met = Fraction(good, good + bad) >= Fraction(part.target) / 100
        assert part.state == ("met" if met else "breached")
    assert sum(said.tally.values()) == MINUTES * MINUTE


def test_what_was_known_at_each_position_is_known_of_it_for_ever(house: Any, promised: Any) -> None:
    told = []

    def tell() -> None:
        found = house.reading.judge("sla-shop", "2026-03", house.clock)
        told.append((house.ledger.position(), house.clock, found))

    house.promise(promised("o1", target='"99.00"'), clauses=CLAUSES).at("2026-03-20T00:00Z")
    house.saw("2026-02-28T00:00Z up", "2026-03-05T00:00Z down", "2026-03-05T12:00Z up")
    tell()
    house.at(LATER).saw("2026-03-20T00:00Z up")
    tell()
    house.close("2026-03")
    tell()
    window = house.exclude("2026-03-05T00:00Z", "2026-03-05T09:00Z", "x0")
    tell()
    house.restate()
    tell()
    house.declare("down", "2026-03-07T00:00Z", "2026-03-07T09:00Z").restate()
    tell()
    exclusions.withdraw(house.ledger, "sla-shop", window, reason="a mistake", actor="rita")
    house.fold().restate()
    tell()

    states = [found.objectives[0].state for _, _, found in told]
    assert states == ["breached", "breached", "breached", "breached", "met", "breached", "breached"]
    for position, clock, found in told:
        store = ViewStore(house.folder, house.founded, name=f"known-{position}")
        Folder(house.ledger, store).catch_up(upto=position)
        then = Reading(store, house.ledger, house.founded).judge("sla-shop", "2026-03", clock)
        store.close()
        assert then == found


def test_a_holiday_that_moves_after_closing_restates_the_month(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"', service_hours="office")).at(LATER)
    house.saw("2026-02-28T00:00Z up", "2026-03-06T09:00Z down", "2026-03-06T17:00Z up")
    house.close("2026-03")

    name = dict.fromkeys(("en", "fr", "es"), "D")
    day = {"date": "2026-03-06", "name": name, "status": "confirmed", "prov": "I"}
    moved = (Change(path="days.2026-03-06", kind="removed", old=day),)
    version = house.ledger.version("calendar:cal")
    house.ledger.append("calendar:cal", [TermsRestated(changes=moved)], after=version, actor="x")
    house.fold()

    assert house.restate() == ["2026-03"]
    assert house.one("2026-03").state == "breached"


def test_an_outage_uses_up_the_budget_in_hours_that_hold_before_an_amendment_to_come(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"')).at("2026-03-10T01:00Z")
    amended = promised("o1", target='"99.00"', service_hours="office")
    house.promise(amended, mark="amended: {from: 2026-03-25, reason: agreed}")
    house.saw("2026-02-28T00:00Z up", "2026-03-10T00:00Z down")

    found = house.one("2026-03")

    # 24 days and 50 office hours are 626 hours: of the 6:15:36 that may be bad one hour is gone.
    assert found.error_budget.exhausts_at == "2026-03-10T06:15:36Z"


def test_a_rolling_window_asked_for_at_noon_began_at_noon(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"', period="{rolling: P7D}"))
    house.at("2026-03-20T12:00Z")
    house.saw("2026-02-28T00:00Z up", "2026-03-13T06:00Z down", "2026-03-13T18:00Z up")

    found = house.one("2026-03")

    assert (found.tally["down_us"], found.measured.ratio) == (6 * 60 * MINUTE, "27/28")


def test_slices_lie_as_from_midnight_also_where_a_window_begins_between_them(
    house: Any, promised: Any
) -> None:
    slices = "{length: PT5M, rule: entirely_down}"
    house.promise(promised("o1", target='"99.00"', period="{rolling: P7D}", slice=slices))
    house.at("2026-03-20T12:02Z")
    house.saw("2026-02-28T00:00Z up", "2026-03-13T13:00Z down", "2026-03-13T13:05Z up")

    assert house.one("2026-03").tally["down_us"] == 5 * MINUTE
    (told,) = house.reading.explain("sla-shop", "2026-03", house.clock).objectives
    assert told.agrees


def test_an_agreement_that_ends_inside_a_month_closes_with_it(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"'), first="2026-02-01", last="2026-03-15")
    house.at("2026-04-15T23:59Z").saw("2026-02-01T00:00Z up")
    assert house.close_due() == ["2026-02"]
    house.at("2026-04-16T00:00Z").saw("2026-02-01T00:00Z up")
    assert house.close_due() == ["2026-03"]
    found = house.one("2026-03")
    assert (found.partial, found.state, found.provisional) == (True, "met", False)
    assert found.tally["up_us"] == 15 * 24 * 60 * MINUTE


def test_terms_amended_while_a_month_waits_to_be_closed_leave_it_alone(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"'), first="2026-03-01").at("2026-04-10T00:00Z")
    house.saw("2026-02-28T00:00Z up", "2026-03-05T00:00Z down", "2026-03-05T12:00Z up")
    house.promise(
        promised("o1", target='"90.00"'),
        first="2026-03-01",
        mark="amended: {from: 2026-04-01, reason: agreed}",
    )
    house.at(LATER).saw("2026-04-10T00:00Z up")
    house.close_due()
    assert [house.one(month).state for month in ("2026-03", "2026-04")] == ["breached", "met"]
