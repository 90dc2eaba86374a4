"""Close the periods that no reviewer closed within the closing time of their agreement."""

from __future__ import annotations

from typing import NamedTuple

from slamon.app import reviews
from slamon.app.books import Books, Offer, is_final
from slamon.app.program import ITSELF, this_program
from slamon.ledger.store import Ledger
from slamon.sla.closing import PeriodClosed


class Closed(NamedTuple):
    """A period that was closed by itself; `position` is that of the last fact recorded with it."""

    agreement: str
    label: str
    position: int


def close_due(ledger: Ledger, books: Books, now: int) -> list[Closed]:
    """Close every period whose closing time is over and whose figures are known to its end (§4.12)."""
    done = []
    for agreement, label in books.closings_due(now):
        offer = books.closing(agreement, label, now)
        if offer is None or not offer.figures or not is_final(offer):
            continue
        position = _close(ledger, agreement, label, offer)
        if position is not None:
            done.append(Closed(agreement, label, position))
    return done


def _close(ledger: Ledger, agreement: str, label: str, offer: Offer) -> int | None:
    program = this_program()
    return reviews.close(
        ledger,
        agreement,
        label,
        PeriodClosed(
            figures=offer.figures,
            position=offer.position,
            code_version=program.code_version,
            tzdata=program.tzdata,
            closed_by="itself",
        ),
        period_end=offer.period_end,
        until=offer.until,
        actor=ITSELF,
    )
