"""`pause`: which probes agents left in peace, since when, and until when."""

from __future__ import annotations

from sqlalchemy import Connection, select

from catalogue.instants import format_instant, parse_instant
from probes.pausing import ProbePaused, ProbeResumed
from slamon.ledger.codec import Entry
from slamon.views.answers import Answer
from slamon.views.tables import pause
from slamon.views.writing import insert


class PauseLine(Answer):
    """A probe that an agent did not ask; `resumed_at` None while it lasts."""

    agent: str
    probe: str
    since: str
    until: str | None
    reason: str
    resumed_at: str | None
    resumed_because: str | None

    def lasts_at(self, instant: int) -> bool:
        """Whether the probe is still left in peace at an instant (µs)."""
        if self.resumed_at is not None:
            return False
        return self.until is None or parse_instant(self.until) > instant


def applied(connection: Connection, entry: Entry, fact: ProbePaused | ProbeResumed) -> None:
    """A probe was paused, or is asked again."""
    began = isinstance(fact, ProbePaused)
    connection.execute(
        insert(pause).values(
            position=entry.position,
            agent=entry.stream.partition(":")[2],
            probe=fact.probe,
            at=fact.from_ if isinstance(fact, ProbePaused) else fact.at,
            until=fact.until if isinstance(fact, ProbePaused) else None,
            began=int(began),
            reason=fact.reason,
        )
    )


def pauses(connection: Connection) -> tuple[PauseLine, ...]:
    """All pauses, in the order in which they were recorded."""
    found: list[PauseLine] = []
    lasting: dict[tuple[str, str], int] = {}
    for row in connection.execute(select(pause).order_by(pause.c.position)):
        at, key = format_instant(row.at), (row.agent, row.probe)
        if row.began:
            lasting[key] = len(found)
            found.append(
                PauseLine(
                    agent=row.agent,
                    probe=row.probe,
                    since=at,
                    until=None if row.until is None else format_instant(row.until),
                    reason=row.reason,
                    resumed_at=None,
                    resumed_because=None,
                )
            )
        elif (number := lasting.pop(key, None)) is not None:
            ended = {"resumed_at": at, "resumed_because": row.reason}
            found[number] = found[number].model_copy(update=ended)
    return tuple(found)
