"""What closing and restating ask of the read side."""

from __future__ import annotations

from typing import Protocol

from slamon.sla.judgement import ObjectiveJudgement


class Offer(Protocol):
    """Figures of a period, and what they rest on (instants in µs)."""

    @property
    def figures(self) -> tuple[ObjectiveJudgement, ...]:
        """Final figures of all its objectives."""

    @property
    def position(self) -> int:
        """The ledger position they rest on."""

    @property
    def period_end(self) -> int:
        """When the period ends."""

    @property
    def until(self) -> int:
        """Up to when all of them are known."""

    @property
    def touched(self) -> tuple[int, ...]:
        """Positions of facts that may have changed the period since it was closed or restated."""


class Books(Protocol):
    """The periods of all agreements."""

    def closings_due(self, now: int) -> tuple[tuple[str, str], ...]:
        """Agreement and label of the open periods whose closing time is over."""

    def touched_periods(self) -> tuple[tuple[str, str, int], ...]:
        """Closed periods that later facts may have changed, each with the newest position of them."""

    def closing(self, agreement: str, label: str, now: int) -> Offer | None:
        """The figures of a period as they are known now; None where there is no such agreement."""


def is_final(offer: Offer) -> bool:
    """Whether everything of the period has been reported, or is overdue, and no case waits to be decided."""
    open_yet = any(each.provisional or each.waiting for each in offer.figures)
    return offer.until >= offer.period_end and not open_yet
