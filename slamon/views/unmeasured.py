"""Check: promises in force that nothing measures: nobody asks, nothing ever came, or nothing for long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, func, select

from catalogue.agreements import Agreement
from catalogue.deadlines import DAY
from catalogue.instants import format_instant
from catalogue.probing import Probe
from catalogue.questions import Heartbeat
from slamon.views.filetables import level, ticket
from slamon.views.finding import Finding
from slamon.views.objectives import Judged, objectives
from slamon.views.promised import Promises
from slamon.views.silent import lists
from slamon.views.tables import probe_last
from slamon.views.words import Words

PATIENCE = 7 * DAY  # µs; a shorter silence is told where the figures stand

Data = tuple[str, str]
"""A check and its place; of a file that has no place, the import and nothing."""


def unmeasured(connection: Connection, held: Promises, now: int) -> Iterator[Finding]:
    """The objectives of agreements in force of which there is no data as of an instant (µs)."""
    newest = _newest(connection)
    asked = frozenset(_asked(connection))
    stated = (each for each in objectives(held) if isinstance(each, Judged))
    for judged in {(each.agreement, each.terms.objective): each for each in stated}.values():
        agreement = held.get(Agreement, judged.agreement)
        if agreement is None or not agreement.holds_at(now):
            continue
        at = max((newest[each] for each in _data(judged) if each in newest), default=None)
        if at is None or at + PATIENCE < now:
            yield _finding(held, agreement, judged, at, asked)


def _finding(
    held: Promises, agreement: Agreement, judged: Judged, newest: int | None, asked: frozenset[Data]
) -> Finding:
    data = _data(judged)
    idle = [each for each in data if _must_be_asked(held, each[0]) and each not in asked]
    named = dict.fromkeys(f"{name} ({place})" if place else name for name, place in idle or data)
    values: dict[str, Words] = {"objective": judged.terms.objective, "data": ", ".join(named)}
    if newest is not None:
        values["newest_at"] = format_instant(newest)
    return Finding(
        kind="unmeasured",
        why="nobody_asks" if idle else "silent" if newest is not None else "never",
        record=f"agreement:{agreement.id}",
        name=agreement.name,
        tz=agreement.tz,
        values=values,
    )


def _data(judged: Judged) -> tuple[Data, ...]:
    probed = tuple((source.check, source.location) for source in judged.sources)
    return probed + tuple((name, "") for name in judged.files)


def _must_be_asked(held: Promises, name: str) -> bool:
    """Whether it is a probe that an agent must ask; heartbeats report by themselves, files are imported."""
    probe = held.get(Probe, name)
    return probe is not None and not isinstance(probe, Heartbeat)


def _asked(connection: Connection) -> Iterator[Data]:
    for _, told, _ in lists(connection):
        yield from ((each.probe, told.location) for each in told.probes)


def _newest(connection: Connection) -> Mapping[Data, int]:
    """The newest result of each check at each place, and the newest ticket or number of each import."""
    results = select(probe_last.c.check, probe_last.c.location, probe_last.c.at)
    found = {(check, place): at for check, place, at in connection.execute(results)}
    for query in (
        select(ticket.c.source, func.max(ticket.c.opened)).group_by(ticket.c.source),
        select(level.c.source, func.max(level.c.at)).group_by(level.c.source),
    ):
        found.update(((source, ""), at) for source, at in connection.execute(query))
    return found
