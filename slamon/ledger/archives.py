"""Archives: files that hold the cold parts of facts that left the ledger, and which of them hold what."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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


def holding(ledger: Ledger) -> list[ColdPartsArchived]:
    """The archives that hold what is not in the ledger, each with how many facts and bytes of it are away."""
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
