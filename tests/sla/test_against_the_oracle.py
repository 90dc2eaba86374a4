"""The engine sweeps over changes; the oracle looks at every moment. They give the same, whatever happens."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from types import ModuleType
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import Intervals, Steps, norm, steps, subtract
from catalogue.service_hours import always
from probes.outcome import Outcome
from slamon.sla.availability import Policy, UnknownEffect, quotient
from slamon.sla.budget import breach_instant, planned_time
from slamon.sla.combine import compose, quorum
from slamon.sla.declared import Declared
from slamon.sla.judgement import Effect, State
from slamon.sla.observed import states
from slamon.sla.possible import possible
from slamon.sla.runs import Run
from slamon.sla.structure import Node, Tree
from slamon.sla.tally import Entry, Windows, classify, pieces
from slamon.sla.terms import CheckRuns, ObjectiveTerms
from slamon.sla.timeline import read

STATES = st.sampled_from(get_args(State))
END = 60
SPAN = (0, END)


def by_moment(function: Steps[Any]) -> dict[int, Any]:
    return {at: value for begin, end, value in function.pieces() for at in range(begin, end)}


# Results of one check at one place


@st.composite
def results(draw: st.DrawFn, most: int = 20, longest: int = 9) -> list[tuple[int, Outcome, int]]:
    """Results at different instants, from before the span to after it, each with its own validity."""
    outcomes = st.sampled_from([Outcome.GOOD, Outcome.GOOD, *Outcome, Outcome.BAD])
    held = draw(
        st.dictionaries(
            st.integers(-10, END + 10), st.tuples(outcomes, st.integers(1, longest)), max_size=most
        )
    )
    return [(at, outcome, speaks) for at, (outcome, speaks) in sorted(held.items())]


@given(results(), st.integers(1, 4), st.integers(1, 4))
def test_results_stand_for_the_same_state_at_every_second(
    probing: ModuleType, given_results: list[tuple[int, Outcome, int]], confirm: int, recover: int
) -> None:
    seen = [probing.Seen(at, outcome.name.lower(), speaks) for at, outcome, speaks in given_results]
    runs = [Run(at, at, 1, outcome, speaks) for at, outcome, speaks in given_results]

    reading = read(runs, SPAN, 1, confirm, recover)

    assert by_moment(reading.states) == probing.states_of(seen, range(*SPAN), confirm, recover)


@given(results(), st.integers(1, 4), st.integers(1, 4))
def test_results_that_were_not_confirmed_are_listed_alike(
    probing: ModuleType, given_results: list[tuple[int, Outcome, int]], confirm: int, recover: int
) -> None:
    seen = [probing.Seen(at, outcome.name.lower(), speaks) for at, outcome, speaks in given_results]
    runs = [Run(at, at, 1, outcome, speaks) for at, outcome, speaks in given_results]

    reading = read(runs, (-10, END + 20), 1, confirm, recover)

    listed = [at for run in reading.unconfirmed for at, _ in run.results()]
    assert listed == probing.unconfirmed(seen, confirm, recover)


# Places


@given(st.lists(STATES, min_size=1, max_size=5), st.data())
def test_places_decide_by_quorum(
    composing: ModuleType, seen: list[State], data: st.DataObject
) -> None:
    needed = data.draw(st.integers(1, len(seen)))

    decided = quorum([Steps(((0, state),), END) for state in seen], needed)

    assert decided.points == ((0, composing.quorum(seen, needed)),)


# Composites, exclusions, figures


@dataclass(frozen=True)
class Case:
    """Members of a composite, how they make it up, when it is agreed, and what is excluded."""

    tree: Tree
    states: dict[str, Steps[State]]
    excluded: dict[str, Intervals]
    effect: Effect
    agreed: Intervals
    windows: Windows

    def entries(self) -> Steps[Entry]:
        alone = {
            name: tuple((a, b, self.effect) for a, b in w) for name, w in self.excluded.items()
        }
        return compose(self.tree, self.states, alone)

    def moments(self, composing: ModuleType, counting: ModuleType) -> dict[int, Any]:
        """Say of each moment what the oracle makes of it."""
        states = {name: by_moment(function) for name, function in self.states.items()}
        tree = regrouped(composing, self.tree)
        found = {}
        for at in range(*SPAN):
            without = {name for name, spans in self.excluded.items() if holds(spans, at)}
            said = composing.judged(tree, {name: s[at] for name, s in states.items()}, without)
            whole = next((effect for a, b, effect in self.windows if a <= at < b), None)
            inside = holds(self.agreed, at)
            if whole is not None or said.otherwise is None:
                found[at] = counting.Moment(said.state, inside, whole)
            else:
                found[at] = counting.Moment(said.state, inside, self.effect, said.otherwise)
        return found


def holds(spans: Intervals, at: int) -> bool:
    return any(begin <= at < end for begin, end in spans)


def regrouped(composing: ModuleType, tree: Tree) -> Any:
    if isinstance(tree, str):
        return tree
    needed = {"serial": len(tree.members), "parallel": 1, "k_of_n": tree.k}[tree.kind]
    return composing.Group(needed, tuple(regrouped(composing, each) for each in tree.members))


def node(members: list[Tree]) -> st.SearchStrategy[Tree]:
    kinds = [Node("serial", tuple(members)), Node("parallel", tuple(members))]
    return st.sampled_from(
        [*kinds, *(Node("k_of_n", tuple(members), k) for k in range(1, len(members) + 1))]
    )


NAMES = ("a", "b", "c")
EFFECTS = st.sampled_from(get_args(Effect))
trees: st.SearchStrategy[Tree] = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(node),
    max_leaves=5,
)
timelines = st.lists(st.tuples(st.integers(0, END), STATES), max_size=6).map(
    lambda points: steps([(0, "up"), *sorted(points)], END)
)
some_time = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=3).map(norm)
most_of_the_time = some_time.map(lambda closed: subtract((SPAN,), closed))


@st.composite
def excluding(draw: st.DrawFn) -> Windows:
    """Windows over the whole, in order and disjoint, each with an effect of its own."""
    return tuple((begin, end, draw(EFFECTS)) for begin, end in draw(some_time))


cases = st.builds(
    Case,
    tree=trees,
    states=st.fixed_dictionaries(dict.fromkeys(NAMES, timelines)),
    excluded=st.fixed_dictionaries(dict.fromkeys(NAMES, some_time)),
    effect=EFFECTS,
    agreed=most_of_the_time,
    windows=excluding(),
)
policies = st.builds(
    Policy,
    excused=st.one_of(st.none(), EFFECTS),
    unknown=st.sampled_from(get_args(UnknownEffect)),
    degraded_is_available=st.booleans(),
)
goals = st.sampled_from(
    [Fraction(n, 20) for n in range(21)] + [Fraction(2, 3), Fraction(999, 1000)]
)


def rules(counting: ModuleType, policy: Policy) -> Any:
    return counting.Rules(policy.unknown, policy.degraded_is_available, policy.excused)


@given(cases)
def test_each_moment_counts_as_the_same_one_thing(
    composing: ModuleType, counting: ModuleType, case: Case
) -> None:
    moments = case.moments(composing, counting)

    figures = classify(case.entries(), case.agreed, case.windows, SPAN)

    assert figures.tally.entries == counting.tally(moments.values())
    assert figures.tally.total == END


@given(cases)
def test_outages_begin_and_end_at_the_same_moments(
    composing: ModuleType, counting: ModuleType, case: Case
) -> None:
    moments = case.moments(composing, counting)

    figures = classify(case.entries(), case.agreed, case.windows, SPAN)

    found = [(each.begin, each.end, each.counted) for each in figures.outages]
    assert found == counting.outages(moments)


@given(cases, policies)
def test_availability_is_the_same_quotient(
    composing: ModuleType, counting: ModuleType, case: Case, policy: Policy
) -> None:
    moments = case.moments(composing, counting).values()

    spent = quotient(classify(case.entries(), case.agreed, case.windows, SPAN).tally, policy)

    expected = counting.sums(moments, rules(counting, policy))
    assert (spent.good, spent.bad, spent.unknown) == expected
    assert spent.ratio == expected.share()
    assert spent.coverage == counting.coverage(moments, rules(counting, policy))


@given(cases, policies.filter(lambda policy: policy.unknown == "exclude"))
def test_what_is_possible_lies_between_the_same_two_shares(
    composing: ModuleType, counting: ModuleType, case: Case, policy: Policy
) -> None:
    moments = case.moments(composing, counting).values()

    said = possible(
        quotient(classify(case.entries(), case.agreed, case.windows, SPAN).tally, policy)
    )

    expected = counting.possible(moments, rules(counting, policy))
    assert (said and said.lowest, said and said.highest) == expected


@given(cases, policies, goals)
def test_a_target_goes_out_of_reach_at_the_same_moment(
    composing: ModuleType, counting: ModuleType, case: Case, policy: Policy, goal: Fraction
) -> None:
    moments = case.moments(composing, counting)
    stretches = pieces(case.entries(), case.agreed, case.windows, SPAN)

    breached = breach_instant(
        stretches, policy, goal, planned_time(case.agreed, case.windows, policy)
    )

    assert breached == counting.breached_at(moments, rules(counting, policy), goal)


# Several checks at several places

PLACES = ("bonn", "riga")


@dataclass(frozen=True)
class Watched:
    """What a promise asks of its checks, and what was seen of each at each place."""

    terms: ObjectiveTerms
    seen: dict[tuple[str, str], list[tuple[int, Outcome, int]]]

    def runs(self, *checks: str) -> list[CheckRuns]:
        return [
            CheckRuns(check, place, 1, tuple(Run(at, at, 1, o, v) for at, o, v in results))
            for (check, place), results in self.seen.items()
            if check in checks
        ]

    def expected(self, probing: ModuleType, composing: ModuleType) -> dict[int, str]:
        everywhere = range(-10, END + 11)
        results = {
            where: [probing.Seen(at, o.name.lower(), v) for at, o, v in given]
            for where, given in self.seen.items()
        }
        rule = self.terms.confirm, self.terms.recover
        states = {}
        for check, place in product(NAMES, PLACES):
            heard = results[check, place]
            if self.terms.control is not None:
                control = probing.states_of(results[self.terms.control, place], everywhere)
                heard = probing.vouched(heard, control)
            states[check, place] = probing.states_of(heard, everywhere, *rule)
        tree = regrouped(composing, self.terms.tree)
        said = {}
        for at in range(*SPAN):
            by_check = {
                check: composing.quorum([states[check, p][at] for p in PLACES], self.terms.quorum)
                for check in NAMES
            }
            said[at] = composing.state_of(tree, by_check)
        declared = sorted(self.terms.declared, key=lambda each: each.position)
        spans = [(each.begin, each.end, each.state) for each in declared]
        return dict(probing.overlaid(said, spans))


@st.composite
def declarations(draw: st.DrawFn) -> tuple[Declared, ...]:
    spans = draw(st.lists(st.tuples(st.integers(-5, END), st.integers(1, 20)), max_size=3))
    order = draw(st.permutations(range(len(spans))))
    return tuple(
        Declared(begin, begin + length, draw(STATES), f"declaration {position}", position)
        for (begin, length), position in zip(spans, order, strict=True)
    )


@st.composite
def watched(draw: st.DrawFn) -> Watched:
    seen = {
        where: draw(results(most=8, longest=40)) for where in product((*NAMES, "control"), PLACES)
    }
    return Watched(
        ObjectiveTerms(
            objective="o1",
            service="svc-web",
            target="99.50",
            goal=Fraction("0.995"),
            hours=always(),
            in_force=(SPAN,),
            checks=NAMES,
            structure=draw(trees.filter(lambda tree: not isinstance(tree, str))),
            locations=PLACES,
            quorum=draw(st.integers(1, 2)),
            control=draw(st.sampled_from([None, "control"])),
            confirm=draw(st.integers(1, 3)),
            recover=draw(st.integers(1, 3)),
            declared=draw(declarations()),
        ),
        seen,
    )


@given(watched())
def test_what_was_seen_of_several_checks_at_several_places_is_the_same_one_state(
    probing: ModuleType, composing: ModuleType, case: Watched
) -> None:
    function = states(case.terms, case.runs(*NAMES), case.runs("control"), SPAN)

    assert by_moment(function) == case.expected(probing, composing)
