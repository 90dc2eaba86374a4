"""From results to a state, second by second (rules P1 to P3, P6 and P7): slow, and obviously right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

LEVELS = {"good": "up", "degraded": "degraded"}


class Seen(NamedTuple):
    """A result: when the attempt began, what came of it, how long it speaks, when it was recorded."""

    at: int
    outcome: str
    speaks: int
    recorded: int = 0
    voids: bool = False


class Meaning(NamedTuple):
    """A result with the state it stands for, and whether it is a bad one that was not confirmed."""

    seen: Seen
    state: str
    unconfirmed: bool


def known(results: Sequence[Seen], as_of: int) -> list[Seen]:
    """Rule P1: of results for one instant the one recorded last holds; a void one removes it."""
    held = []
    for at in sorted({result.at for result in results}):
        versions = [each for each in results if each.at == at and each.recorded <= as_of]
        versions.sort(key=lambda each: each.recorded)
        if versions and not versions[-1].voids:
            held.append(versions[-1])
    return held


def kind(outcome: str) -> str:
    return "fine" if outcome in LEVELS else outcome


def rows(results: Sequence[Seen]) -> list[list[Seen]]:
    """Split results into rows of one kind, each within the time its predecessor speaks for."""
    found: list[list[Seen]] = []
    for result in results:
        last = found[-1][-1] if found else None
        follows = last is not None and result.at <= last.at + last.speaks
        if last is not None and follows and kind(last.outcome) == kind(result.outcome):
            found[-1].append(result)
        else:
            found.append([result])
    return found


def meanings(results: Sequence[Seen], confirm: int, recover: int) -> list[Meaning]:
    """Rule P3: row by row; a row too short for its change of state keeps the state before it."""
    said: list[Meaning] = []
    for row in rows(results):
        before = "unknown"
        if said and row[0].at <= said[-1].seen.at + said[-1].seen.speaks:
            before = said[-1].state
        for result in row:
            state = meaning(result, len(row), before, confirm, recover)
            lost = result.outcome == "bad" and "down" not in {state, before}
            said.append(Meaning(result, state, lost))
    return said


def meaning(result: Seen, length: int, before: str, confirm: int, recover: int) -> str:
    if result.outcome == "inconclusive":
        return "unknown"
    if result.outcome == "bad":
        return "down" if length >= confirm else before
    if before == "down" and length < recover:
        return "down"
    return LEVELS[result.outcome]


def states_of(
    results: Sequence[Seen], seconds: range, confirm: int = 1, recover: int = 1
) -> dict[int, str]:
    """Rule P2: at each second the newest result speaks, or none does and the state is unknown."""
    said = meanings(sorted(results), confirm, recover)
    states = {}
    for second in seconds:
        heard = [each for each in said if each.seen.at <= second]
        newest = heard[-1] if heard else None
        in_time = newest is not None and second < newest.seen.at + newest.seen.speaks
        states[second] = newest.state if newest is not None and in_time else "unknown"
    return states


def unconfirmed(results: Sequence[Seen], confirm: int, recover: int) -> list[int]:
    """Give the instants of the bad results that never became an outage."""
    said = meanings(sorted(results), confirm, recover)
    return [each.seen.at for each in said if each.unconfirmed]


def vouched(results: Sequence[Seen], control: Mapping[int, str]) -> list[Seen]:
    """Rule P7: what was observed while the control probe was bad or unknown is inconclusive."""
    return [
        each if control[each.at] in {"up", "degraded"} else each._replace(outcome="inconclusive")
        for each in results
    ]


def overlaid(states: Mapping[int, str], declared: Sequence[tuple[int, int, str]]) -> dict[int, str]:
    """Rule P6: a state declared by a person goes before what was probed; the one declared last holds."""
    said = dict(states)
    for begin, end, state in declared:
        for second in said:
            if begin <= second < end:
                said[second] = state
    return said
