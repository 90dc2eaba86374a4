"""Corrections of results: what they change in `probe_day`, `pace_day` and `probe_last`."""

from __future__ import annotations

from sqlalchemy import Connection, Select, delete, select, update

from slamon.ledger.codec import Entry
from slamon.sla.corrections import CorrectionFact
from slamon.sla.runs import DAY_US, Run
from slamon.views.daybook import unpack
from slamon.views.observed import Observed
from slamon.views.tables import corrected_day, probe_day, probe_last
from slamon.views.writing import insert


def applied(connection: Connection, observed: Observed, entry: Entry, fact: CorrectionFact) -> None:
    """Take results away or give them another outcome, wherever they are kept.

    1. What was folded before is written back, so that the tables say what stands.
    2. What a result confirmed, or kept from speaking on, are its neighbours: they are touched with it.
    3. Another result may be the newest now.
    4. Which day it was is kept, as no row of it may be left.
    """
    observed.flush()
    observed.book.touch((fact.check, fact.location), *_with_neighbours(connection, fact))
    observed.amended(entry, fact)
    observed.flush()
    _renew_newest(connection, entry, fact)
    day = {"check": fact.check, "location": fact.location, "day": fact.at[0] // DAY_US}
    connection.execute(insert(corrected_day).values(**day, position=entry.position))


def _with_neighbours(connection: Connection, fact: CorrectionFact) -> tuple[int, int]:
    first, last = fact.at[0], fact.at[-1]
    days, day = _days(fact), probe_day.c.day
    before = days.where(day <= first // DAY_US).order_by(day.desc()).limit(2)
    after = days.where(day >= last // DAY_US).order_by(day).limit(2)
    earlier = (part.last for run in _runs(connection, before) if (part := _until(run, first)))
    later = (part.first for run in _runs(connection, after) if (part := _from(run, last + 1)))
    return max(earlier, default=first), min(later, default=last)


def _days(fact: CorrectionFact) -> Select[tuple[bytes]]:
    table = probe_day.c
    return select(table.runs).where(table.check == fact.check, table.location == fact.location)


def _runs(connection: Connection, query: Select[tuple[bytes]]) -> list[Run]:
    return [run for row in connection.execute(query) for run in unpack(row.runs)]


def _until(run: Run, instant: int) -> Run | None:
    return run.part(0, run.before(instant))


def _from(run: Run, instant: int) -> Run | None:
    return run.part(run.before(instant), run.count)


def _renew_newest(connection: Connection, entry: Entry, fact: CorrectionFact) -> None:
    """A newest result whose own fact is not at hand is shown by this one."""
    table = probe_last.c
    this = (table.check == fact.check, table.location == fact.location)
    stand = _runs(connection, _days(fact).order_by(probe_day.c.day.desc()).limit(1))
    if not stand:
        connection.execute(delete(probe_last).where(*this))
        return
    newest = stand[-1]
    values = {"at": newest.last, "outcome": int(newest.outcome)}
    held = connection.execute(select(table.at).where(*this)).scalar_one()
    if held != newest.last:
        values["position"] = entry.position
    connection.execute(update(probe_last).where(*this).values(values))
