"""How far results have been reported: beyond that nothing is known yet, which is not the same as unknown."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from slamon.views.batches import read_assignment
from slamon.views.objectives import Judged
from slamon.views.store import read_position
from slamon.views.tables import assignment, covered, probe_last

Reported = Mapping[tuple[str, str], int]


_newest: dict[tuple[str, int], Reported] = {}


def covered_until(connection: Connection) -> Reported:
    """For each check at each place: the instant up to which all its results are in, as this connection sees it."""
    key = (str(connection.engine.url), read_position(connection))
    # Other threads read other states, and clear what is held: it is looked up once.
    found = _newest.get(key)
    if found is None:
        _newest.clear()
        _newest[key] = found = _read(connection)
    return found


def _read(connection: Connection) -> Reported:
    newest = select(probe_last.c.check, probe_last.c.location, probe_last.c.at)
    until = {(row.check, row.location): row.at for row in connection.execute(newest)}
    rows = connection.execute(
        select(covered.c.until, assignment.c.body, assignment.c.location).join(
            assignment,
            (assignment.c.agent == covered.c.agent)
            & (assignment.c.version == covered.c.assignment),
        )
    )
    for row in rows:
        for probe in read_assignment(row.body).probes:
            key = (probe.probe, row.location)
            until[key] = max(until.get(key, 0), row.until)
    return until


def known_until(judged: Judged, reported: Reported, now: int) -> int:
    """The instant up to which an objective can be judged now.

    A result not reported within its validity is overdue: from then on its time is unknown, not just unreported.
    """
    named = bool(
        judged.terms.locations
    )  # where no place is named, those that never reported do not count
    reaches = (
        max(reported.get((s.check, s.location), 0), now - s.validity)
        for s in judged.all_sources
        if named or (s.check, s.location) in reported
    )
    return min(min(reaches, default=now), now)
