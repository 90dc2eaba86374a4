"""A ledger with batches under a seal, whose cold parts leave and come back."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from probes.batch import Edge, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome
from slamon.history import NAMES
from slamon.ledger import archiving
from slamon.ledger.codec import Names
from slamon.ledger.coldfile import Archived
from slamon.ledger.sealing import seal
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.sla.review import BreachUpheld

MANY = 12
ROWS = 300
STREAM = "observations:bonn:8f:2026-01-01"


def _batch(number: int, rows: int = ROWS) -> ObservationsRecorded:
    """A batch with columns that cannot be compressed, and some evidence."""
    chance = random.Random(number)
    begin = number * 60_000_000
    return ObservationsRecorded.of(
        1,
        begin,
        begin + 60_000_000,
        edges=[Edge(0, begin + 7, Outcome.GOOD)],
        missing=[],
        latency=[chance.randrange(1_000_000) for _ in range(rows)],
        lateness=[chance.randrange(50) for _ in range(rows)],
        evidence={3: Evidence(reason="refused", text=f"number {number}")},
    )


def _everything(_: object) -> bool:
    return True


def _copied(ledger: Ledger, founded: LedgerFounded, file: Path) -> Archived:
    found = archiving.gather(ledger, ledger.position(), _everything)
    made = archiving.copied(founded, file, found)
    assert made is not None
    return made


def _batches(ledger: Ledger) -> list[ObservationsRecorded]:
    facts = [entry.fact for entry in ledger.stream(STREAM)]
    return [fact for fact in facts if isinstance(fact, ObservationsRecorded)]


@pytest.fixture
def names() -> Names:
    """All names: batches are the facts that have a cold part."""
    return NAMES


@pytest.fixture
def founded(ledger: Ledger) -> LedgerFounded:
    return ledger.found("0123456789abcdef")


@pytest.fixture
def sealed(ledger: Ledger, founded: LedgerFounded) -> Ledger:
    """A ruling (position 2), batches (from 3 on), another ruling, and a seal over all of it."""
    assert founded.epoch == 1
    ruling = BreachUpheld(reason="it stands")
    ledger.append("breach:a:o1:2026-01", [ruling], after=0, actor="ann")
    facts = [_batch(number) for number in range(1, MANY + 1)]
    ledger.append(STREAM, facts, after=0, actor="agent:bonn")
    ledger.append("breach:a:o1:2026-01", [ruling], after=1, actor="ann")
    seal(ledger, actor="slamon")
    return ledger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cold-2026.slamon"


@pytest.fixture
def before(sealed: Ledger) -> list[Any]:
    """What is stored while all of it is there."""
    return sealed.rows(0, limit=100)


@pytest.fixture
def archived(before: list[Any], sealed: Ledger, founded: LedgerFounded, file: Path) -> Archived:
    """The archive of all batches, which have only digests any more."""
    assert before
    made = _copied(sealed, founded, file)
    archiving.put_away(sealed, made, _everything, actor="ann")
    return made


@pytest.fixture
def batch() -> Callable[..., Any]:
    """A batch with columns that cannot be compressed, and some evidence: `batch(number, rows)`."""
    return _batch


@pytest.fixture
def everything() -> Callable[..., Any]:
    """What chooses every fact."""
    return _everything


@pytest.fixture
def copied() -> Callable[..., Any]:
    """Write the archive of all that has a cold part here."""
    return _copied


@pytest.fixture
def batches() -> Callable[..., Any]:
    """The batches of a ledger, in order."""
    return _batches
