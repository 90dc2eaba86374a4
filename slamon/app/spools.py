"""Spools: when one begins, and when two write what only one can."""

from __future__ import annotations

from slamon.app.examining import day_of
from slamon.ledger.store import Ledger
from slamon.sla.intake import Alarm, SpoolBegan, SpoolConflictFound

SpoolFacts = frozenset[SpoolBegan | SpoolConflictFound]


def spool_begun(ledger: Ledger, agent: str, spool: str, *, begin: int, now: int) -> None:
    """Record that a spool of an agent hands in for the first time; `begin` and `now` in µs."""
    fact = SpoolBegan(spool=spool, begin=begin, received_at=now)

    def news(known: SpoolFacts) -> list[SpoolBegan]:
        began = (each.spool for each in known if isinstance(each, SpoolBegan))
        return [] if spool in began else [fact]

    ledger.decide(f"spools:{agent}", SpoolFacts(), _with, news, actor=f"agent:{agent}")


def conflict_found(
    ledger: Ledger,
    agent: str,
    kind: Alarm,
    spool: str,
    *,
    day: str,
    sequence: int,
    held: str,
    given: str,
    now: int,
) -> None:
    """Record that two write one spool, or use one key; once per spool and the day on which it is noticed.

    `held` and `given` are the hashes of the two contents, or the names of the two runs; `now` in µs.
    """
    fact = SpoolConflictFound(
        kind=kind,
        spool=spool,
        day=day,
        sequence=sequence,
        held=held,
        given=given,
        received_at=now,
    )

    def news(known: SpoolFacts) -> list[SpoolConflictFound]:
        today = {
            (each.kind, each.spool, day_of(each.received_at))
            for each in known
            if isinstance(each, SpoolConflictFound)
        }
        return [] if (kind, spool, day_of(now)) in today else [fact]

    ledger.decide(f"spools:{agent}", SpoolFacts(), _with, news, actor=f"agent:{agent}")


def _with(known: SpoolFacts, fact: SpoolBegan | SpoolConflictFound) -> SpoolFacts:
    return known | {fact}
