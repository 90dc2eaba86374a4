"""Combination: one state from several places, probes or services, with what is unknown left undecided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from catalogue.intervals import Steps, zip_steps
from slamon.sla.judgement import Effect, State
from slamon.sla.structure import Tree, leaves
from slamon.sla.tally import Entry, Windows, effects, excluded

_RANK: dict[State, int] = {"up": 0, "degraded": 1, "down": 2}
_OPTIMIST: State = "up"
_PESSIMIST: State = "down"

Member = tuple[State, Effect | None]
"""The state of a member at an instant, and the effect of the exclusion it is under, if any."""


@lru_cache(maxsize=4096)
def kth_best(states: tuple[State, ...], k: int) -> State:
    """Give the k-th best state, or unknown where the unknown ones decide whether it is available (rule P5).

    Of the levels that agree on availability the worse admissible one is given.
    """
    best, worst = _ranked(states, k, _OPTIMIST), _ranked(states, k, _PESSIMIST)
    return worst if (best == "down") == (worst == "down") else "unknown"


def combine(timelines: Sequence[Steps[State]], k: int) -> Steps[State]:
    """Give the k-th best of several timelines at every instant that all of them cover."""
    if len(timelines) == 1:
        return timelines[0]
    return zip_steps(timelines).map(lambda states: kth_best(states, k))


def quorum(timelines: Sequence[Steps[State]], down: int) -> Steps[State]:
    """Combine places: it is down where at least `down` of them see it down; a silent place has no vote."""
    return combine(timelines, len(timelines) - down + 1)


def state_of(tree: Tree, states: Mapping[str, State]) -> State:
    """Give the state of a composite from those of its members (§4.9)."""
    if isinstance(tree, str):
        return states[tree]
    members = tuple(state_of(member, states) for member in tree.members)
    return kth_best(members, tree.needed)


def entry_of(tree: Tree, members: Mapping[str, Member]) -> Entry:
    """Say what an instant of a composite counts as, its excluded members judged by the counterfactual (§4.9).

    It is excluded where the composite would have been better, and available, had they been up.
    """
    actual = state_of(tree, {name: state for name, (state, _) in members.items()})
    # Of several exclusions the first in the order of the tree says what happens to the time.
    effect = next((e for name in leaves(tree) if (e := members[name][1])), None)
    if effect is None:
        return actual
    otherwise = state_of(
        tree, {name: "up" if excused else state for name, (state, excused) in members.items()}
    )
    better = otherwise == "up" != actual or (otherwise == "degraded" and actual in _NOT_AVAILABLE)
    return excluded(actual, effect, otherwise) if better else actual


_NOT_AVAILABLE = frozenset({"down", "unknown"})


def compose(
    tree: Tree, timelines: Mapping[str, Steps[State]], windows: Mapping[str, Windows]
) -> Steps[Entry]:
    """Give what every instant of a composite counts as; `windows` are those of members alone."""
    names = leaves(tree)
    if len(names) == 1 and not windows.get(names[0]):
        return timelines[names[0]]
    states: Steps[tuple[State, ...]] = zip_steps([timelines[name] for name in names])
    if not any(windows.get(name) for name in names):
        plain: Steps[Entry] = states.map(
            lambda at: state_of(tree, dict(zip(names, at, strict=True)))
        )
        return plain
    over = [effects(windows.get(name, ()), states.span) for name in names]
    both: Steps[tuple[tuple[State, ...] | tuple[Effect | None, ...], ...]] = zip_steps(
        [states, zip_steps(over)]
    )
    return both.map(lambda at: entry_of(tree, dict(zip(names, zip(*at, strict=True), strict=True))))


def _ranked(states: tuple[State, ...], k: int, instead: State) -> State:
    known = (instead if state == "unknown" else state for state in states)
    return sorted(known, key=_RANK.__getitem__)[k - 1]
