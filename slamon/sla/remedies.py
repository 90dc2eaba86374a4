"""Remedies: what follows from a breach, and from so many in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from catalogue.remedies import Action, Credit
from slamon.sla.credits import credit_ratio, credit_terms
from slamon.sla.judgement import Verdict

NEUTRAL: frozenset[Verdict] = frozenset({"not_measured", "not_applicable", "pending"})


@dataclass(frozen=True, slots=True)
class RemedyDue:
    """What is due for a period: an action (towards a party) or a credit, as a share of the charge.

    `breaches` are the consecutive breached periods it follows from.
    """

    kind: str
    breaches: int
    to: str | None = None
    credit: Fraction | None = None


def consecutive(verdicts: Sequence[Verdict]) -> int:
    """Count the breached periods in a row at the end; those without a figure neither count nor break it."""
    row = 0
    for verdict in reversed(verdicts):
        if verdict == "breached":
            row += 1
        elif verdict not in NEUTRAL:
            break
    return row


def due_at(after_periods: int, verdicts: Sequence[Verdict]) -> tuple[int, ...]:
    """Give the positions, from 1, of the periods at which a remedy falls due (§4.11).

    It falls due after so many breached periods in a row; a period without a figure (not measured, no agreed time, no
    case) neither counts nor breaks the row; after falling due the row starts again.
    """
    due: list[int] = []
    row = 0
    for position, verdict in enumerate(verdicts, start=1):
        if verdict == "breached":
            row += 1
        elif verdict not in NEUTRAL:
            row = 0
        if row == after_periods:
            due.append(position)
            row = 0
    return tuple(due)


def due(
    remedy: Credit | Action, verdicts: Sequence[Verdict], figure: Fraction | None = None
) -> RemedyDue | None:
    """Say what is due for the last of some periods in order of time, or None.

    `verdicts` are those of the periods that are closed, as rulings left them: a waived breach earns no remedy.
    `figure` is the exact result of the last period, for the tier of a credit.
    """
    if not verdicts or verdicts[-1] != "breached":
        return None
    row = consecutive(verdicts)
    if isinstance(remedy, Action):
        falls_due = len(verdicts) in due_at(remedy.after_periods, verdicts)
        return RemedyDue(remedy.kind, row, remedy.to) if falls_due else None
    terms = credit_terms(remedy)
    ratio = credit_ratio(terms.tiers, figure, terms.round_pct)
    return RemedyDue(remedy.kind, row, credit=ratio) if ratio else None
