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
