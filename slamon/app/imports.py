"""Take in files: each observation, ticket, level and claim once, a changed one as its correction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from probes.outcome import Outcome
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla.disputing import CounterEvidenceImported
from slamon.sla.imports import ObservationsImported
from slamon.sla.levels import LevelsImported
from slamon.sla.tickets import TicketsImported

R = TypeVar("R")
Progress = Callable[[int], None]

ROWS_PER_FACT = 1_000


class Result(NamedTuple):
    """One result of a file: the check it belongs to, when (µs), what came of it, how long it took (µs)."""

    check: str
    at: int
    outcome: Outcome
    latency_us: int | None


class Ticket(NamedTuple):
    """A ticket of a file: instants and pauses in µs; None for what has not happened yet.

    `pauses` are spans where they are known, `priorities` from when it had which where that changed.
    """

    ticket: str
    opened: int
    responded: int | None
    resolved: int | None
    priority: str
    paused_us: int
    pauses: tuple[tuple[int, int], ...] = ()
    priorities: tuple[tuple[int, str], ...] = ()


class Level(NamedTuple):
    """A number read off at an instant (µs), exact, as typed."""

    at: int
    value: str


class Claim(NamedTuple):
    """Downtime of a service as its provider claims it: `[begin, end)` in µs."""

    service: str
    begin: int
    end: int
    cause: str


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
    """How many rows were new, and how many the ledger knew already; `position` is None if none was new."""

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
    progress: Progress = lambda _: None,
) -> Imported:
    """Record what the ledger does not know yet, all in one transaction.

    Of results of one check at one instant the last one holds, whatever the ledger knew before.

    Raises:
        ConflictError: another import of this source was recorded meanwhile; nothing of this one was.

    """
    stream = f"imports:{source.id}"
    known, version = _known(ledger, stream, _results_of)
    said = {(result.check, result.at): result for result in results}
    new = [r for key, r in said.items() if known.get(key) != (r.outcome, r.latency_us)]
    facts = _facts(new, lambda part: _observations(source, file, part), progress)
    position = ledger.append(stream, facts, after=version, actor=actor, cause=file.name)
    return Imported(len(new), len(results) - len(new), position)


def record_tickets(
    ledger: Ledger,
    source: str,
    file: File,
    tickets: Sequence[Ticket],
    *,
    actor: str,
    progress: Progress = lambda _: None,
) -> Imported:
    """Record the tickets that the ledger does not know so yet, all in one transaction.

    Raises:
        ConflictError: another import of this source was recorded meanwhile; nothing of this one was.

    """
    stream = f"tickets:{source}"
    known, version = _known(ledger, stream, _tickets_of)
    said = {ticket.ticket: ticket for ticket in tickets}
    new = [ticket for name, ticket in said.items() if known.get(name) != ticket]
    facts = _facts(new, lambda part: _tickets(file, part), progress)
    position = ledger.append(stream, facts, after=version, actor=actor, cause=file.name)
    return Imported(len(new), len(tickets) - len(new), position)


def record_levels(
    ledger: Ledger,
    source: str,
    file: File,
    levels: Sequence[Level],
    *,
    actor: str,
    progress: Progress = lambda _: None,
) -> Imported:
    """Record the numbers that the ledger does not know so yet, all in one transaction; 4.5 and 4.50 are equal.

    Raises:
        ConflictError: another import of this source was recorded meanwhile; nothing of this one was.

    """
    stream = f"levels:{source}"
    known, version = _known(ledger, stream, _levels_of)
    said = {level.at: level for level in levels}
    new = [level for at, level in said.items() if known.get(at) != Decimal(level.value)]
    facts = _facts(new, lambda part: _levels(file, part), progress)
    position = ledger.append(stream, facts, after=version, actor=actor, cause=file.name)
    return Imported(len(new), len(levels) - len(new), position)


def record_claims(
    ledger: Ledger,
    source: str,
    file: File,
    claims: Sequence[Claim],
    *,
    actor: str,
    progress: Progress = lambda _: None,
) -> Imported:
    """Record what a provider claims and the ledger does not know so yet, all in one transaction.

    Raises:
        ConflictError: another import of this source was recorded meanwhile; nothing of this one was.

    """
    stream = f"counter-evidence:{source}"
    known, version = _known(ledger, stream, _claims_of)
    said = {(claim.service, claim.begin): claim for claim in claims}
    new = [claim for key, claim in said.items() if known.get(key) != claim]
    facts = _facts(new, lambda part: _claims(file, part), progress)
    position = ledger.append(stream, facts, after=version, actor=actor, cause=file.name)
    return Imported(len(new), len(claims) - len(new), position)


def _known(
    ledger: Ledger, stream: str, rows_of: Callable[[Entry], Iterable[tuple[Any, Any]]]
) -> tuple[Mapping[Any, Any], int]:
    """What a stream says of each key last, and its version."""
    known: dict[Any, Any] = {}
    version = 0
    for entry in ledger.stream(stream):
        version = entry.version
        known.update(rows_of(entry))
    return known, version


def _facts(
    rows: Sequence[R], fact_of: Callable[[Sequence[R]], Any], progress: Progress
) -> list[Any]:
    facts = []
    for start in range(0, len(rows), ROWS_PER_FACT):
        facts.append(fact_of(rows[start : start + ROWS_PER_FACT]))
        progress(min(start + ROWS_PER_FACT, len(rows)))
    return facts


def _results_of(entry: Entry) -> Iterable[tuple[tuple[str, int], tuple[Outcome, int | None]]]:
    if isinstance(fact := entry.fact, ObservationsImported):
        for check, at, outcome, latency in zip(
            fact.check, fact.at, fact.outcome, fact.latency_us, strict=True
        ):
            yield (fact.checks[check], at), (Outcome(outcome), latency)


def _tickets_of(entry: Entry) -> Iterable[tuple[str, Ticket]]:
    if isinstance(fact := entry.fact, TicketsImported):
        columns = (getattr(fact, name) for name in Ticket._fields)
        for row in zip(*columns, strict=True):
            yield row[0], Ticket(*row)


def _levels_of(entry: Entry) -> Iterable[tuple[int, Decimal]]:
    if isinstance(fact := entry.fact, LevelsImported):
        yield from zip(fact.at, map(Decimal, fact.value), strict=True)


def _claims_of(entry: Entry) -> Iterable[tuple[tuple[str, int], Claim]]:
    if isinstance(fact := entry.fact, CounterEvidenceImported):
        for row in zip(fact.service, fact.begin, fact.end, fact.cause, strict=True):
            yield (row[0], row[1]), Claim(*row)


def _observations(source: Source, file: File, results: Sequence[Result]) -> ObservationsImported:
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


def _tickets(file: File, tickets: Sequence[Ticket]) -> TicketsImported:
    columns = zip(*tickets, strict=True)
    return TicketsImported(
        file=file.name, sha256=file.sha256, **dict(zip(Ticket._fields, columns, strict=True))
    )


def _levels(file: File, levels: Sequence[Level]) -> LevelsImported:
    return LevelsImported(
        file=file.name,
        sha256=file.sha256,
        at=tuple(level.at for level in levels),
        value=tuple(level.value for level in levels),
    )


def _claims(file: File, claims: Sequence[Claim]) -> CounterEvidenceImported:
    columns = zip(*claims, strict=True)
    return CounterEvidenceImported(
        file=file.name, sha256=file.sha256, **dict(zip(Claim._fields, columns, strict=True))
    )
