"""Take in files as their `imports` records describe them: what the commands of `slamon import` do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from catalogue.instants import parse_duration
from catalogue.probing import Import
from catalogue.services import Service
from slamon.app import imports
from slamon.app.refused import Refused, Unknown
from slamon.cli.filed import read_whole
from slamon.cli.house import House, now
from slamon.cli.terminal import progressing
from slamon.importers import claims as claim_reader
from slamon.importers import levels as level_reader
from slamon.importers import observations as reader
from slamon.importers import tickets as ticket_reader
from slamon.views.promised import Promises, promises


def import_file(
    house: House, file: Path, source: str, *, actor: str, skip_bad: bool = False
) -> imports.Imported:
    """Read a file of observations as its `imports` record says, and record what is new.

    Raises:
        Refused: it has bad rows and they are not to be skipped, or is no file; nothing was recorded.
        Unknown: the catalogue has no such source of observations.

    """
    with house.store.reading() as connection:
        record, layout = _layout(promises(connection), source)
    if record.kind == "prometheus":
        message = f"{source} is no file; take it in with: slamon import prometheus {source}"
        raise Refused(message)
    found = read_whole(file, lambda tick: reader.read(file, layout, tick), skip_bad=skip_bad)
    origin = imports.Source(source, record.location or "", validity_of(record))
    with progressing("recording", len(found.results)) as tick:
        return imports.record(
            house.ledger, origin, found.file, found.results, actor=actor, progress=tick
        )


def import_tickets(
    house: House, file: Path, source: str | None, *, actor: str, skip_bad: bool = False
) -> imports.Imported:
    """Read a file of tickets as its `imports` record says, and record what is new.

    Raises:
        Refused: it has bad rows and they are not to be skipped; nothing was recorded.
        Unknown: the catalogue has no such source of tickets.

    """
    record = described(house, source, None)
    _need_columns(record, "ticket", "opened")
    layout = ticket_reader.Layout(
        record.columns, record.tz, now(), record.priorities, record.judged_under
    )
    found = read_whole(file, lambda tick: ticket_reader.read(file, layout, tick), skip_bad=skip_bad)
    with progressing("recording", len(found.results)) as tick:
        return imports.record_tickets(
            house.ledger, record.id, found.file, found.results, actor=actor, progress=tick
        )


def import_levels(
    house: House, file: Path, source: str | None, *, actor: str, skip_bad: bool = False
) -> imports.Imported:
    """Read a file of levels as its `imports` record says, and record what is new.

    Raises:
        Refused: it has bad rows and they are not to be skipped; nothing was recorded.
        Unknown: the catalogue has no such source of levels.

    """
    record = described(house, source, "levels")
    layout = level_reader.Layout(record.columns, record.tz, now())
    found = read_whole(file, lambda tick: level_reader.read(file, layout, tick), skip_bad=skip_bad)
    with progressing("recording", len(found.results)) as tick:
        return imports.record_levels(
            house.ledger, record.id, found.file, found.results, actor=actor, progress=tick
        )


def import_claims(
    house: House,
    file: Path,
    source: str | None,
    service: str | None,
    *,
    actor: str,
    skip_bad: bool = False,
) -> imports.Imported:
    """Read a provider's log as its `imports` record says, and record what is new; `service` is that of all rows.

    Raises:
        Refused: the log or its record does not say which service, when and how long; nothing was recorded.
        Unknown: the catalogue has no such source of counter-evidence.

    """
    record = described(house, source, "counter_evidence")
    _need_columns(record, "start", "end")
    named = service or (record.service if record.service != "any" else None)
    if named is None and "service" not in record.columns:
        message = (
            f'{record.id} names no column for "service": its record must say it, or give --service'
        )
        raise Refused(message)
    if service and record.service not in {"any", service}:
        message = f"{record.id} is the log of {record.service}, not of {service}"
        raise Refused(message)
    service_of = (lambda _: named) if named else _naming(record)
    with house.store.reading() as connection:
        services = frozenset(each.id for each in promises(connection).of(Service))
    layout = claim_reader.Layout(record.columns, record.tz, service_of, services, now())
    found = read_whole(file, lambda tick: claim_reader.read(file, layout, tick), skip_bad=skip_bad)
    with progressing("recording", len(found.results)) as tick:
        return imports.record_claims(
            house.ledger, record.id, found.file, found.results, actor=actor, progress=tick
        )


def _need_columns(record: Import, *roles: str) -> None:
    if missing := [role for role in roles if role not in record.columns]:
        message = f'{record.id} names no column for "{missing[0]}": its record must say it'
        raise Refused(message)


def _layout(held: Promises, source: str) -> tuple[Import, reader.Layout]:
    record = source_of(held, source, "observations")
    services = frozenset(service.id for service in held.of(Service))
    layout = reader.Layout(
        record.columns, record.values, record.tz, source, _naming(record), services, now()
    )
    return record, layout


def _naming(record: Import) -> Callable[[str], str | None]:
    """Which service a word of a row stands for."""

    def service_of(word: str) -> str | None:
        if record.service != "any":
            return record.service
        return record.rows_name.service_of(word) if record.rows_name else word

    return service_of


def described(house: House, source: str | None, use: str | None) -> Import:
    """The record of a source; of the only one of its kind where none is named.

    Raises:
        Refused: it holds something else, or there are several.
        Unknown: there is none.

    """
    with house.store.reading() as connection:
        held = promises(connection)
    if source is not None:
        return source_of(held, source, use)
    known = [each for each in held.of(Import) if each.use == use]
    if len(known) == 1:
        return known[0]
    what = _holding(use)
    if not known:
        message = f"the catalogue has no source of {what}"
        raise Unknown(message)
    names = ", ".join(each.id for each in known)
    message = f"there are several sources of {what}; choose one with --source: {names}"
    raise Refused(message)


def source_of(held: Promises, source: str, use: str | None) -> Import:
    """The record of a source of a kind.

    Raises:
        Refused: it holds something else.
        Unknown: there is none of that id.

    """
    record = held.get(Import, source)
    wanted = _holding(use)
    if record is None:
        known = [each.id for each in held.of(Import) if each.use == use]
        message = f"{source!r} is no source of {wanted}; known are {', '.join(known) or 'none'}"
        raise Unknown(message)
    if record.use != use:
        message = f"{source} holds {_holding(record.use)}, no {wanted}{_way(record.use)}"
        raise Refused(message)
    return record


def _holding(use: str | None) -> str:
    return (use or "tickets").replace("_", " ")


def _way(use: str | None) -> str:
    return f"; take it in with: slamon import {_holding(use).replace(' ', '-')} FILE"


def validity_of(record: Import) -> int:
    """How long (µs) a row of observations speaks."""
    return parse_duration(record.validity or "PT0S").exact()
