"""What was promised, announced, declared and counted at a position: rows that changed since are folded anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, not_, select

from catalogue.terms import TermsFact
from probes.spec import ProbingInterrupted
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla.announcing import AnnouncingFact
from slamon.sla.declaring import DeclarationFact
from slamon.sla.disputing import CounterEvidenceImported
from slamon.sla.levels import LevelsImported
from slamon.sla.tickets import TicketsImported
from slamon.views import cases, claims, declared, excluded
from slamon.views.filetables import claimed_outage, level, ticket
from slamon.views.observed import Observed
from slamon.views.pastveil import Kept, Sight, Veil, folded, recorded
from slamon.views.stating import Stating
from slamon.views.tables import assignment, declaration, exclusion, interruption, record

Apply = Callable[[Connection, Iterable[Entry]], object]
"""Folds the facts of one stream."""


def veil_records(veil: Veil, ledger: Ledger) -> None:
    """Show records, exclusions and declarations as they were; each row has a stream of its own."""
    _veil_rows(veil, ledger, record, "{kind}:{id}", _stated)
    _veil_rows(
        veil,
        ledger,
        exclusion,
        "exclusion:{agreement}:{id}",
        _each(AnnouncingFact, excluded.applied),
    )
    _veil_rows(
        veil,
        ledger,
        declaration,
        "declaration:{service}:{id}",
        _each(DeclarationFact, declared.applied),
        _unchanged,
    )
    _veil_interruptions(veil, ledger)


def veil_files(veil: Veil, ledger: Ledger) -> None:
    """Show tickets, levels and claims as they were; a source that told more since is folded anew as a whole."""
    _veil_source(veil, ledger, ticket, "tickets", _each(TicketsImported, cases.tickets_taken_in))
    _veil_source(veil, ledger, level, "levels", _each(LevelsImported, cases.levels_taken_in))
    told = _each(CounterEvidenceImported, claims.taken_in)
    _veil_source(veil, ledger, claimed_outage, "counter-evidence", told)


def _veil_rows(
    veil: Veil,
    ledger: Ledger,
    table: Table,
    stream: str,
    apply: Apply,
    kept: Kept = recorded,
) -> None:
    """Fold the rows anew whose newest fact came later; one without an earlier fact was not there."""
    stored = veil.stored(table)
    later = veil.connection.execute(
        select(*stored.primary_key.columns).where(not_(kept(veil.sight, stored)))
    ).mappings()
    streams = [stream.format(**row) for row in later]
    veil.lay(table)
    for name in streams:
        _fold(veil, ledger, name, apply)
    veil.join(table, kept)


def _unchanged(sight: Sight, stored: Table) -> ColumnElement[bool]:
    return stored.c.changed <= sight.known


def _veil_source(veil: Veil, ledger: Ledger, table: Table, kind: str, apply: Apply) -> None:
    stored = veil.stored(table).c
    query = select(stored.source).where(stored.position > veil.position).distinct()
    moved = list(veil.connection.execute(query).scalars())
    veil.lay(table)
    for source in moved:
        _fold(veil, ledger, f"{kind}:{source}", apply)
    veil.join(table, _other_sources(table))


@lru_cache(maxsize=4)
def _other_sources(table: Table) -> Kept:
    def kept(sight: Sight, stored: Table) -> ColumnElement[bool]:
        anew = folded(sight, table).c.source
        return recorded(sight, stored) & stored.c.source.not_in(select(anew))

    return kept


def _veil_interruptions(veil: Veil, ledger: Ledger) -> None:
    agents = veil.connection.execute(select(veil.stored(assignment).c.agent).distinct())
    streams = [f"interruptions:{agent}" for agent in agents.scalars()]
    veil.lay(interruption)
    for name in streams:
        _fold(veil, ledger, name, _each(ProbingInterrupted, _interrupted))


def _stated(connection: Connection, entries: Iterable[Entry]) -> None:
    stating = Stating(connection, anew=True)
    for entry in entries:
        if isinstance(entry.fact, TermsFact):
            stating.stated(entry, entry.fact)
    stating.flush()


def _each(kind: Any, apply: Callable[[Connection, Entry, Any], object]) -> Apply:
    """Fold the facts of a kind one by one."""

    def fold(connection: Connection, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if isinstance(entry.fact, kind):
                apply(connection, entry, entry.fact)

    return fold


def _interrupted(connection: Connection, entry: Entry, fact: ProbingInterrupted) -> None:
    Observed(connection).interrupted(entry, fact)


def _fold(veil: Veil, ledger: Ledger, stream: str, apply: Apply) -> None:
    apply(veil.connection, ledger.stream(stream, upto=veil.position))
