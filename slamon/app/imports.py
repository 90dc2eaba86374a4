"""Take in observations made elsewhere: each result once, a changed one as its correction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from probes.outcome import Outcome
from slamon.ledger.store import Ledger
from slamon.sla.imports import ObservationsImported

ROWS_PER_FACT = 1_000


class Result(NamedTuple):
    """One result of a file: the check it belongs to, when (µs), what came of it, how long it took (µs)."""

    check: str
    at: int
    outcome: Outcome
    latency_us: int | None


@dataclass(frozen=True)
class Source:
    """Where results come from: the import's id, the place it measured from, how long a result speaks (µs)."""

    id: str
    location: str
    validity_us: int


@dataclass(frozen=True)
class File:
    """The file they were read from."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Imported:
    """How many results were new, and how many the ledger knew already; `position` is None if none was new."""

    recorded: int
    known: int
    position: int | None


def record(
    ledger: Ledger,
    source: Source,
    file: File,
    results: Sequence[Result],
    *,
    actor: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Record what the ledger does not know yet, all in one transaction.

    Of results of one check at one instant the last one holds, whatever the ledger knew before.

    Raises:
        ConflictError: another import of this source was recorded meanwhile; nothing of this one was.

    """
    stream = f"imports:{source.id}"
    known, version = _known(ledger, stream)
    said = {(result.check, result.at): result for result in results}
    new = [r for key, r in said.items() if known.get(key) != (r.outcome, r.latency_us)]
    facts = []
    for start in range(0, len(new), ROWS_PER_FACT):
        facts.append(_fact(source, file, new[start : start + ROWS_PER_FACT]))
        progress(min(start + ROWS_PER_FACT, len(new)))
    position = ledger.append(stream, facts, after=version, actor=actor, cause=file.name)
    return Imported(len(new), len(results) - len(new), position)


def _known(
    ledger: Ledger, stream: str
) -> tuple[dict[tuple[str, int], tuple[Outcome, int | None]], int]:
    known: dict[tuple[str, int], tuple[Outcome, int | None]] = {}
    version = 0
    for entry in ledger.stream(stream):
        version = entry.version
        if isinstance(fact := entry.fact, ObservationsImported):
            columns = zip(fact.check, fact.at, fact.outcome, fact.latency_us, strict=True)
            for check, at, outcome, latency in columns:
                known[fact.checks[check], at] = (Outcome(outcome), latency)
    return known, version


def _fact(source: Source, file: File, results: Sequence[Result]) -> ObservationsImported:
    checks = tuple(sorted({result.check for result in results}))
    index = {check: n for n, check in enumerate(checks)}
    return ObservationsImported(
        file=file.name,
        sha256=file.sha256,
        location=source.location,
        validity_us=source.validity_us,
        checks=checks,
        check=tuple(index[result.check] for result in results),
        at=tuple(result.at for result in results),
        outcome=tuple(int(result.outcome) for result in results),
        latency_us=tuple(result.latency_us for result in results),
    )
