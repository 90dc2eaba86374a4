"""What follows from a breach, in view of the periods before it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from pydantic import TypeAdapter
from sqlalchemy import Connection

from catalogue.agreements import Agreement
from catalogue.instants import parse_duration
from catalogue.periods import Period
from catalogue.remedies import Credit, Remedy
from slamon.sla.credits import less_deductible
from slamon.sla.judgement import InARow, ObjectiveJudgement, RemedyDue, Verdict
from slamon.sla.remedies import consecutive, due
from slamon.views import kept

_REMEDY: TypeAdapter[Remedy] = TypeAdapter(Remedy)
_CENT = Decimal("0.01")


def with_consequences(
    connection: Connection, agreement: Agreement, period: Period, figure: ObjectiveJudgement
) -> ObjectiveJudgement:
    """A breach of a promise in force with what is due for it; any other figure as it is (§4.11).

    A breach that was waived is forgiven: in a row of breaches it counts as a promise kept.
    """
    remedy = remedy_of(figure)
    if figure.state != "breached" or remedy is None:
        return figure
    if isinstance(remedy, Credit) and figure.in_a_row is None:
        return figure.model_copy(update={"remedy_due": _due(remedy, ("breached",), figure)})
    verdicts = (*_before(connection, agreement, period, figure.objective), figure.state)
    row = figure.in_a_row
    if row is not None:
        row = InARow(wanted=row.wanted, missed=consecutive(verdicts))
        if row.missed < row.wanted:
            return figure.model_copy(update={"in_a_row": row})
    return figure.model_copy(update={"in_a_row": row, "remedy_due": _due(remedy, verdicts, figure)})


def remedy_of(figure: ObjectiveJudgement) -> Remedy | None:
    """What the agreement provides for a breach, by the terms the figure was judged by; None if nothing."""
    return None if figure.remedy is None else _REMEDY.validate_json(json.dumps(figure.remedy))


def _due(
    remedy: Remedy, verdicts: Sequence[Verdict], figure: ObjectiveJudgement
) -> RemedyDue | None:
    found = due(remedy, verdicts, figure_for(remedy, figure))
    if found is None:
        return None
    percent = None
    if isinstance(remedy, Credit) and found.credit is not None:
        percent = percent_of(min(found.credit, Fraction(remedy.cap_percent) / 100))
    return RemedyDue(kind=found.kind, breaches=found.breaches, to=found.to, credit_percent=percent)


def figure_for(remedy: Remedy, figure: ObjectiveJudgement) -> Fraction | None:
    """The figure that tiers are looked up by: bad time up to a deductible earns nothing; cases have none."""
    measured = figure.measured
    if measured is None:
        return None
    if not isinstance(remedy, Credit) or remedy.deductible is None or measured.unit != "us":
        return Fraction(measured.ratio)
    deductible = parse_duration(remedy.deductible).exact()
    return less_deductible(measured.good, measured.total - measured.good, deductible)


def percent_of(share: Fraction) -> str:
    """Write a share as a percent with two decimals."""
    exact = share * 100
    return str((Decimal(exact.numerator) / exact.denominator).quantize(_CENT))


def _before(
    connection: Connection, agreement: Agreement, period: Period, objective: str
) -> tuple[Verdict, ...]:
    """The verdicts of the closed periods that lead up to one without a gap, in order of time."""
    verdicts: list[Verdict] = []
    for each in _leading_up(connection, agreement, period):
        closed = kept.closed_period(connection, agreement.id, each.label)
        figures = closed.figures if closed else ()
        states = [figure.state for figure in figures if figure.objective == objective]
        waived = kept.is_waived(connection, f"{agreement.id}.{objective}.{each.label}")
        verdicts += ["met"] if waived else states
    return tuple(verdicts)


def _leading_up(connection: Connection, agreement: Agreement, period: Period) -> list[Period]:
    """The closed periods before one, back to the first that is not closed: of that nobody has said yet what it was."""
    closed = frozenset(kept.closed_labels(connection, agreement.id))
    found: list[Period] = []
    before = period
    while before.unit not in {"term", "rolling"} and (before := before.previous()).label in closed:
        found.append(before)
    return found[::-1]
