"""Explanations: every instant has one class and one reason, and together they are the tally."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.service_hours import ServiceHours, always
from probes.outcome import Outcome
from slamon.sla import observed
from slamon.sla.declared import Declared
from slamon.sla.exclusions import Granted, Refused
from slamon.sla.explaining import (
    RULES,
    Because,
    Explained,
    Heard,
    Rule,
    explain,
    joined,
    tally_of,
    with_holidays,
    with_time_beyond,
)
from slamon.sla.judgement import Effect, State
from slamon.sla.runs import Result, runs_of
from slamon.sla.slices import SliceRule
from slamon.sla.structure import Node
from slamon.sla.tally import classify
from slamon.sla.terms import CheckRuns, ObjectiveTerms

END = 60
SPAN = (0, END)
VALIDITY = 5
GOOD, BAD, INCONCLUSIVE = Outcome.GOOD, Outcome.BAD, Outcome.INCONCLUSIVE

PROMISE = ObjectiveTerms(
    objective="o1",
    service="svc-web",
    target="99.50",
    goal=Fraction("0.995"),
    hours=always(),
    in_force=((10, 50),),
    checks=("web",),
    locations=("bonn",),
)
TWO_PLACES = replace(PROMISE, locations=("bonn", "rome"), quorum=2)
TWO_CHECKS = replace(
    PROMISE,
    checks=("web", "mail"),
    structure=Node("parallel", ("web", "mail")),
    members={"mail": "svc-mail"},
)


def every(outcome: Outcome, begin: int, end: int, step: int = 5) -> list[Result]:
    """Results of one outcome, as far apart as one speaks."""
    return [(at, outcome) for at in range(begin, end, step)]


def runs(results: list[Result], check: str = "web", place: str = "bonn") -> CheckRuns:
    return CheckRuns(check, place, VALIDITY, runs_of(results, VALIDITY))


def of(terms: ObjectiveTerms, *checks: CheckRuns, controls: Any = ()) -> tuple[Explained, ...]:
    entries = observed.entries(terms, checks, controls, SPAN)
    return explain(terms, entries, checks, controls)


def told(found: tuple[Explained, ...]) -> list[tuple[int, int, str, str]]:
    return [(each.begin, each.end, each.entry, each.because.rule) for each in found]


ALL_GOOD = every(GOOD, 0, END)
FAILING = [*every(GOOD, 0, 20), *every(BAD, 20, 30), *every(GOOD, 30, END)]
X1 = Granted(20, 25, "remove_window", "x1", "disks", (), (7, 8))
OF_MAIL = Granted(20, 30, "remove_bad_time", "x2", "mails", ("svc-mail",), (9,))
LATE = Refused(25, 30, "notice", "received too late", "x1", "disks", (7,))
INCIDENT = Declared(40, 45, "down", "inc-1", 11)


@pytest.mark.parametrize(
    ("terms", "checks", "expected"),
    [
        pytest.param(
            PROMISE,
            [runs(FAILING)],
            [(10, 20, "up", "results"), (20, 30, "down", "results"), (30, 50, "up", "results")],
            id="results (P2, P3)",
        ),
        pytest.param(
            PROMISE,
            [runs([*every(GOOD, 0, 20), *every(GOOD, 30, END)])],
            [
                (10, 20, "up", "results"),
                (20, 30, "unknown", "no_result"),
                (30, 50, "up", "results"),
            ],
            id="no result speaks (P2)",
        ),
        pytest.param(
            PROMISE,
            [],
            [(10, 50, "unknown", "no_result")],
            id="nothing was ever seen (P2)",
        ),
        pytest.param(
            PROMISE,
            [runs([*every(GOOD, 0, 20), *every(INCONCLUSIVE, 20, 30), *every(GOOD, 30, END)])],
            [
                (10, 20, "up", "results"),
                (20, 30, "unknown", "tells_nothing"),
                (30, 50, "up", "results"),
            ],
            id="results that tell nothing (P3)",
        ),
        pytest.param(
            TWO_PLACES,
            [runs(ALL_GOOD[:4]), runs(every(BAD, 0, END), place="rome")],
            [(10, 20, "up", "results"), (20, 50, "unknown", "undecided")],
            id="a silent place leaves it undecided (P5)",
        ),
        pytest.param(
            replace(PROMISE, control="ctl"),
            [runs(ALL_GOOD)],
            [(10, 50, "unknown", "control_probe")],
            id="no control probe vouches (P7)",
        ),
        pytest.param(
            replace(PROMISE, declared=(INCIDENT,)),
            [runs(ALL_GOOD)],
            [(10, 40, "up", "results"), (40, 45, "down", "declared"), (45, 50, "up", "results")],
            id="declared (P6)",
        ),
        pytest.param(
            replace(PROMISE, exclusions=(X1,)),
            [runs(FAILING)],
            [
                (10, 20, "up", "results"),
                (20, 25, "remove_window.down", "exclusion"),
                (25, 30, "down", "results"),
                (30, 50, "up", "results"),
            ],
            id="an exclusion of the whole (E1)",
        ),
        pytest.param(
            replace(TWO_CHECKS, exclusions=(OF_MAIL,)),
            [runs(every(BAD, 0, END)), runs(FAILING, "mail")],
            [
                (10, 20, "up", "results"),
                (20, 30, "remove_bad_time.down>up", "member_excluded"),
                (30, 50, "up", "results"),
            ],
            id="an exclusion of a member (4.9)",
        ),
    ],
)
def test_each_stretch_names_its_rule(
    terms: ObjectiveTerms, checks: list[CheckRuns], expected: list[tuple[int, int, str, Rule]]
) -> None:
    whole = [(0, 10, "outside", "not_in_force"), *expected, (50, 60, "outside", "not_in_force")]

    assert told(of(terms, *checks)) == whole


def test_hours_outside_the_service_are_told_from_time_not_in_force() -> None:
    found = of(replace(PROMISE, hours=ServiceHours("UTC", {})), runs(ALL_GOOD))

    assert told(found) == [
        (0, 10, "outside", "not_in_force"),
        (10, 50, "outside", "service_hours"),
        (50, 60, "outside", "not_in_force"),
    ]


def test_an_exclusion_names_its_clause_announcement_and_facts() -> None:
    found = of(replace(PROMISE, exclusions=(X1,)), runs(FAILING))

    assert found[2].because == Because("exclusion", "x1", "disks", positions=(7, 8))


def test_a_declaration_under_an_exclusion_is_named_with_it() -> None:
    over = replace(X1, begin=40, end=45)
    found = of(replace(PROMISE, exclusions=(over,), declared=(INCIDENT,)), runs(ALL_GOOD))

    (one,) = [each for each in found if each.because.rule == "exclusion"]
    assert one.entry == "remove_window.down"
    assert (one.because.declaration, one.because.positions) == ("inc-1", (7, 8, 11))


def test_of_two_declarations_the_one_recorded_last_is_named() -> None:
    later = Declared(30, 50, "degraded", "inc-2", 12)
    found = of(replace(PROMISE, declared=(INCIDENT, later)), runs(ALL_GOOD))

    named = {each.because.declaration for each in found}
    assert named == {None, "inc-2"}


def test_time_that_was_announced_and_counts_says_which_rule_refused_it() -> None:
    found = of(replace(PROMISE, exclusions=(X1,), refused=(LATE,)), runs(FAILING))

    (one,) = [each for each in found if each.because.refused]
    assert (one.begin, one.end, one.entry) == (25, 30, "down")
    assert one.because == Because("results", "x1", "disks", refused="notice", positions=(7,))


def test_a_stretch_says_what_was_known_when_it_began() -> None:
    found = of(TWO_PLACES, runs(FAILING), runs(every(BAD, 0, 30), place="rome"))

    down = next(each for each in found if each.entry == "down")
    assert down.heard == (Heard("web", "bonn", "down", 20), Heard("web", "rome", "down", 20))
    silent = next(each for each in found if each.begin == 30)
    assert silent.heard == (Heard("web", "bonn", "up", 30), Heard("web", "rome", "silent", 25))
    assert found[0].heard == ()


def test_bad_time_outside_bad_slices_says_so() -> None:
    rule = SliceRule(30, "entirely_down", 0)
    terms = replace(PROMISE, slices=rule)
    seen = observed.entries(terms, [runs(FAILING)], (), SPAN)

    found = explain(terms, seen.map(lambda _: "up"), [runs(FAILING)], ())

    assert [(each.begin, each.end) for each in found if each.because.rule == "slice"] == [(20, 30)]


def test_stretches_that_go_on_over_a_cut_are_joined() -> None:
    terms = replace(PROMISE, exclusions=(X1,))
    checks = [runs(FAILING)]
    entries = observed.entries(terms, checks, (), SPAN)

    parts = [
        each
        for span in pairwise([0, 15, 22, 40, END])
        for each in explain(terms, entries.clip(span), checks, ())
    ]

    assert told(joined(parts)) == told(explain(terms, entries, checks, ()))


def test_time_beyond_the_term_counts_as_up_where_the_whole_period_is_promised() -> None:
    found = with_time_beyond(of(PROMISE, runs(ALL_GOOD)), ((0, 5), (50, 55)))

    assert told(joined(found)) == [
        (0, 5, "up", "beyond_term"),
        (5, 10, "outside", "not_in_force"),
        (10, 50, "up", "results"),
        (50, 55, "up", "beyond_term"),
        (55, 60, "outside", "not_in_force"),
    ]


def test_every_rule_has_words() -> None:
    assert set(RULES) == set(get_args(Rule))
    assert len(set(RULES.values())) == len(RULES)


results = st.dictionaries(
    st.integers(-10, END + 10), st.sampled_from([GOOD, *Outcome, BAD]), max_size=20
).map(lambda held: sorted(held.items()))
spans = st.tuples(st.integers(0, END - 1), st.integers(1, 20)).map(
    lambda pair: (pair[0], min(END, pair[0] + pair[1]))
)
services = st.sampled_from([(), ("svc-web",), ("svc-mail",)])
granted = st.builds(
    lambda span, effect, own, number: Granted(
        span[0], span[1], effect, "x1", f"a{number}", own, (number,)
    ),
    spans,
    st.sampled_from(get_args(Effect)),
    services,
    st.integers(1, 99),
)
declared = st.builds(
    lambda span, state, number: Declared(span[0], span[1], state, f"d{number}", number),
    spans,
    st.sampled_from(get_args(State)),
    st.integers(100, 199),
)


@given(
    seen=st.lists(results, min_size=4, max_size=4),
    control=results,
    exclusions=st.lists(granted, max_size=3),
    incidents=st.lists(declared, max_size=2, unique_by=lambda each: each.position),
    rules=st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.booleans()),
    cut=st.integers(1, END - 1),
)
def test_stretches_follow_each_other_and_their_sums_are_the_tally(
    seen: list[list[Result]],
    control: list[Result],
    exclusions: list[Granted],
    incidents: list[Declared],
    rules: tuple[int, int, int, bool],
    cut: int,
) -> None:
    confirm, recover, quorum, controlled = rules
    terms = replace(
        TWO_CHECKS,
        locations=("bonn", "rome"),
        quorum=quorum,
        confirm=confirm,
        recover=recover,
        control="ctl" if controlled else None,
        exclusions=tuple(exclusions),
        declared=tuple(incidents),
    )
    names = [("web", "bonn"), ("web", "rome"), ("mail", "bonn"), ("mail", "rome")]
    checks = [runs(own, *name) for name, own in zip(names, seen, strict=True)]
    controls = [runs(control, "ctl", "bonn")]
    entries = observed.entries(terms, checks, controls, SPAN)

    found = explain(terms, entries, checks, controls)

    assert [each.begin for each in found[1:]] == [each.end for each in found[:-1]]
    assert (found[0].begin, found[-1].end) == SPAN
    assert tally_of(found) == classify(entries, terms.agreed(*SPAN), terms.windows, SPAN).tally
    halves = [
        part
        for span in ((0, cut), (cut, END))
        for part in explain(terms, entries.clip(span), checks, controls)
    ]
    assert told(joined(halves)) == told(found)


@given(seen=results)
def test_a_known_state_rests_on_results_that_were_there(seen: list[Result]) -> None:
    instants = {at for at, _ in seen}
    for each in of(PROMISE, runs(seen)):
        for heard in each.heard:
            assert heard.at is None or heard.at in instants
            if heard.said in {"up", "degraded", "down"}:
                assert heard.at is not None
                assert each.begin - VALIDITY < heard.at <= each.begin


def test_a_holiday_is_cut_out_of_the_time_outside_the_service_hours_and_named() -> None:
    def of(begin: int, end: int, entry: str, rule: Rule) -> Explained:
        return Explained(begin, end, entry, Because(rule))

    night = of(0, 10, "outside", "service_hours")
    day = of(10, 20, "up", "results")
    weekend = of(20, 50, "outside", "service_hours")
    days = {(5, 12): "Labour Day", (30, 40): "Europe Day", (60, 70): "Whit Monday"}

    found = list(with_holidays([night, day, weekend], days))

    assert [(each.begin, each.end, each.because.rule, name) for each, name in found] == [
        (0, 5, "service_hours", None),
        (5, 10, "holiday", "Labour Day"),
        (10, 20, "results", None),
        (20, 30, "service_hours", None),
        (30, 40, "holiday", "Europe Day"),
        (40, 50, "service_hours", None),
    ]
    assert tally_of(each for each, _ in found) == tally_of([night, day, weekend])
