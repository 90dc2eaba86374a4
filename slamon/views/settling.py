"""Settle days: the figures of every day that is over are kept, so that reading a month is a sum."""

from __future__ import annotations

from sqlalchemy import Connection

from catalogue.intervals import intersect
from catalogue.periods import local_days
from slamon.views import horizon, keeping
from slamon.views.days import Desk, consecutive
from slamon.views.objectives import Judged, judged_objectives


def keep_finished(connection: Connection, now: int) -> None:
    """Keep the figures of every day in force that is over and reported, or overdue.

    What is kept depends on the results alone: one that arrives later makes its days be forgotten.
    """
    reported = horizon.covered_until(connection)
    desk = Desk(connection)
    for judged in judged_objectives(connection):
        _keep(desk, judged, horizon.known_until(judged, reported, now))


def _keep(desk: Desk, judged: Judged, until: int) -> None:
    begin = desk.first_result(judged)
    if judged.terms.slices is not None:
        return  # a run of slices over midnight belongs to both days: they are judged together, each time
    if begin is None or begin >= until:
        return
    held = intersect(judged.in_force, ((begin, until),))
    days = [day for span in held for day in local_days(span, judged.tz) if day.end <= until]
    if not days:
        return
    known = keeping.kept(desk.connection, judged.key, days[0].label, days[-1].label)
    for stretch in consecutive(day for day in days if day.label not in known):
        found = desk.computed(judged, stretch, until)
        keeping.keep(desk.connection, judged.key, {d.label: (d.figures, d.basis) for d in found})
