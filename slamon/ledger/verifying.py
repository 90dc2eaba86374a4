"""Check all stored facts against the seals over them, from the first position to the last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slamon.ledger import merkle
from slamon.ledger.codec import Row, UnreadableFactError, split
from slamon.ledger.coldfile import ColdFileError
from slamon.ledger.leaf import NOTHING, cold, leaf_of, parts
from slamon.ledger.locating import Fault, Search
from slamon.ledger.sealing import Made, rows
from slamon.ledger.seals import MARK, STREAM, LedgerSealed, chain_fault, marks, own_fault
from slamon.ledger.shelf import Shelf
from slamon.ledger.store import Ledger

FAULTS = 100  # named; more are counted
CONSEQUENCES = {"gap", "unreadable"}  # told behind the fault of a seal at the same position
BEFORE_ALL = -(2**62)

Anchor = Mapping[int, str]
"""Seals that somebody kept elsewhere: number and hash."""


@dataclass
class Verified:
    """What was found: `facts` were read, `sealed` of them are under one of `seals`, `unsealed` not yet.

    `faults` are the first hundred of `fault_count`, by position.
    `away` facts were checked by the digest of their cold part only, as that is in an archive; of `fetched` facts
    it was read from one.
    `anchored` seals are equal to those that somebody kept; those in `recognised` were kept as a hash alone.
    """

    facts: int = 0
    sealed: int = 0
    unsealed: int = 0
    seals: int = 0
    away: int = 0
    fetched: int = 0
    anchored: int = 0
    recognised: list[LedgerSealed] = field(default_factory=list)
    last_seal: LedgerSealed | None = None
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0

    @property
    def first(self) -> Fault | None:
        """The fault of the first position that does not fit."""
        return self.faults[0] if self.faults else None


def verify(
    ledger: Ledger,
    *,
    anchor: Anchor | None = None,
    hashes: Collection[str] = (),
    archives: Sequence[Path] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> Verified:
    """Read every fact as it is stored, and say whether it is what was sealed.

    1. Seal by seal, the facts it covers are hashed; if the root is another, its marks tell where.
    2. The seal itself must follow the one before, and be the one that was kept elsewhere, if one was;
       of `hashes` only it is known that each must be that of some seal.
    3. Facts behind the last seal are counted. All facts must be readable, all streams without gaps.
    4. A cold part that is away is read from the archives, and must be the one whose digest is stored.

    Raises:
        ColdFileError: a file is no archive.
        OSError: a file cannot be read.

    """
    walk = _Walk(ledger, progress, anchor or {}, frozenset(hashes), Shelf(archives))
    walk.before_the_first()
    last = ledger.position()
    for made in _readable_seals(walk):
        walk.under(made)
    walk.skip(last)
    walk.beyond_the_last()
    walk.find_again()
    walk.read_archives_on()
    return walk.found


def _readable_seals(walk: _Walk) -> Iterator[Made]:
    """Seal after seal; one that cannot be read is left out, and named when its position is reached."""
    version = 0
    while True:
        try:
            entry = next(walk.ledger.stream(STREAM, after=version, limit=1), None)
        except UnreadableFactError:
            version, walk.lost = version + 1, True
            continue
        if entry is None:
            return
        version = entry.version
        if isinstance(entry.fact, LedgerSealed):
            yield Made(entry.position, entry.recorded_at, entry.fact)


@dataclass
class _Walk:
    """How far the facts were read, and what was found on the way."""

    ledger: Ledger
    progress: Callable[[int], None]
    anchor: Anchor
    hashes: frozenset[str]
    shelf: Shelf
    found: Verified = field(default_factory=Verified)
    search: Search = field(default_factory=Search)
    reached: int = 0
    previous: LedgerSealed | None = None
    lost: bool = False  # a seal before this one could not be read
    _versions: dict[str, int] = field(default_factory=dict)

    def tell(self, fault: Fault) -> None:
        """Keep a fault; of very many only the first."""
        self.found.fault_count += 1
        faults = self.found.faults
        faults.append(fault)
        faults.sort(key=lambda each: (each.position, each.kind in CONSEQUENCES))
        del faults[FAULTS:]

    def before_the_first(self) -> None:
        """No fact stands before position 1."""
        for row in self.ledger.rows(BEFORE_ALL, limit=1, upto=0):
            said = f"a fact stands at position {row.position}, before the first"
            self.tell(Fault(row.position, "added", said))

    def read(self, upto: int) -> Iterator[tuple[int, bytes]]:
        """Position and leaf of the facts that follow; each is checked by itself on the way."""
        for row in rows(self.ledger, self.reached, upto):
            self.reached = row.position
            self.found.facts += 1
            warm, digest = parts(row, self.ledger.names)
            self._check(row, was_read=digest != NOTHING)  # to be parted, a batch was read
            if cold(row, warm) is None:
                self._fetch(row, digest)
            self.progress(row.position)
            yield row.position, leaf_of(row, warm, digest)

    def _fetch(self, row: Row, digest: bytes) -> None:
        """Look the cold part up that is away."""
        try:
            said = self.shelf.compare(row, digest)
        except ColdFileError as wrong:
            said, self.shelf = str(wrong), Shelf(())
        if said is None:
            self.found.away += 1
        elif said:
            self.tell(Fault(row.position, "archive", said))
        else:
            self.found.fetched += 1

    def read_archives_on(self) -> None:
        """Read the archives to their ends: only then is it known that they are as they were written."""
        try:
            self.shelf.read_on()
        except ColdFileError as wrong:
            self.tell(Fault(self.reached, "archive", str(wrong)))

    def _check(self, row: Row, *, was_read: bool) -> None:
        before = self._versions.get(row.stream, 0)
        self._versions[row.stream] = row.version
        where = f"{row.stream} version {row.version}"
        if row.version != before + 1:
            said = f"{where} follows version {before}: the stream has a gap, or is out of order"
            self.tell(Fault(row.position, "gap", said))
            self.search.may_be(row.position)
        try:
            _, payload = split(row.state)
            if not was_read:
                self.ledger.names.decode(row.name, payload)
        except ValueError as wrong:
            said = f"{where} cannot be read as {row.name}: {_first_line(wrong)}"
            self.tell(Fault(row.position, "unreadable", said))

    def under(self, made: Made) -> None:
        """Check the facts under a seal, then the seal."""
        seal, listed = made.seal, marks(made.seal)
        said = own_fault(seal) or (None if self.lost else chain_fault(self.previous, seal))
        if said:
            self.tell(Fault(made.position, "seal", f"seal {seal.number} {said}"))
        if listed and min(listed) > self.reached:
            if self.lost or not self._follows(seal):
                self.skip(min(listed) - 1)
            if not self._holds(listed, seal.root) and not said:
                said = f"seal {seal.number} is not the seal of the facts that it lists"
                self.tell(Fault(made.position, "seal", said))
        self._against_anchor(seal)
        self.found.seals += 1
        self.found.last_seal = self.previous = seal
        self.lost = not listed

    def _follows(self, seal: LedgerSealed) -> bool:
        """Whether no seal is missing before this one: then no fact may stand between the two."""
        return seal.number == (self.previous.number if self.previous else 0) + 1

    def skip(self, upto: int) -> None:
        """Read facts over which there is no seal."""
        for position, _ in self.read(upto):
            self.found.unsealed += 1
            self.search.may_be(position)

    def _holds(self, listed: Mapping[int, bytes], root: str) -> bool:
        """Whether the facts are those that a seal lists, and its root is theirs; what differs is told."""
        leaves = dict(self.read(max(listed)))
        self.found.sealed += len(leaves)
        if {at: leaf[:MARK] for at, leaf in leaves.items()} == listed:
            return merkle.root(list(leaves.values())).hex() == root
        for fault in self.search.under(listed, leaves):
            self.tell(fault)
        return True

    def find_again(self) -> None:
        """Tell what differs under the seals, and where the facts are that are not at their places."""
        for fault in self.search.faults(self._row_at, self.ledger.names):
            self.tell(fault)

    def _row_at(self, position: int) -> Row:
        return next(rows(self.ledger, position - 1, position))

    def _against_anchor(self, seal: LedgerSealed) -> None:
        if seal.hash in self.hashes:
            self.found.recognised.append(seal)
        kept = self.anchor.get(seal.number)
        if kept is None:
            return
        if kept == seal.hash:
            self.found.anchored += 1
            return
        said = (
            f"facts {seal.first} to {seal.last}, or facts before them, are not those of the seal that was kept: "
            f"the hash of seal {seal.number} was {kept} and is {seal.hash}"
        )
        self.tell(Fault(seal.first, "anchor", said))

    def beyond_the_last(self) -> None:
        """A seal that was kept must still be there."""
        have = self.previous.number if self.previous else 0
        gone = [number for number in self.anchor if number > have]
        if gone:
            said = (
                f"seal {min(gone)} was kept and is not in the ledger, which ends with seal {have}: "
                "facts were removed, or this is a backup older than the seal"
            )
            self.tell(Fault(self.reached + 1, "anchor", said))
        for each in sorted(self.hashes - {seal.hash for seal in self.found.recognised}):
            said = (
                f"no seal of this ledger has the hash {each} that was kept: facts and seals were made anew or removed, "
                "or this is a backup older than the seal, or another ledger"
            )
            self.tell(Fault(self.reached + 1, "kept", said))


def _first_line(wrong: ValueError) -> str:
    return (str(wrong).splitlines() or [type(wrong).__name__])[0]
