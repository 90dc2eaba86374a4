"""Archives: files that hold the cold parts of facts that left the ledger, and which of them hold what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from slamon.ledger.sealing import rows
from slamon.ledger.store import Ledger

STREAM = "ledger:archives"


class ArchiveFact(BaseModel):
    """What became of the cold parts of `count` facts, from position `first` to `last`, `size` bytes in all.

    `name` is that of the file, without its folder; `sha256` is of all that is in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    first: int
    last: int
    count: int
    size: int


class ColdPartsArchived(ArchiveFact):
    """They were copied into a file, and may leave the ledger from now on."""


class ColdPartsBroughtBack(ArchiveFact):
    """They were away, and are put back from a file from now on."""


def archives(ledger: Ledger) -> list[ColdPartsArchived]:
    """The archives of a ledger, oldest first; one that was used again after it was brought back is one."""
    facts = [entry.fact for entry in ledger.stream(STREAM)]
    files = {fact.sha256: fact for fact in facts if isinstance(fact, ColdPartsArchived)}
    return list(files.values())


@dataclass(frozen=True)
class Away:
    """Of how many facts the cold part is not in the ledger, its bytes in all, and the archives that hold it.

    Each archive says how many facts and bytes of it are away.
    """

    count: int
    size: int
    files: list[ColdPartsArchived]


def holding(ledger: Ledger) -> Away:
    """What is away, counted in the rows: a program may have been killed after it said what it was about to do.

    Where what was said does not come to that, an archive says how much is away of what lies between its first
    and its last; of two that overlap there, both may say it.
    """
    files, away, said = archives(ledger), _Tally(), _said(ledger)
    tallies = [(file, _Tally()) for file in files]
    for position, size in _away(ledger, files):
        away.add(size)
        for file, tally in tallies:
            if file.first <= position <= file.last:
                tally.add(size)
    if (away.count, away.size) != (sum(f.count for f in said), sum(f.size for f in said)):
        said = [file.model_copy(update=vars(tally)) for file, tally in tallies if tally.count]
    return Away(away.count, away.size, said)


@dataclass
class _Tally:
    count: int = 0
    size: int = 0

    def add(self, size: int) -> None:
        self.count += 1
        self.size += size


def _away(ledger: Ledger, files: Sequence[ArchiveFact]) -> Iterator[tuple[int, int]]:
    """Position and size of each cold part that archives may hold and the ledger does not."""
    if not files:
        return
    movings = ledger.names.movings
    first, last = min(file.first for file in files), max(file.last for file in files)
    for row in rows(ledger, first - 1, last):
        moving = movings.get(row.name)
        if moving and (size := moving.elsewhere(row.state.partition(b"\n")[2])):
            yield row.position, size


def _said(ledger: Ledger) -> list[ColdPartsArchived]:
    """By what was said: the archives of which something is away, and how much."""
    away: dict[str, ColdPartsArchived] = {}
    returned: dict[str, list[ColdPartsBroughtBack]] = {}
    for entry in ledger.stream(STREAM):
        if isinstance(fact := entry.fact, ColdPartsArchived):
            away[fact.sha256], returned[fact.sha256] = fact, []
        elif isinstance(fact, ColdPartsBroughtBack):
            returned.setdefault(fact.sha256, []).append(fact)
    left = (_less(fact, returned[sha256]) for sha256, fact in away.items())
    return [each for each in left if each.count]


def _within(fact: ArchiveFact, other: ArchiveFact) -> bool:
    return other.first <= fact.first and fact.last <= other.last


def _less(fact: ColdPartsArchived, returned: list[ColdPartsBroughtBack]) -> ColdPartsArchived:
    # One that lies within an earlier one went on with what was interrupted: it was counted there.
    counted = [e for at, e in enumerate(returned) if not any(_within(e, o) for o in returned[:at])]
    count = fact.count - sum(each.count for each in counted)
    size = fact.size - sum(each.size for each in counted)
    return fact.model_copy(update={"count": max(0, count), "size": max(0, size)})


def newest_of(ledger: Ledger, sha256: str) -> ArchiveFact | None:
    """What was said last of an archive; None of one that is new."""
    said = [entry.fact for entry in ledger.stream(STREAM)]
    of_it = [fact for fact in said if isinstance(fact, ArchiveFact) and fact.sha256 == sha256]
    return of_it[-1] if of_it else None


def whereabouts(ledger: Ledger, position: int) -> str:
    """A sentence that says where the cold part of a fact is that is not in the ledger, and how it comes back."""
    names = [each.name for each in archives(ledger) if each.first <= position <= each.last]
    if not names:
        return "its single results are in an archive that the ledger does not know"
    place = " or ".join(names)
    return (
        f"its single results are in the archive {place}: `slamon ledger bring-back` puts them back"
    )
