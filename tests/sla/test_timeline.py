from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import Span, Steps
from probes.outcome import Outcome
from slamon.sla.judgement import State
from slamon.sla.runs import Result, Run, runs_of
from slamon.sla.timeline import read, settled, timeline

GOOD, DEGRADED, BAD, INCONCLUSIVE = Outcome
LEVEL: dict[Outcome, State] = {GOOD: "up", DEGRADED: "degraded"}

results = st.dictionaries(
    st.integers(0, 50), st.sampled_from([GOOD, GOOD, DEGRADED, BAD, BAD, INCONCLUSIVE]), max_size=25
).map(lambda held: sorted(held.items()))
rules = st.tuples(st.integers(1, 9), st.integers(1, 3), st.integers(1, 3))
SPAN = (-5, 65)


def value_at(states: Steps[State]) -> dict[int, State]:
    return {at: state for begin, end, state in states.pieces() for at in range(begin, end)}


def oracle(given_results: list[Result], rule: tuple[int, int, int]) -> dict[int, State]:
    """Result by result and second by second, by looking ahead: slow and obviously right."""
    validity, confirm, recover = rule
    state: State = "unknown"
    said: dict[int, State] = dict.fromkeys(range(*SPAN), "unknown")
    for index, (at, outcome) in enumerate(given_results):
        if index and at - given_results[index - 1][0] > validity:
            state = "unknown"
        row = unbroken(given_results[index:], validity)
        if outcome is INCONCLUSIVE:
            state = "unknown"
        elif outcome is BAD:
            confirmed = len(row) >= confirm and all(o is BAD for o in row[:confirm])
            state = "down" if confirmed else state
        else:
            over = len(row) >= recover and all(o in LEVEL for o in row[:recover])
            state = LEVEL[outcome] if over or state != "down" else state
        until = min([at + validity, *(later for later, _ in given_results[index + 1 : index + 2])])
        said |= dict.fromkeys(range(at, min(until, SPAN[1])), state)
    return said


def unbroken(given_results: list[Result], validity: int) -> list[Outcome]:
    """Give the outcomes up to the first gap."""
    row = [given_results[0][1]]
    for (before, _), (at, outcome) in pairwise(given_results):
        if at - before > validity:
            break
        row.append(outcome)
    return row


@given(results, rules)
def test_runs_are_read_as_their_results_one_by_one(
    given_results: list[Result], rule: tuple[int, int, int]
) -> None:
    states = timeline(runs_of(given_results, rule[0]), SPAN, *rule)
    assert value_at(states) == oracle(given_results, rule)


@given(results, rules)
def test_how_results_are_cut_into_runs_makes_no_difference(
    given_results: list[Result], rule: tuple[int, int, int]
) -> None:
    singles = [Run(at, at, 1, outcome) for at, outcome in given_results]
    assert timeline(singles, SPAN, *rule) == timeline(runs_of(given_results, rule[0]), SPAN, *rule)


@given(results, rules)
def test_a_run_wider_than_the_validity_leaves_gaps(
    given_results: list[Result], rule: tuple[int, int, int]
) -> None:
    folded_for_longer = runs_of(given_results, 50)
    assert value_at(timeline(folded_for_longer, SPAN, *rule)) == oracle(given_results, rule)


@given(results, rules, st.tuples(st.integers(-5, 60), st.integers(-5, 60)))
def test_a_part_of_the_time_is_read_as_in_the_whole(
    given_results: list[Result], rule: tuple[int, int, int], span: Span
) -> None:
    part = value_at(timeline(runs_of(given_results, rule[0]), span, *rule))
    assert part == {at: s for at, s in oracle(given_results, rule).items() if at in range(*span)}


@given(results, rules)
def test_a_settled_run_parts_what_was_before_from_what_comes_after(
    given_results: list[Result], rule: tuple[int, int, int]
) -> None:
    runs = runs_of(given_results, rule[0])
    whole = timeline(runs, SPAN, *rule)
    for index, run in enumerate(runs):
        if settled(run, *rule[1:]):
            after, before = (run.first, SPAN[1]), (SPAN[0], run.first)
            assert timeline(runs[index:], after, *rule) == whole.clip(after)
            assert timeline(runs[: index + 1], before, *rule) == whole.clip(before)


MINUTELY = 60


def minutely(outcomes: list[Outcome]) -> tuple[Run, ...]:
    return runs_of([(MINUTELY * n, outcome) for n, outcome in enumerate(outcomes)], 125)


@pytest.mark.parametrize(
    ("outcomes", "points"),
    [
        pytest.param(
            [GOOD, BAD, BAD, BAD, GOOD, GOOD],
            [(0, "up"), (60, "down"), (240, "up")],
            id="an outage begins with its first bad result and ends with its first good one",
        ),
        pytest.param([GOOD, BAD, BAD, GOOD], [(0, "up")], id="two bad results are not confirmed"),
        pytest.param(
            [GOOD, BAD, BAD, BAD, GOOD, BAD, GOOD, GOOD],
            [(0, "up"), (60, "down"), (360, "up")],
            id="a single good result does not end an outage",
        ),
        pytest.param(
            [BAD, BAD, GOOD],
            [(0, "unknown"), (120, "up")],
            id="unconfirmed from the start is unknown",
        ),
        pytest.param(
            [GOOD, BAD, BAD, INCONCLUSIVE, BAD, GOOD],
            [(0, "up"), (180, "unknown"), (300, "up")],
            id="an inconclusive result breaks the row",
        ),
        pytest.param(
            [GOOD, BAD, BAD, BAD, DEGRADED, GOOD],
            [(0, "up"), (60, "down"), (240, "degraded"), (300, "up")],
            id="a degraded result is a recovery",
        ),
    ],
)
def test_three_bad_results_begin_an_outage_and_two_good_ones_end_it(
    outcomes: list[Outcome], points: list[tuple[int, State]]
) -> None:
    end = MINUTELY * len(outcomes)
    assert timeline(minutely(outcomes), (0, end), 125, 3, 2).points == tuple(points)


def test_a_silent_prober_makes_no_outage() -> None:
    states = timeline([Run(0, 120, 3, BAD)], (0, 600), 125)
    assert states.points == ((0, "down"), (245, "unknown"))


def test_unconfirmed_results_are_listed() -> None:
    outcomes = [GOOD, BAD, BAD, GOOD, BAD, BAD, BAD, GOOD, BAD, GOOD, GOOD, BAD]
    reading = read(minutely(outcomes), (0, 720), 125, 3, 2)
    assert reading.unconfirmed == (Run(60, 120, 2, BAD), Run(660, 660, 1, BAD))


def test_results_within_an_outage_are_no_unconfirmed_ones() -> None:
    reading = read(minutely([BAD, BAD, BAD, GOOD, BAD, GOOD, GOOD]), (0, 420), 125, 3, 2)
    assert reading.unconfirmed == ()


def test_a_result_after_the_span_confirms_an_outage_within() -> None:
    runs = minutely([GOOD, GOOD, BAD, BAD, BAD])
    assert timeline(runs, (0, 180), 125, 3, 2).points == ((0, "up"), (120, "down"))
    assert timeline(
        runs[:1] + minutely([GOOD, GOOD, BAD, BAD])[1:], (0, 180), 125, 3, 2
    ).points == ((0, "up"),)


def test_a_year_of_minutes_is_read_as_one_run() -> None:
    year = Run(0, 525_599 * MINUTELY, 525_600, GOOD)
    assert timeline([year], (0, 525_600 * MINUTELY), 125).points == ((0, "up"),)
