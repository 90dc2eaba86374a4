"""What a period can be closed with."""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.agreements import Agreement
from slamon.sla.judgement import ObjectiveJudgement
from slamon.views import kept, periods
from slamon.views.judging import Frame
from slamon.views.store import read_position


@dataclass(frozen=True)
class ClosingOffer:
    """The figures with which a period can be closed, and what they rest on (instants in µs).

    `touched` are the positions of facts that may have changed it since, if it is closed already.
    """

    figures: tuple[ObjectiveJudgement, ...]
    position: int
    period_end: int
    until: int
    touched: tuple[int, ...] = ()


def offer(frame: Frame, agreement: Agreement, label: str) -> ClosingOffer:
    """The figures to close a period with.

    Raises:
        InstantError: the label names no period.

    """
    period = agreement.period(label)
    figures, until = periods.closing_figures(frame, agreement, period)
    position = read_position(frame.connection)
    touched = kept.touched(frame.connection, agreement.id, label)
    return ClosingOffer(figures, position, period.end, until, touched)
