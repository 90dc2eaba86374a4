"""The format of a ledger: programs too old to read what newer ones wrote refuse to open it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from slamon.ledger.store import ConflictError, Ledger

FORMAT = 3
"""What this program writes.

1: batches of layout 1. 2: batches of layout 2, seals, epochs, erased actors. 3: agents that are enrolled, pauses,
heartbeats, and probes of further kinds.
"""

STREAM = "format"


class FormatRaised(BaseModel):
    """From here on facts may stand that programs of a lower format cannot read."""

    # A later program may say more: these two are what every older one must understand.
    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int
    program: str


class FormatError(Exception):
    """The ledger was written by a newer program; nothing was touched."""


def refuse_newer(ledger: Ledger, known: int = FORMAT) -> None:
    """Refuse a ledger in which facts may stand that a program of format `known` cannot read.

    Raises:
        FormatError: its format is higher; the message names the program that raised it.

    """
    raised = _newest(ledger)
    if raised is not None and raised.format > known:
        message = (
            f"the ledger {ledger.shown()} has format {raised.format}, this program writes format {known}: "
            f"open it with slamon {raised.program} or newer; nothing was touched"
        )
        raise FormatError(message)


def raise_format(ledger: Ledger, program: str, wanted: int = FORMAT) -> int | None:
    """Say once that this program writes the ledger from now on; the position, None where that was said before."""
    raised = _newest(ledger)
    if raised is not None and raised.format >= wanted:
        return None
    fact = FormatRaised(format=wanted, program=program)
    try:
        return ledger.append(STREAM, [fact], after=ledger.version(STREAM), actor="slamon")
    except ConflictError:  # another program says it at this moment
        return raise_format(ledger, program, wanted)


def _newest(ledger: Ledger) -> FormatRaised | None:
    facts = [each.fact for each in ledger.stream(STREAM)]
    return max(
        (fact for fact in facts if isinstance(fact, FormatRaised)),
        key=lambda fact: fact.format,
        default=None,
    )
