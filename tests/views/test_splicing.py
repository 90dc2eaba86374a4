"""Runs with late results among them are those that would have come in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probes.outcome import Outcome
from slamon.sla.runs import Run
from slamon.views.daybook import continues, joined, spliced

INTERVAL = 10
VALIDITY = 7

PARTS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(1, 6),
        st.sampled_from([Outcome.GOOD, Outcome.BAD]),
        st.sampled_from([0, 3]),  # a second agent asks at another phase
    ),
    max_size=8,
)


def in_order(results: dict[int, Outcome]) -> list[Run]:
    """The runs of results that came one after the other."""
    runs: list[Run] = []
    for at in sorted(results):
        single = Run(at, at, 1, results[at], VALIDITY)
        if runs and continues(runs[-1], single, INTERVAL):
            runs[-1] = joined(runs[-1], single)
        else:
            runs.append(single)
    return runs


@given(PARTS)
def test_the_order_in_which_results_came_leaves_no_trace(
    parts: list[tuple[int, int, Outcome, int]],
) -> None:
    runs: list[Run] = []
    results: dict[int, Outcome] = {}
    for slot, count, outcome, phase in parts:
        first = slot * INTERVAL + phase
        part = Run(first, first + (count - 1) * INTERVAL, count, outcome, VALIDITY)
        told = {first + n * INTERVAL: outcome for n in range(count)}

        held = [results[at] for at in told if at in results]
        runs, replaced = spliced(runs, part, INTERVAL)

        results |= told
        assert runs == in_order(results)
        assert sorted(replaced) == sorted(held)
