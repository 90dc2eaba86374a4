"""What holds of every figure: time is conserved, cuts and the order of facts make no difference, clocks may change."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from types import ModuleType
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import HOUR, MINUTE, SECOND
from catalogue.intervals import Steps, norm, steps, total
from catalogue.periods import local_days, parse_period
from catalogue.service_hours import WEEKDAYS, ServiceHours, always
from probes.outcome import Outcome
from slamon.sla.availability import Policy, UnknownEffect, quotient
from slamon.sla.combine import kth_best
from slamon.sla.counts import Counts, case_counts
from slamon.sla.declared import Declared, overlay
from slamon.sla.exclusions import Announcement, Clause, ruled
from slamon.sla.judge import day
from slamon.sla.judgement import Effect, State
from slamon.sla.runs import Result, runs_of
from slamon.sla.tally import Tally, Windows, added, classify, merge
from slamon.sla.terms import CheckRuns, ObjectiveTerms
from slamon.sla.timeline import timeline

END = 60
SPAN = (0, END)
STATES = st.sampled_from(get_args(State))
EFFECTS = st.sampled_from(get_args(Effect))

some_time = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=3).map(norm)
results = st.dictionaries(
    st.integers(-10, END + 10),
    st.sampled_from([Outcome.GOOD, Outcome.GOOD, *Outcome, Outcome.BAD]),
    max_size=20,
).map(lambda held: sorted(held.items()))
policies = st.builds(
    Policy,
    excused=st.one_of(st.none(), EFFECTS),
    unknown=st.sampled_from(get_args(UnknownEffect)),
    degraded_is_available=st.booleans(),
)
orders = st.randoms(use_true_random=False)


PROMISE = ObjectiveTerms(
    objective="o1",
    service="svc-web",
    target="99.50",
    goal=Fraction("0.995"),
    hours=always(),
    in_force=(SPAN,),
    checks=("web",),
    locations=("bonn",),
)


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    return tuple((begin, end, draw(EFFECTS)) for begin, end in draw(some_time))


# Cuts


@given(
    results,
    st.integers(1, 9),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    some_time,
    st.sets(st.integers(1, END - 1), max_size=4),
    orders,
)
def test_judging_parts_and_adding_is_judging_the_whole(
    seen: list[Result],
    validity: int,
    rule: tuple[int, int],
    in_force: tuple[tuple[int, int], ...],
    cuts: set[int],
    order: random.Random,
) -> None:
    promise = replace(PROMISE, in_force=in_force, confirm=rule[0], recover=rule[1])
    checks = [CheckRuns("web", "bonn", validity, runs_of(seen, validity))]
    spans = list(pairwise([0, *sorted(cuts), END]))
    order.shuffle(spans)

    parts = [day(promise, checks, [], span) for span in spans]

    assert merge(parts) == day(promise, checks, [], SPAN)


@given(results, some_time, windows(), st.sets(st.integers(1, END - 1), max_size=4))
def test_cases_of_parts_add_up_to_those_of_the_whole(
    seen: list[Result],
    agreed: tuple[tuple[int, int], ...],
    excluded: Windows,
    cuts: set[int],
) -> None:
    runs = runs_of(seen, 9)

    parts = [
        case_counts([runs], agreed, excluded, span) for span in pairwise([0, *sorted(cuts), END])
    ]

    assert sum(parts, start=Counts()) == case_counts([runs], agreed, excluded, SPAN)


@given(st.data(), policies, orders)
def test_a_group_shows_the_figure_of_the_objective_with_the_same_rows(
    data: st.DataObject, policy: Policy, order: random.Random
) -> None:
    states = data.draw(timelines)
    figures = classify(states, data.draw(some_time), data.draw(windows()), SPAN)
    rows = [Tally({entry: 1}) for entry, time in figures.tally.entries.items() for _ in range(time)]
    order.shuffle(rows)
    cut = data.draw(st.integers(0, len(rows)))
    members = [added(rows[:cut]), added(rows[cut:])]

    group = quotient(added(members), policy)

    assert group == quotient(figures.tally, policy)
    each = [quotient(member, policy) for member in members]
    pooled = sum(one.good for one in each), sum(one.total for one in each)
    assert (group.good, group.total) == pooled


timelines = st.lists(st.tuples(st.integers(0, END), STATES), max_size=6).map(
    lambda points: steps([(0, "up"), *sorted(points)], END)
)


@given(timelines, some_time, windows(), policies)
def test_time_is_conserved_and_none_of_it_counts_twice(
    states: Steps[State], agreed: tuple[tuple[int, int], ...], excluded: Windows, policy: Policy
) -> None:
    tally = classify(states, agreed, excluded, SPAN).tally

    assert tally.total == END
    assert tally.total - tally.outside == total(agreed)
    assert tally.counted + tally.excused + tally.outside == END
    assert sum(tally.as_us().values()) == END
    spent = quotient(tally, policy)
    assert spent.good + spent.bad <= total(agreed)


# The order in which facts arrive


@given(results, st.integers(1, 9), orders)
def test_results_that_arrive_late_or_in_another_order_give_the_same_timeline(
    seen: list[Result], validity: int, order: random.Random
) -> None:
    shuffled = list(seen)
    order.shuffle(shuffled)

    assert timeline(runs_of(shuffled, validity), SPAN, validity) == timeline(
        runs_of(seen, validity), SPAN, validity
    )


@given(results, results, st.integers(1, 9))
def test_of_results_at_one_instant_the_one_recorded_last_holds(
    first: list[Result], later: list[Result], validity: int
) -> None:
    assert runs_of([*first, *later], validity) == runs_of(
        sorted({**dict(first), **dict(later)}.items()), validity
    )


@given(timelines, st.data(), orders)
def test_declared_states_give_the_same_in_whatever_order_they_are_read(
    states: Steps[State], data: st.DataObject, order: random.Random
) -> None:
    spans = data.draw(st.lists(st.tuples(st.integers(-5, END), st.integers(1, 20)), max_size=4))
    declared = [
        Declared(begin, begin + length, data.draw(STATES), f"declaration {position}", position)
        for position, (begin, length) in enumerate(spans)
    ]
    shuffled = list(declared)
    order.shuffle(shuffled)

    assert overlay(states, shuffled) == overlay(states, declared)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 9)), max_size=5), orders)
def test_announcements_are_ruled_on_alike_in_whatever_order_they_were_recorded(
    spans: list[tuple[int, int]], order: random.Random
) -> None:
    clause = Clause(
        id="clause-1", kind="planned_maintenance", effect="remove_window", quota=12 * HOUR
    )
    announced = [
        Announcement(
            id=f"announcement-{number}",
            agreement="sla-1",
            clause="clause-1",
            services=(),
            begin=begin * HOUR,
            end=(begin + length) * HOUR,
            received_at=0,
            recorded_at=0,
            evidence="a letter",
            reason="works",
        )
        for number, (begin, length) in enumerate(spans)
    ]
    shuffled = list(announced)
    order.shuffle(shuffled)

    said = [
        ruled((clause,), (), each, always().intervals, "Europe/Berlin")
        for each in (announced, shuffled)
    ]

    assert said[0] == said[1]
    excluded = norm((granted.begin, granted.end) for granted in said[0].granted)
    assert total(excluded) == min(12 * HOUR, total(norm(a.span for a in announced)))


@given(st.lists(STATES, min_size=1, max_size=5), st.data(), orders)
def test_places_have_the_same_say_in_whatever_order_they_are_asked(
    states: list[State], data: st.DataObject, order: random.Random
) -> None:
    k = data.draw(st.integers(1, len(states)))
    shuffled = list(states)
    order.shuffle(shuffled)

    assert kth_best(tuple(shuffled), k) == kth_best(tuple(states), k)


@given(results.filter(bool), st.integers(2, 9), st.data())
def test_results_in_between_that_say_the_same_change_nothing(
    seen: list[Result], validity: int, data: st.DataObject
) -> None:
    near = [(a, b) for a, b in pairwise(seen) if 1 < b[0] - a[0] <= validity]
    retries = [
        (data.draw(st.integers(before[0] + 1, after[0] - 1)), before[1]) for before, after in near
    ]

    assert timeline(runs_of([*seen, *retries], validity), SPAN, validity) == timeline(
        runs_of(seen, validity), SPAN, validity
    )


# Months in which clocks change

MONTHS: dict[str, dict[str, int | Fraction]] = {
    "Europe/Berlin": {"2026-03": 743, "2026-10": 745},
    "Europe/Riga": {"2026-03": 743, "2026-10": 745},
    "America/New_York": {"2026-03": 743, "2026-11": 721},
    "Australia/Lord_Howe": {"2026-04": Fraction(1441, 2), "2026-10": Fraction(1487, 2)},
    "Africa/Nairobi": {"2026-03": 744, "2026-10": 744},
    "Asia/Kathmandu": {"2026-03": 744, "2026-10": 744},
}
changes = pytest.mark.parametrize(
    ("tz", "label", "hours"),
    [
        pytest.param(tz, label, Fraction(hours), id=f"{tz} {label}")
        for tz, months in MONTHS.items()
        for label, hours in months.items()
    ],
)


@changes
def test_a_month_has_the_hours_of_its_zone_and_its_days_make_it_up(
    dating: ModuleType, tz: str, label: str, hours: Fraction
) -> None:
    month = parse_period(label, tz)
    outages: list[tuple[int, State]] = [(month.begin, "up")]
    for number, at in enumerate(range(month.begin, month.end, 7 * HOUR)):
        outages += [(at, "down"), (at + number % 60 * MINUTE, "unknown"), (at + HOUR, "up")]
    states = steps(outages, month.end)
    promised = ServiceHours(tz, dict.fromkeys(WEEKDAYS, (("01:30", "02:30"), ("09:00", "17:00"))))
    maintained: Windows = ((month.begin + 5 * HOUR, month.end - 300 * HOUR, "remove_window"),)

    days = list(local_days(month.span, tz))
    figures = [
        classify(states, promised.intervals(*each.span), maintained, each.span) for each in days
    ]

    whole = classify(states, promised.intervals(*month.span), maintained, month.span)
    assert month.end - month.begin == hours * HOUR
    assert merge(figures) == whole
    assert whole.tally.total == hours * HOUR
    first = date.fromisoformat(f"{label}-01")
    assert [each.span for each in days] == [
        tuple(at * SECOND for at in dating.period("day", first + timedelta(days=n), tz))
        for n in range(len(days))
    ]
