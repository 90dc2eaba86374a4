"""Move cold parts of sealed facts into an archive, and back: copied and safe on disk first, then replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from slamon.ledger import coldfile
from slamon.ledger.archives import STREAM, ColdPartsArchived, ColdPartsBroughtBack, newest_of
from slamon.ledger.codec import Change, Moving, Row, payload_of
from slamon.ledger.coldfile import Archived, Cold, ColdFileError, Origin
from slamon.ledger.leaf import parts
from slamon.ledger.sealing import rows
from slamon.ledger.store import Ledger, LedgerFounded

AT_ONCE = 200  # facts changed in one transaction: a few MiB at the most, so that nobody waits long

Progress = Callable[[int], None]
Wanted = Callable[[Row], bool]
Move = Callable[[Moving, bytes, bytes], bytes]
"""What becomes of a payload, whose cold part this is."""


class Moved(NamedTuple):
    """Of how many facts cold parts were moved, how many bytes they have, and how many were there already."""

    facts: int
    size: int
    already: int


def gather(
    ledger: Ledger,
    upto: int,
    wanted: Wanted,
    progress: Progress = lambda _: None,
) -> Iterator[Cold]:
    """The cold parts, as long as they are here, of wanted facts up to a position, in order."""
    movings = ledger.names.movings
    for row in rows(ledger, 0, upto):
        progress(row.position)
        moving = movings.get(row.name)
        if moving is None or not wanted(row):
            continue
        if cold := moving.apart(payload_of(row))[1]:
            yield Cold(row.position, row.version, row.stream, cold)


def copied(founded: LedgerFounded, path: Path, found: Iterable[Cold]) -> Archived | None:
    """Write an archive, or check the one that is there; None where there is nothing to be archived.

    Raises:
        ColdFileError: what is there is no archive of this ledger, or it cannot be written.
        OSError: the file cannot be read or written.

    """
    if not path.exists():
        return coldfile.write(path, Origin(founded.ledger_id, founded.epoch), found)
    return whole(path, founded)


def whole(path: Path, founded: LedgerFounded) -> Archived:
    """An archive of this ledger, read from beginning to end.

    Raises:
        ColdFileError: it is none of this ledger, or not as it was written.
        OSError: it cannot be read.

    """
    must_be_of(path, founded)
    return coldfile.check(path)


def must_be_of(path: Path, founded: LedgerFounded) -> None:
    """Let nobody mistake the archive of another ledger for one of this.

    Raises:
        ColdFileError: it is an archive of another ledger, or none.
        OSError: it cannot be read.

    """
    ledger = coldfile.origin(path).ledger
    if ledger != founded.ledger_id:
        message = f"{path} is an archive of another ledger, {ledger}"
        raise ColdFileError(message)


def put_away(
    ledger: Ledger,
    archived: Archived,
    wanted: Wanted,
    *,
    actor: str,
    progress: Progress = lambda _: None,
) -> Moved:
    """Leave of the wanted facts of an archive only the digest of their cold part; repeated, it changes nothing more.

    Raises:
        ColdFileError: a fact's cold part is not the one in the archive; facts before it are archived.
        ConflictError: somebody else archives at this moment.

    """
    _note(ledger, archived, actor)
    return _each(ledger, coldfile.parts_of(archived.path), _away, wanted, progress)


def bring_back(
    ledger: Ledger,
    archived: Archived,
    first: int,
    last: int,
    *,
    actor: str,
    progress: Progress = lambda _: None,
) -> Moved:
    """Put the cold parts of an archive back that belong to positions `first` to `last`; the ledger says who did.

    Raises:
        ColdFileError: a cold part is not that of its fact; nothing was changed.
        ConflictError: somebody else archives, or brings back, at this moment.

    """
    _note_return(ledger, archived, _between(archived, first, last), actor)
    return _each(ledger, _between(archived, first, last), _back, lambda _: True, progress)


def _between(archived: Archived, first: int, last: int) -> Iterator[Cold]:
    found = coldfile.parts_of(archived.path)
    return (cold for cold in found if first <= cold.position <= last)


def _note(ledger: Ledger, archived: Archived, actor: str) -> None:
    """Say which file it is, before anything is missed in the ledger; once, unless it was brought back meanwhile."""
    after = ledger.version(STREAM)
    if isinstance(newest_of(ledger, archived.sha256), ColdPartsArchived):
        return
    fact = ColdPartsArchived(
        name=archived.path.name,
        sha256=archived.sha256,
        first=archived.first,
        last=archived.last,
        count=archived.count,
        size=archived.size,
    )
    ledger.append(STREAM, [fact], after=after, actor=actor)


def _note_return(ledger: Ledger, archived: Archived, found: Iterator[Cold], actor: str) -> None:
    """Say what is put back, before a row is changed; nothing where nothing of it is away."""
    after = ledger.version(STREAM)
    first = last = count = size = 0
    for changes in _changes(ledger, found, _back):
        for cold in (cold for cold, change in changes.items() if change):
            first, last = first or cold.position, cold.position
            count, size = count + 1, size + len(cold.cold)
    if not count:
        return
    fact = ColdPartsBroughtBack(
        name=archived.path.name,
        sha256=archived.sha256,
        first=first,
        last=last,
        count=count,
        size=size,
    )
    ledger.append(STREAM, [fact], after=after, actor=actor)


def _each(
    ledger: Ledger,
    found: Iterator[Cold],
    move: Move,
    wanted: Wanted,
    progress: Progress,
) -> Moved:
    facts = size = already = 0
    for changes in _changes(ledger, found, move):
        already += sum(each is None for each in changes.values())
        chosen = {c: each for c, each in changes.items() if each and wanted(each.row)}
        ledger.replace(list(chosen.values()))
        facts, size = facts + len(chosen), size + sum(len(c.cold) for c in chosen)
        progress(max(cold.position for cold in changes))
    return Moved(facts, size, already)


def _changes(
    ledger: Ledger, found: Iterator[Cold], move: Move
) -> Iterator[dict[Cold, Change | None]]:
    """What becomes of each fact, some at a time, in order.

    Raises:
        ColdFileError: a cold part is not that of its fact.

    """
    while some := list(islice(found, AT_ONCE)):
        held = {row.position: row for row in _rows_of(ledger, some)}
        yield {c: _change(ledger, held.get(c.position), c, move) for c in some}


def _rows_of(ledger: Ledger, some: list[Cold]) -> Iterator[Row]:
    wanted = {cold.position for cold in some}
    found = rows(ledger, some[0].position - 1, some[-1].position)
    return (row for row in found if row.position in wanted)


def _change(ledger: Ledger, row: Row | None, cold: Cold, move: Move) -> Change | None:
    """What becomes of a fact; None where it is so already.

    Raises:
        ColdFileError: this is not its cold part.

    """
    if row is None or not belongs(ledger, row, cold):
        message = f"the fact of position {cold.position} in the archive is not that of the ledger"
        raise ColdFileError(message)
    envelope, feed, payload = row.state.partition(b"\n")
    state = envelope + feed + move(ledger.names.movings[row.name], payload, cold.cold)
    return None if state == row.state else Change(row, state)


def _away(moving: Moving, payload: bytes, _: bytes) -> bytes:
    return moving.apart(payload)[0]


def _back(moving: Moving, payload: bytes, cold: bytes) -> bytes:
    return moving.together(payload, cold)


def belongs(ledger: Ledger, row: Row, cold: Cold) -> bool:
    """Whether a cold part of an archive is that of a stored fact."""
    if (row.stream, row.version) != (cold.stream, cold.version):
        return False
    if row.name not in ledger.names.movings:
        return False
    return parts(row, ledger.names)[1] == sha256(cold.cold).digest()
