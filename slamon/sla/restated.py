"""Old figures beside new ones: which objectives of a closed period say something else now."""

from __future__ import annotations

from collections.abc import Sequence

from slamon.sla.judgement import ObjectiveJudgement

Pair = tuple[ObjectiveJudgement | None, ObjectiveJudgement | None]


def differs(old: Sequence[ObjectiveJudgement], new: Sequence[ObjectiveJudgement]) -> bool:
    """Tell whether the figures of a closed period have changed; forecasts and notes are no figures (§4.12)."""
    return bool(changed(old, new))


def changed(
    old: Sequence[ObjectiveJudgement], new: Sequence[ObjectiveJudgement]
) -> tuple[Pair, ...]:
    """Give old and new of each objective whose figures differ; None where it has no figure."""
    before = {figure.objective: figure for figure in old}
    after = {figure.objective: figure for figure in new}
    pairs = [(before.get(name), after.get(name)) for name in dict.fromkeys((*before, *after))]
    return tuple(pair for pair in pairs if _figures(pair[0]) != _figures(pair[1]))


def _figures(said: ObjectiveJudgement | None) -> tuple[object, ...] | None:
    """What of a judgement is a figure, and what follows from it.

    An entry of a tally that holds no time is the same as none.
    """
    if said is None:
        return None
    measured, coverage = said.measured, said.coverage
    return (
        said.state,
        said.mode,
        said.target,
        (measured.good, measured.total, measured.ratio) if measured else None,
        (said.level.value, said.level.bound) if said.level else None,
        (coverage.known_us, coverage.agreed_us),
        {name: amount for name, amount in said.tally.items() if amount},
        said.breached_at,
        tuple((outage.from_, outage.to, outage.counted_us) for outage in said.outages),
        said.parts,
        said.in_a_row,
        said.remedy_due,
    )
