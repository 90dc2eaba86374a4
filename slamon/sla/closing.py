"""Closing: a finished period gets figures that stay; later facts restate them, and both are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from slamon.sla.fact import Fact
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.restated import differs

Figures = tuple[ObjectiveJudgement, ...]
ClosedBy = Literal["reviewer", "itself"]

CAUSES_NAMED = 100
REASONS_NAMED = 10


class PeriodClosed(Fact):
    """The figures of all objectives of an agreement in a period, as known at a position of the ledger (§4.12).

    `code_version` and `tzdata` say with which rules they were computed; `closed_by` whether a reviewer closed it, or
    the agreement's closing time had passed.
    """

    figures: Figures
    position: int
    code_version: str
    tzdata: str
    closed_by: ClosedBy = "reviewer"


class PeriodRestated(Fact):
    """Facts later than those that a closed period rests on have changed its figures (§4.12).

    `cause` are positions of these facts, at most 100 of the `causes` there are; `reasons` name them in words.
    `position` is the one that the new figures rest on.
    """

    old: Figures
    new: Figures
    cause: tuple[int, ...]
    causes: int
    reasons: tuple[str, ...]
    position: int
    code_version: str
    tzdata: str


ClosingFact = PeriodClosed | PeriodRestated


class OpenPeriod(Fact):
    """Figures still follow the facts."""


class ClosedPeriod(Fact):
    """Figures are fixed; `restated` is the newest restatement."""

    closed: PeriodClosed
    restated: PeriodRestated | None = None

    @property
    def figures(self) -> Figures:
        """The newest figures."""
        return self.restated.new if self.restated else self.closed.figures

    @property
    def position(self) -> int:
        """The ledger position that the newest figures rest on."""
        return self.restated.position if self.restated else self.closed.position


Closing = OpenPeriod | ClosedPeriod

START: Closing = OpenPeriod()


class ClosingError(Exception):
    """The period cannot be closed or restated; the message says why."""


@dataclass(frozen=True)
class JudgedAnew:
    """A closed period judged once more: the figures, the position they rest on, and what has come since.

    `cause` are the positions of all later facts that may have changed it, `reasons` their names in words.
    """

    figures: Figures
    position: int
    cause: Sequence[int]
    reasons: Sequence[str]
    code_version: str
    tzdata: str


def evolve(closing: Closing, fact: ClosingFact) -> Closing:
    """Give the state after a fact; the first closing stands, restatements follow it."""
    match closing, fact:
        case OpenPeriod(), PeriodClosed():
            return ClosedPeriod(closed=fact)
        case ClosedPeriod(), PeriodRestated():
            return ClosedPeriod(closed=closing.closed, restated=fact)
        case ClosedPeriod(), PeriodClosed():
            raise ClosingError("the period was closed twice")
        case _:
            raise ClosingError("the period was restated before it was closed")


def fold(facts: Iterable[ClosingFact]) -> Closing:
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
        raise ClosingError(
            "no objective of the agreement promises by such a period and holds in this one"
        )
    if provisional := [figure.objective for figure in offered.figures if figure.provisional]:
        raise ClosingError(f"figures are provisional: {', '.join(provisional)}")
    if waiting := [each for each in offered.figures if each.waiting]:
        # Undecided cases would change the figure by the passing of time, without any fact.
        told = ", ".join(f"{each.waiting} of {each.objective}" for each in waiting)
        raise ClosingError(f"cases are not decided yet, nor late: {told}; close when they are")


def restate(closing: Closing, anew: JudgedAnew) -> list[PeriodRestated]:
    """Restate a closed period whose figures have changed; equal figures, or older knowledge, change nothing.

    Raises:
        ClosingError: the period is open, or nothing has come since that could have changed it.

    """
    match closing:
        case OpenPeriod():
            raise ClosingError("the period is not closed, so there is nothing to restate")
        case ClosedPeriod():
            if anew.position <= closing.position or not differs(closing.figures, anew.figures):
                return []
            return [_restated(closing.figures, anew)]
    assert_never(closing)


def _restated(old: Figures, anew: JudgedAnew) -> PeriodRestated:
    cause = sorted(set(anew.cause))
    if not cause:
        raise ClosingError("no later fact explains the new figures")
    return PeriodRestated(
        old=old,
        new=anew.figures,
        cause=tuple(cause[:CAUSES_NAMED]),
        causes=len(cause),
        reasons=tuple(anew.reasons[:REASONS_NAMED]),
        position=anew.position,
        code_version=anew.code_version,
        tzdata=anew.tzdata,
    )
