"""The obvious way to compute availability: one loop over every result, no runs, no days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.intervals import Intervals, total
from probes.outcome import Outcome
from slamon.sla.runs import Result


@dataclass(frozen=True)
class PlainTally:
    """Counted time by state (µs)."""

    up: int
    down: int
    unknown: int


def tally_by_result(
    results: Sequence[Result], counted: Intervals, validity: int, confirm: int
) -> PlainTally:
    """Let each result speak until the next one, at most for its validity, inside the counted time."""
    spent = {"up": 0, "down": 0, "unknown": 0}
    states = _states(results, validity, confirm)
    place = 0
    for index, (at, _) in enumerate(results):
        end = at + validity
        if index + 1 < len(results):
            end = min(end, results[index + 1][0])
        while place < len(counted) and counted[place][1] <= at:
            place += 1
        within = place
        while within < len(counted) and counted[within][0] < end:
            first, last = counted[within]
            spent[states[index]] += min(end, last) - max(at, first)
            within += 1
    known = spent["up"] + spent["down"]
    return PlainTally(spent["up"], spent["down"], total(counted) - known)


def _states(results: Sequence[Result], validity: int, confirm: int) -> list[str]:
    """The state from each result on; the results that confirm an outage are down from the first."""
    states: list[str] = []
    state, failures, previous = "unknown", 0, 0
    for at, outcome in results:
        if at - previous > validity:
            state, failures = "unknown", 0
        previous = at
        if outcome is not Outcome.BAD:
            state, failures = "up", 0
            states.append(state)
            continue
        failures += 1
        if state != "down" and failures >= confirm:
            state = "down"
            states[len(states) - confirm + 1 :] = ["down"] * (confirm - 1)
        states.append(state)
    return states
