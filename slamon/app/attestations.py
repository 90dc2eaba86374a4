"""Answer attestations."""

from __future__ import annotations

from catalogue.attesting import named
from catalogue.instants import format_instant
from catalogue.probing import Attestation
from slamon.app.refused import Refused
from slamon.ledger.store import ConflictError, Ledger
from slamon.sla.attesting import Answer, AttestationAnswered, AttestingError, answer


def attest(
    ledger: Ledger,
    record: Attestation,
    label: str,
    said: Answer,
    *,
    tz: str,
    note: str = "",
    correction: str | None = None,
    now: int,
    actor: str,
) -> int | None:
    """Answer for a period; the position of the fact, None if it stood before.

    Raises:
        InstantError: the label names no period that is asked about.
        Refused: the period has not begun, or another answer stands.

    """
    period = named(record.every, label, tz)
    if period.begin > now:
        message = f"{label} begins at {format_instant(period.begin)}: nobody can answer for it yet"
        raise Refused(message)
    wanted = AttestationAnswered(
        period=period.label, answer=said, party=record.answered_by, note=note, because=correction
    )
    stream = f"answers:{record.id}"
    before: AttestationAnswered | None = None
    version = 0
    for entry in ledger.stream(stream):
        version = entry.version
        if isinstance(fact := entry.fact, AttestationAnswered) and fact.period == period.label:
            before = fact
    try:
        facts = answer(before, wanted)
        return ledger.append(stream, facts, after=version, actor=actor, cause=None)
    except AttestingError as wrong:
        raise Refused(str(wrong)) from None
    except ConflictError:
        message = f"somebody else answers {record.id} just now; try again"
        raise Refused(message) from None
