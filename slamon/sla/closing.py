"""Closing: a finished period gets figures that stay, whatever is learned later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from slamon.sla.fact import Fact
from slamon.sla.judgement import ObjectiveJudgement


class PeriodClosed(Fact):
    """The figures of all objectives of an agreement in a period, as known at a position of the ledger.

    `code_version` and `tzdata` say with which rules they were computed.
    """

    figures: tuple[ObjectiveJudgement, ...]
    position: int
    code_version: str
    tzdata: str


class OpenPeriod(Fact):
    """Figures still follow the facts."""


class ClosedPeriod(Fact):
    """Figures are fixed."""

    closed: PeriodClosed


Closing = OpenPeriod | ClosedPeriod

START: Closing = OpenPeriod()


class ClosingError(Exception):
    """The period cannot be closed; the message says why."""


def evolve(closing: Closing, fact: PeriodClosed) -> Closing:
    """Give the state after a fact; the first closing stands."""
    match closing:
        case OpenPeriod():
            return ClosedPeriod(closed=fact)
        case ClosedPeriod():
            raise ClosingError("the period was closed twice")
    assert_never(closing)


def fold(facts: Iterable[PeriodClosed]) -> Closing:
    """Give the state after all facts of a period."""
    closing = START
    for fact in facts:
        closing = evolve(closing, fact)
    return closing


def close(
    closing: Closing, offered: PeriodClosed, *, period_end: int, until: int
) -> list[PeriodClosed]:
    """Close a period that ended at `period_end` with figures known until `until` (µs); a closed one stays as it is.

    Raises:
        ClosingError: the period has not ended, there is nothing to close, or a figure is provisional.

    """
    match closing:
        case ClosedPeriod():
            return []
        case OpenPeriod():
            _refuse_unfinished(offered, period_end=period_end, until=until)
            return [offered]
    assert_never(closing)


def _refuse_unfinished(offered: PeriodClosed, *, period_end: int, until: int) -> None:
    if until < period_end:
        raise ClosingError("the period has not ended yet")
    if not offered.figures:
        raise ClosingError("the agreement has no objective in this period")
    if provisional := [figure.objective for figure in offered.figures if figure.provisional]:
        raise ClosingError(f"figures are provisional: {', '.join(provisional)}")
