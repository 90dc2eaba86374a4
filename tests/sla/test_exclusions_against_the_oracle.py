"""What is announced is excluded as far as an oracle says that looks at every quarter of an hour."""

from __future__ import annotations

from datetime import date
from functools import cache
from types import ModuleType
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import SECOND
from catalogue.service_hours import ServiceHours
from slamon.sla.exclusions import Announcement, Clause, Granted, ruled
from slamon.sla.judgement import Effect
from slamon.sla.windows import flattened

BERLIN = "Europe/Berlin"
SLOT = 15 * 60
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE, NIGHT = (("08:00", "18:00"),), (("00:00", "06:00"), ("20:00", "24:00"))
OFFICE_HOURS = ServiceHours(BERLIN, dict.fromkeys(WORKDAYS, OFFICE), {date(2026, 11, 2): ()})
NIGHTS = ServiceHours(BERLIN, dict.fromkeys((*WORKDAYS, "sat", "sun"), NIGHT))
FIRST, LAST = date(2026, 10, 24), date(2026, 11, 5)  # clocks go back on the 25th


def slots(dating: ModuleType) -> range:
    return range(dating.instant(FIRST, 0, BERLIN), dating.instant(LAST, 0, BERLIN), SLOT)


@cache
def held(hours_of: str, first: int, last: int) -> frozenset[int]:
    hours = {"office": OFFICE_HOURS, "nights": NIGHTS}[hours_of]
    spans = hours.intervals(first * SECOND, last * SECOND)
    step = SLOT * SECOND
    return frozenset(at // SECOND for begin, end in spans for at in range(begin, end, step))


QUOTAS = st.sampled_from([None, 0, 8, 8, 30])


@st.composite
def announcements(draw: st.DrawFn, excluding: ModuleType, first: int, number: int) -> list[Any]:
    """Windows in slots after the first one, received in time or not, recorded in time or not, granted or not."""
    found = []
    for name in range(draw(st.integers(0, number))):
        begin = draw(st.integers(0, 11 * 96))
        received = begin - draw(st.integers(-4, 7 * 96))
        recorded = max(received, begin + draw(st.sampled_from([-50, -1, 0, 1, 50])))
        end = begin + draw(st.integers(1, 60))
        instants = (first + at * SLOT for at in (begin, end, received, recorded))
        found.append(
            excluding.Announced(f"a{name}", *instants, draw(st.sampled_from([True, True, False])))
        )
    return found


@given(st.data())
def test_announced_time_is_excluded_as_far_as_the_rules_go(
    excluding: ModuleType, dating: ModuleType, data: st.DataObject
) -> None:
    every = slots(dating)
    agreed = held("office", every[0], every[-1] + SLOT)
    allowed = data.draw(st.sampled_from([None, None, "nights", "office"]))
    days, quota = data.draw(st.sampled_from([0, 0, 1, 3])), data.draw(QUOTAS)
    freeze = data.draw(st.integers(0, 1100)), data.draw(st.integers(0, 100))
    frozen = range(every[0] + freeze[0] * SLOT, every[0] + sum(freeze) * SLOT)
    windows = data.draw(announcements(excluding, every[0], 5))
    clause = Clause(
        id="clause-1",
        kind="planned_maintenance",
        effect="remove_window",
        notice=f"P{days}D",
        notice_hours=OFFICE_HOURS,
        quota=None if quota is None else quota * SLOT * SECOND,
        allowed={None: None, "nights": NIGHTS, "office": OFFICE_HOURS}[allowed],
    )

    said = ruled(
        (clause,),
        (("clause-2", (frozen.start * SECOND, frozen.stop * SECOND)),),
        [announced(window) for window in windows],
        OFFICE_HOURS.intervals,
        BERLIN,
    )

    expected = excluding.excluded(
        windows,
        excluding.Clause(days, quota, only(every, allowed)),
        {slot: slot in frozen for slot in every},
        {slot: slot in agreed for slot in every},
        excluding.Calendar(
            lambda slot: dating.local_date(slot, BERLIN),
            lambda day: dating.instant(day, 0, BERLIN),
            lambda day: day.weekday() < 5 and day != date(2026, 11, 2),
        ),
    )
    assert {
        (each.announcement, at // SECOND)
        for each in said.granted
        for at in range(each.begin, each.end, SLOT * SECOND)
    } == {(name, slot) for name, slot in expected}


def only(every: range, hours_of: str | None) -> dict[int, bool] | None:
    if hours_of is None:
        return None
    inside = held(hours_of, every[0], every[-1] + SLOT)
    return {slot: slot in inside for slot in every}


def announced(window: Any) -> Announcement:
    return Announcement(
        id=window.name,
        agreement="sla-1",
        clause="clause-1",
        services=(),
        begin=window.begin * SECOND,
        end=window.end * SECOND,
        received_at=window.received * SECOND,
        recorded_at=window.recorded * SECOND,
        evidence="a letter",
        reason="works",
        ruling="granted" if window.granted else None,
    )


EFFECTS = st.sampled_from(get_args(Effect))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30), EFFECTS), max_size=5))
def test_where_exclusions_overlap_the_first_has_the_effect(
    excluding: ModuleType, given_spans: list[tuple[int, int, Effect]]
) -> None:
    many = [(begin, begin + length, effect) for begin, length, effect in given_spans]

    flat = flattened(Granted(*each, "clause", "announcement", (), ()) for each in many)

    assert list(flat) == sorted(flat)
    for at in range(90):
        said = [effect for begin, end, effect in flat if begin <= at < end]
        first = excluding.first(many, at)
        assert said == ([] if first is None else [first])
