"""Archives: files that hold the cold parts of facts that left the ledger, and which of them hold what."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from slamon.ledger.store import Ledger

STREAM = "ledger:archives"


class ColdPartsArchived(BaseModel):
    """The cold parts of `count` facts between two positions, `size` bytes, were copied into a file.

    `name` is that of the file when it was made, without its folder; `sha256` is of all that is in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    first: int
    last: int
    count: int
    size: int


def archives(ledger: Ledger) -> list[ColdPartsArchived]:
    """The archives of a ledger, oldest first."""
    facts = [entry.fact for entry in ledger.stream(STREAM)]
    return [fact for fact in facts if isinstance(fact, ColdPartsArchived)]


def whereabouts(ledger: Ledger, position: int) -> str:
    """A sentence that says where the cold part of a fact is that is not in the ledger, and how it comes back."""
    names = [each.name for each in archives(ledger) if each.first <= position <= each.last]
    if not names:
        return "its single results are in an archive that the ledger does not know"
    place = " or ".join(names)
    return (
        f"its single results are in the archive {place}: `slamon ledger bring-back` puts them back"
    )
