"""What became of things, in words: what is due of a breach, what a window came to, what a restatement changed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from slamon.sla.judgement import ObjectiveJudgement
from slamon.views.answers import BreachDetail
from slamon.views.rulings import ExclusionLine
from slamon.web import figures, measures, telling
from slamon.web.texts import Language


def due(t: Language, breach: BreachDetail) -> str | None:
    """Say what is due by the figure that holds now; of a breach withdrawn or waived that is nothing."""
    if breach.line.status in {"withdrawn", "waived"}:
        return t(f"breach.nothing_due.{breach.line.status}")
    found = breach.holds.remedy_due if breach.holds else None
    return telling.remedy_due(t, found) if found else None


def window(t: Language, line: ExclusionLine) -> str:
    """Say how a window stands: a grant does not exclude what a rule keeps in the judgement."""
    status = t(f"exclusion.{line.status}")
    if line.status != "granted" or not line.kept_by:
        return status
    rules = ", ".join(t(f"exclusion.rule.{rule}") for rule in line.kept_by)
    return t("exclusion.granted_partly" if line.excludes else "exclusion.granted_but", rules=rules)


def plain(exact: str) -> str:
    """Write an exact number (num/den) as a whole number where it is one."""
    value = Fraction(exact)
    return figures.number(value.numerator) if value.denominator == 1 else exact


def differences(
    t: Language, said: ObjectiveJudgement | None, other: ObjectiveJudgement | None
) -> list[str]:
    """Say in exact figures what tells one judgement from another that looks the same at a glance."""
    if said is None or other is None or _glance(said) != _glance(other):
        return []
    return list(_exact(t, said, other))


def _glance(said: ObjectiveJudgement) -> tuple[object, ...]:
    return said.state, said.measured.percent if said.measured else None, said.level


def _exact(t: Language, said: ObjectiveJudgement, other: ObjectiveJudgement) -> Iterator[str]:
    if said.measured and said.measured != other.measured:
        yield said.measured.ratio
    for key in dict.fromkeys((*said.tally, *other.tally)):
        us = said.tally.get(key, 0)
        if us != other.tally.get(key, 0):
            yield t(
                "period.differs_time", entry=measures.tallied(t, key), time=figures.duration(t, us)
            )
    if len(said.outages) != len(other.outages):
        yield t("outage.number", count=len(said.outages))
    if said.remedy_due != other.remedy_due:
        yield (
            telling.remedy_due(t, said.remedy_due)
            if said.remedy_due
            else t("breach.nothing_due.now")
        )
