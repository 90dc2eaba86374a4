"""Sign files of tickets: both parties stand by one before its figures are more than provisional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from catalogue.probing import Import
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import ConflictError, Ledger
from slamon.sla.tickets import (
    FileSigned,
    Side,
    Signature,
    SigningError,
    TicketsImported,
    sign,
)

SHORTEST = 8  # digits of a digest that name a file


@dataclass(frozen=True)
class TakenIn:
    """A file of which rows were recorded, by whom, and who signed it for which side."""

    file: str
    sha256: str
    rows: int
    position: int
    actor: str
    signatures: Mapping[Side, str]


def files(ledger: Ledger, source: str) -> tuple[TakenIn, ...]:
    """The files of a source in the order in which they were taken in."""
    found: dict[str, TakenIn] = {}
    for entry in ledger.stream(f"tickets:{source}"):
        if isinstance(fact := entry.fact, TicketsImported):
            rows, name = len(fact.ticket), fact.sha256
            new = TakenIn(fact.file, name, 0, entry.position, entry.actor, {})
            known = found.get(name, new)
            found[name] = replace(known, rows=known.rows + rows)
    for each in _signatures(ledger, source)[0]:
        signed = found[each.said.sha256]
        given = {**signed.signatures, each.said.side: each.actor}
        found[signed.sha256] = replace(signed, signatures=given)
    return tuple(found.values())


def sign_file(
    ledger: Ledger, record: Import, digest: str, side: Side, *, actor: str
) -> tuple[FileSigned, int | None]:
    """Sign the file of a digest (or its first digits) for one side; None: that side had signed it already.

    Raises:
        Refused: the record names nobody who signs for that side, or the same person signed for the other.
        Unknown: no file of that digest was taken in, or several begin so.

    """
    party = record.signed_by if side == "signed" else record.counter_signed_by
    if party is None:
        field = "signed_by" if side == "signed" else "counter_signed_by"
        message = f'{record.id} names nobody who signs: its record must say "{field}"'
        raise Refused(message)
    taken = _file(ledger, record.id, digest)
    wanted = FileSigned(file=taken.file, sha256=taken.sha256, side=side, party=party)
    given, version = _signatures(ledger, record.id)
    try:
        facts = sign(given, wanted, actor=actor)
        stream = f"signatures:{record.id}"
        return wanted, ledger.append(stream, facts, after=version, actor=actor, cause=None)
    except SigningError as wrong:
        raise Refused(str(wrong)) from None
    except ConflictError:
        message = f"somebody else signs files of {record.id} just now; try again"
        raise Refused(message) from None


def _file(ledger: Ledger, source: str, digest: str) -> TakenIn:
    known = files(ledger, source)
    found = [each for each in known if each.sha256.startswith(digest.lower())]
    if len(found) == 1 and len(digest) >= SHORTEST:
        return found[0]
    told = ", ".join(f"{each.sha256[:12]} ({each.file})" for each in known) or "none"
    message = (
        f"{digest!r} names no file of {source} by {SHORTEST} digits or more; taken in were {told}"
    )
    raise Unknown(message)


def _signatures(ledger: Ledger, source: str) -> tuple[list[Signature], int]:
    given: list[Signature] = []
    version = 0
    for entry in ledger.stream(f"signatures:{source}"):
        version = entry.version
        if isinstance(entry.fact, FileSigned):
            given.append(Signature(entry.fact, entry.actor))
    return given, version
