"""A proof that a fact is under a seal: what is stored of it, its way to the root, and the seals that follow.

`docs/verify/check_proof.py` checks it without slamon; what a proof holds is what that script recomputes.
"""

from __future__ import annotations

import json
from base64 import b64encode

from pydantic import BaseModel, ConfigDict

from slamon.ledger import merkle
from slamon.ledger.codec import Names, Row, UnreadableFactError
from slamon.ledger.leaf import cold, leaf, parts
from slamon.ledger.sealing import Made, newest, rows, seals
from slamon.ledger.seals import LedgerSealed
from slamon.ledger.store import Ledger

FORM = "slamon-proof/1"


class NotProvableError(ValueError):
    """There is no fact at that position, or no seal over it that holds; the sentence says which."""


class _Proved(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FactProved(_Proved):
    """A fact as it is stored: what stands there, in base64, and what of it people can read.

    `cold` is null where that part is in an archive; `payload` where it is not JSON.
    """

    position: int
    stream: str
    version: int
    name: str
    envelope: dict[str, object]
    payload: object
    warm: str
    cold: str | None
    cold_sha256: str


class SealProved(_Proved):
    """What the hash of a seal is made of, and the hash."""

    number: int
    first: int
    last: int
    count: int
    previous: str
    root: str
    hash: str


class Proof(_Proved):
    """A fact, its index and path in the tree of `seals[0]`, and the seals up to the newest."""

    form: str
    fact: FactProved
    index: int
    path: tuple[str, ...]
    seals: tuple[SealProved, ...]


def prove(ledger: Ledger, position: int, upto: int | None = None) -> Proof:
    """The proof of the fact at a position, by the seals that were made up to another, or by all.

    Raises:
        NotProvableError: there is none, it is not sealed yet, or the facts are not those that were sealed.

    """
    known = upto is None or position <= upto
    row = next(rows(ledger, position - 1, position), None) if known else None
    if row is None:
        message = f"there is no fact at position {position}"
        raise NotProvableError(message)
    try:
        seal = _over(ledger, position, upto)
        index, path = _path(ledger, row, seal)
        after = tuple(_seal(made.seal) for made in seals(ledger, after=seal.number - 1, upto=upto))
    except UnreadableFactError as damaged:
        message = f"a seal is damaged: `slamon ledger verify` says more ({damaged})"
        raise NotProvableError(message) from None
    fact = _fact(row, ledger.names)
    return Proof(form=FORM, fact=fact, index=index, path=path, seals=after)


def _path(ledger: Ledger, row: Row, seal: LedgerSealed) -> tuple[int, tuple[str, ...]]:
    """The index of a fact in the tree of a seal, and its way to the root."""
    found = list(rows(ledger, seal.first - 1, seal.last))
    leaves = [leaf(each, ledger.names) for each in found]
    if merkle.root(leaves).hex() != seal.root:
        message = f"the facts under seal {seal.number} are not those that were sealed: `slamon ledger verify` says more"
        raise NotProvableError(message)
    index = [each.position for each in found].index(row.position)
    return index, tuple(step.hex() for step in merkle.path(leaves, index))


def _over(ledger: Ledger, position: int, upto: int | None) -> LedgerSealed:
    """The seal over a position, made up to another: the first that reaches so far."""
    last = newest(ledger)
    made = None if last is None or last.seal.last < position else _first(ledger, position, last)
    if made is None:
        message = (
            f"position {position} is not under a seal yet: slamon makes one from time to time, "
            "as a rule every hour; `slamon ledger seal` makes one at once"
        )
        raise NotProvableError(message)
    if upto is not None and made.position > upto:
        message = f"position {position} was not under a seal yet when the ledger stood at {upto}"
        raise NotProvableError(message)
    return made.seal


def _first(ledger: Ledger, position: int, last: Made) -> Made:
    """The first seal up to the last that reaches to a position."""
    low, high = 1, last.seal.number
    while low < high:
        middle = (low + high) // 2
        found = next(seals(ledger, after=middle - 1))
        low, high = (low, middle) if found.seal.last >= position else (middle + 1, high)
    return next(seals(ledger, after=low - 1))


def _fact(row: Row, names: Names) -> FactProved:
    try:
        return _shown(row, names)
    except (ValueError, RecursionError):
        message = (
            f"the fact of position {row.position} cannot be read: `slamon ledger verify` says more"
        )
        raise NotProvableError(message) from None


def _shown(row: Row, names: Names) -> FactProved:
    warm, digest = parts(row, names)
    kept = cold(row, warm)
    envelope, _, payload = row.state.partition(b"\n")
    return FactProved(
        position=row.position,
        stream=row.stream,
        version=row.version,
        name=row.name,
        envelope=json.loads(envelope),
        payload=None if row.name in names.partings else json.loads(payload),
        warm=b64encode(warm).decode(),
        cold=None if kept is None else b64encode(kept).decode(),
        cold_sha256=digest.hex(),
    )


def _seal(seal: LedgerSealed) -> SealProved:
    return SealProved(
        number=seal.number,
        first=seal.first,
        last=seal.last,
        count=seal.count,
        previous=seal.previous,
        root=seal.root,
        hash=seal.hash,
    )
