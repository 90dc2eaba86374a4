"""Whatever is announced: every instant is granted or refused, within the quota, in any order of recording."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import HOUR, MINUTE, parse_instant
from catalogue.intervals import intersect, norm, total
from catalogue.periods import parse_period
from catalogue.service_hours import ServiceHours
from slamon.sla.exclusions import Announcement, Clause, Granted, Refused, Rulings, ruled

BERLIN = "Europe/Berlin"
HOLIDAYS = {date(2008, 10, 1): (), date(2008, 10, 3): ()}
WEEK = ("mon", "tue", "wed", "thu", "fri")
BUSINESS = ServiceHours(BERLIN, dict.fromkeys(WEEK, (("08:00", "18:00"),)), HOLIDAYS)
OCTOBER = parse_period("2008-10", BERLIN)
CLAUSES = (
    Clause(
        id="x1",
        kind="planned_maintenance",
        effect="remove_window",
        notice="P3D",
        notice_hours=BUSINESS,
        quota=4 * HOUR,
        allowed=BUSINESS,
    ),
    Clause(id="x2", kind="customer_cause", effect="count_as_available"),
    Clause(id="x3", kind="force_majeure", effect="remove_bad_time", joint=True, quota=3 * HOUR),
)
FREEZE = (
    parse_instant("2008-10-20T00:00+02:00"),
    parse_instant("2008-10-22T00:00+02:00"),
)
HALF_HOURS = st.integers(-48, 32 * 48)


@st.composite
def _windows(draw: st.DrawFn) -> list[Announcement]:
    made = []
    for number in range(draw(st.integers(1, 6))):
        begin = OCTOBER.begin + draw(HALF_HOURS) * 30 * MINUTE
        made.append(
            Announcement(
                id=f"a{number}",
                agreement="sla",
                clause=draw(st.sampled_from(("x1", "x1", "x2", "x3", "x9"))),
                services=(),
                begin=begin,
                end=begin + draw(st.integers(1, 40)) * 15 * MINUTE,
                received_at=begin - draw(st.integers(0, 240)) * HOUR,
                recorded_at=begin + draw(st.integers(-3, 1)) * HOUR,
                evidence="mail",
                reason="why",
                ruling=draw(st.sampled_from((None, "granted", "granted", "refused"))),
                withdrawn=draw(st.sampled_from((False, False, False, True))),
                positions=(number,),
            )
        )
    return made


def _ruled(windows: list[Announcement]) -> Rulings:
    return ruled(CLAUSES, (("x4", FREEZE),), windows, BUSINESS.intervals, BERLIN)


@given(windows=_windows())
def test_every_instant_that_was_announced_is_granted_or_refused_once(
    windows: list[Announcement],
) -> None:
    found = _ruled(windows)

    for window in windows:
        said: tuple[Granted | Refused, ...] = (*found.granted, *found.refused)
        own = [(each.begin, each.end) for each in said if each.announcement == window.id]
        assert norm(own) == (window.span,)
        assert total(tuple(own)) == window.end - window.begin


@given(windows=_windows())
def test_no_clause_is_granted_more_than_its_quota(windows: list[Announcement]) -> None:
    found = _ruled(windows)

    for clause in CLAUSES:
        for label in ("2008-09", "2008-10", "2008-11"):
            month = parse_period(label, BERLIN).span
            own = norm((g.begin, g.end) for g in found.granted if g.clause == clause.id)
            agreed = intersect(intersect(own, (month,)), BUSINESS.intervals(*month))
            assert clause.quota is None or total(agreed) <= clause.quota


@given(windows=_windows(), order=st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(windows: list[Announcement], order: Any) -> None:
    mixed = list(windows)
    order.shuffle(mixed)

    assert _ruled(mixed) == _ruled(windows)
