"""Slots of probes that report themselves: what was heard of one last, and how long that speaks."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from catalogue.instants import format_instant
from catalogue.questions import Heartbeat
from slamon.ledger.store import Ledger
from slamon.views.interpreting import validity_of
from slamon.views.origins import Origins
from slamon.views.promised import Promises
from slamon.views.slottold import SlotAt
from slamon.views.traced import Tracer

SECOND_US = 1_000_000


def heard(
    connection: Connection, ledger: Ledger, held: Promises, probe: Heartbeat, instant: int
) -> Iterator[SlotAt]:
    """What was heard of a probe by an instant (µs), at every place where it was ever heard."""
    origins, tracer = Origins(connection), Tracer.of(connection, ledger)
    speaks = validity_of(held, probe)
    for place in origins.places(probe.id):
        results = origins.chosen(probe.id, place, instant - speaks + 1, instant + 1).results
        if not results:
            says = (
                f"nothing was heard of it in the {speaks // SECOND_US} s for which a signal speaks"
            )
            yield SlotAt(location=place, agent=None, cause="silent", says=says)
            continue
        at = max(results)
        outcome = results[at].name.lower()
        told = tracer.positions([(probe.id, place, at)])
        yield SlotAt(
            location=place,
            agent=None,
            cause="inconclusive" if outcome == "inconclusive" else "recorded",
            says=f"what was told of it last, at {format_instant(at)}, is {outcome}",
            outcome=outcome,
            facts=tuple(told.values()),
        )
