"""`slamon import`: take in files of what no probe can measure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from catalogue.instants import parse_duration
from catalogue.probing import Import
from catalogue.services import Service
from slamon.app import imports
from slamon.app.refused import Refused, Unknown
from slamon.cli import stating
from slamon.cli.commands import group
from slamon.cli.filed import SkipBad, read_whole
from slamon.cli.house import House, now
from slamon.cli.instants import ABSOLUTE, absolute
from slamon.cli.opening import opened, recorded
from slamon.cli.pricing import receive
from slamon.cli.settings import Settings
from slamon.cli.terminal import Actor, actor_or_fail, console, progress
from slamon.importers import claims as claim_reader
from slamon.importers import levels as level_reader
from slamon.importers import observations as reader
from slamon.importers import series as series_reader
from slamon.importers import tickets as ticket_reader
from slamon.views.promised import Promises, promises

app = group("Take in files: what no probe can measure, and lists that others publish.")
app.command("holidays")(stating.holidays)
app.command("rates")(stating.rates)
app.command("tariff")(receive)

File = Annotated[
    Path, typer.Argument(help="The CSV file.", exists=True, dir_okay=False, metavar="FILE")
]
OnlySource = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="The imports record that describes it; may be left out where there is only one.",
        metavar="ID",
    ),
]


@app.command("observations")
def observations(
    file: File,
    source: Annotated[
        str, typer.Option(help="The imports record that describes it.", metavar="ID")
    ],
    *,
    skip_bad: SkipBad = False,
    actor: Actor = None,
) -> None:
    """Record each result once; a file with bad rows is refused whole unless --skip-bad is given."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        done = import_file(house, file, source, actor=who, skip_bad=skip_bad)
        _say(done, "results")
        recorded(house)


@app.command("tickets")
def tickets(
    file: File, source: OnlySource = None, *, skip_bad: SkipBad = False, actor: Actor = None
) -> None:
    """Record each ticket once, a changed one as its correction; bad rows refuse the file unless --skip-bad is given."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        done = import_tickets(house, file, source, actor=who, skip_bad=skip_bad)
        _say(done, "tickets")
        recorded(house)


@app.command("levels")
def levels(
    file: File, source: OnlySource = None, *, skip_bad: SkipBad = False, actor: Actor = None
) -> None:
    """Record each number once, a changed one as its correction; bad rows refuse the file unless --skip-bad is given."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        done = import_levels(house, file, source, actor=who, skip_bad=skip_bad)
        _say(done, "levels")
        recorded(house)


@app.command("counter-evidence")
def counter_evidence(
    file: File,
    source: OnlySource = None,
    *,
    service: Annotated[
        str | None,
        typer.Option(help="The service it is about, where no column names one.", metavar="ID"),
    ] = None,
    skip_bad: SkipBad = False,
    actor: Actor = None,
) -> None:
    """Record the downtime that a provider's own log tells of: shown beside the figures, of which it changes none."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        done = import_claims(house, file, source, service, actor=who, skip_bad=skip_bad)
        _say(done, "claims")
        recorded(house)


@app.command("prometheus")
def prometheus(
    source: Annotated[
        str, typer.Argument(help="The imports record that describes it.", metavar="ID")
    ],
    begin: Annotated[
        str, typer.Option("--from", help=f"From when: {ABSOLUTE}.", metavar="INSTANT")
    ],
    end: Annotated[
        str, typer.Option("--to", help=f"Until before when: {ABSOLUTE}.", metavar="INSTANT")
    ],
    *,
    actor: Actor = None,
) -> None:
    """Ask a Prometheus for a series and record each value once, as the record's comparisons judge it."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        span = absolute("--from", begin), min(absolute("--to", end), now())
        with house.store.reading() as connection:
            record = _source(promises(connection), source, "observations")
        found = series_reader.read(record, span, settings.surroundings())
        origin = imports.Source(source, record.location or "", _validity(record))
        done = imports.record(house.ledger, origin, found.file, found.results, actor=who)
        _say(done, "results")
        recorded(house)


def _say(done: imports.Imported, what: str) -> None:
    one = what.removesuffix("s")
    known = f"{done.known} {'was' if done.known == 1 else 'were'} known already"
    console.print(f"{done.recorded} {one if done.recorded == 1 else what} recorded, {known}")


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
    origin = imports.Source(source, record.location or "", _validity(record))
    with progress("recording", len(found.results)) as bar:
        return imports.record(
            house.ledger,
            origin,
            found.file,
            found.results,
            actor=actor,
            progress=lambda rows: bar.update(bar.task_ids[0], completed=rows),
        )


def import_tickets(
    house: House, file: Path, source: str | None, *, actor: str, skip_bad: bool = False
) -> imports.Imported:
    """Read a file of tickets as its `imports` record says, and record what is new.

    Raises:
        Refused: it has bad rows and they are not to be skipped; nothing was recorded.
        Unknown: the catalogue has no such source of tickets.

    """
    record = _described(house, source, None)
    _need_columns(record, "ticket", "opened")
    layout = ticket_reader.Layout(record.columns, record.tz, now())
    found = read_whole(file, lambda tick: ticket_reader.read(file, layout, tick), skip_bad=skip_bad)
    with progress("recording", len(found.results)) as bar:
        return imports.record_tickets(
            house.ledger,
            record.id,
            found.file,
            found.results,
            actor=actor,
            progress=lambda rows: bar.update(bar.task_ids[0], completed=rows),
        )


def import_levels(
    house: House, file: Path, source: str | None, *, actor: str, skip_bad: bool = False
) -> imports.Imported:
    """Read a file of levels as its `imports` record says, and record what is new.

    Raises:
        Refused: it has bad rows and they are not to be skipped; nothing was recorded.
        Unknown: the catalogue has no such source of levels.

    """
    record = _described(house, source, "levels")
    layout = level_reader.Layout(record.columns, record.tz, now())
    found = read_whole(file, lambda tick: level_reader.read(file, layout, tick), skip_bad=skip_bad)
    with progress("recording", len(found.results)) as bar:
        return imports.record_levels(
            house.ledger,
            record.id,
            found.file,
            found.results,
            actor=actor,
            progress=lambda rows: bar.update(bar.task_ids[0], completed=rows),
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
    record = _described(house, source, "counter_evidence")
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
    with progress("recording", len(found.results)) as bar:
        return imports.record_claims(
            house.ledger,
            record.id,
            found.file,
            found.results,
            actor=actor,
            progress=lambda rows: bar.update(bar.task_ids[0], completed=rows),
        )


def _need_columns(record: Import, *roles: str) -> None:
    if missing := [role for role in roles if role not in record.columns]:
        message = f'{record.id} names no column for "{missing[0]}": its record must say it'
        raise Refused(message)


def _layout(held: Promises, source: str) -> tuple[Import, reader.Layout]:
    record = _source(held, source, "observations")
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


def _described(house: House, source: str | None, use: str | None) -> Import:
    """The record of a source; of the only one of its kind where none is named."""
    with house.store.reading() as connection:
        held = promises(connection)
    if source is not None:
        return _source(held, source, use)
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


def _source(held: Promises, source: str, use: str | None) -> Import:
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


def _validity(record: Import) -> int:
    return parse_duration(record.validity or "PT0S").exact()
