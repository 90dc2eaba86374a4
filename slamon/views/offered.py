"""What a period can be closed with."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.sla.judgement import ObjectiveJudgement


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
