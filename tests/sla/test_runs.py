import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import norm
from probes.outcome import Outcome
from slamon.sla.runs import Result, Run, inconclusive_within, runs_of

GOOD, DEGRADED, BAD, INCONCLUSIVE = Outcome

outcomes = st.sampled_from(Outcome)
results = st.dictionaries(st.integers(0, 40), outcomes, max_size=20).map(
    lambda held: sorted(held.items())
)
validities = st.integers(1, 8)


def every_result(runs: tuple[Run, ...]) -> list[Result]:
    return [result for run in runs for result in run.results()]


@pytest.mark.parametrize(
    ("results", "validity", "runs"),
    [
        pytest.param(
            [(0, GOOD), (60, GOOD), (120, GOOD)],
            120,
            [Run(0, 120, 3, GOOD)],
            id="evenly spaced results of one outcome are one run",
        ),
        pytest.param(
            [(0, GOOD), (60, GOOD), (100, GOOD)],
            120,
            [Run(0, 60, 2, GOOD), Run(100, 100, 1, GOOD)],
            id="another distance begins a run",
        ),
        pytest.param(
            [(0, GOOD), (60, BAD)],
            120,
            [Run(0, 0, 1, GOOD), Run(60, 60, 1, BAD)],
            id="another outcome begins a run",
        ),
        pytest.param(
            [(0, GOOD), (200, GOOD)],
            120,
            [Run(0, 0, 1, GOOD), Run(200, 200, 1, GOOD)],
            id="a gap begins a run",
        ),
        pytest.param(
            [(0, BAD), (60, GOOD), (0, GOOD)],
            120,
            [Run(0, 60, 2, GOOD)],
            id="a later result of the same instant corrects",
        ),
        pytest.param([], 120, [], id="nothing gives nothing"),
    ],
)
def test_results_are_folded_into_runs(
    results: list[Result], validity: int, runs: list[Run]
) -> None:
    assert runs_of(results, validity) == tuple(runs)


@given(results, validities)
def test_runs_hold_exactly_the_results_they_were_made_of(
    given_results: list[Result], validity: int
) -> None:
    assert every_result(runs_of(given_results, validity)) == given_results


@given(
    results,
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4).map(norm),
    validities,
)
def test_results_inside_doubtful_time_become_inconclusive(
    given_results: list[Result], doubtful: tuple[tuple[int, int], ...], validity: int
) -> None:
    masked = inconclusive_within(runs_of(given_results, validity), doubtful)
    assert every_result(masked) == [
        (at, INCONCLUSIVE if any(a <= at < b for a, b in doubtful) else outcome)
        for at, outcome in given_results
    ]
