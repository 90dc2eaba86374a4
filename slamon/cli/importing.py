"""`slamon import`: take in files of observations."""

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
from slamon.cli.commands import group
from slamon.cli.house import House
from slamon.cli.opening import opened, refresh
from slamon.cli.settings import Settings
from slamon.cli.terminal import Actor, actor_or_fail, console, errors, progress
from slamon.importers import observations as reader
from slamon.views.promised import Promises, promises

app = group("Take in files: observations made elsewhere.")

SHOWN_FAULTS = 20


@app.callback()
def importing() -> None:
    """Take in files: observations made elsewhere."""


@app.command("observations")
def observations(
    file: Annotated[
        Path, typer.Argument(help="The CSV file.", exists=True, dir_okay=False, metavar="FILE")
    ],
    source: Annotated[
        str, typer.Option(help="The imports record that describes it.", metavar="ID")
    ],
    *,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the good rows, write the bad ones to a file.")
    ] = False,
    actor: Actor = None,
) -> None:
    """Record each result once; a file with bad rows is refused whole unless --skip-bad is given."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        done = import_file(house, file, source, actor=who, skip_bad=skip_bad)
        refresh(house)
    console.print(f"{done.recorded} results recorded, {done.known} were known already")


def import_file(
    house: House, file: Path, source: str, *, actor: str, skip_bad: bool = False
) -> imports.Imported:
    """Read a file as its `imports` record says, and record what is new.

    Raises:
        Refused: it has bad rows and they are not to be skipped; nothing was recorded.
        Unknown: the catalogue has no such source of observations.

    """
    with house.store.reading() as connection:
        record, layout = _layout(promises(connection), source)
    with progress(f"reading {file.name}", None) as bar:
        found = _read(file, layout, lambda rows: bar.update(bar.task_ids[0], completed=rows))
    if found.bad:
        _deal_with(file, found, skip_bad=skip_bad)
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


def _read(file: Path, layout: reader.Layout, tick: Callable[[int], None]) -> reader.Reading:
    try:
        return reader.read(file, layout, tick)
    except reader.LayoutError as wrong:
        message = f"{wrong}; nothing was recorded"
        raise Refused(message) from None


def _layout(held: Promises, source: str) -> tuple[Import, reader.Layout]:
    record = _source(held, source)
    services = frozenset(service.id for service in held.of(Service))

    def service_of(word: str) -> str | None:
        if record.service != "any":
            return record.service
        return record.rows_name.service_of(word) if record.rows_name else word

    layout = reader.Layout(record.columns, record.values, record.tz, source, service_of, services)
    return record, layout


def _source(held: Promises, source: str) -> Import:
    record = held.get(Import, source)
    if record is None:
        known = [each.id for each in held.of(Import) if each.use == "observations"]
        message = f"{source!r} is no source of observations; known are {', '.join(known) or 'none'}"
        raise Unknown(message)
    if record.use != "observations":
        holds = (record.use or "tickets").replace("_", " ")
        message = f"{source} holds {holds}, which cannot be imported yet"
        raise Refused(message)
    return record


def _validity(record: Import) -> int:
    return parse_duration(record.validity or "PT0S").exact()


def _deal_with(file: Path, found: reader.Reading, *, skip_bad: bool) -> None:
    rows = len({row.line for row in found.bad})
    if skip_bad:
        rejects = file.with_suffix(".rejected.csv")
        reader.write_rejects(rejects, found.header, found.bad)
        were = "row was" if rows == 1 else "rows were"
        errors.print(f"{rows} bad {were} written to {rejects}", style="yellow", soft_wrap=True)
        return
    for row in found.bad[:SHOWN_FAULTS]:
        errors.print(f"{file}:{row}", style="red", highlight=False, markup=False, soft_wrap=True)
    if len(found.bad) > SHOWN_FAULTS:
        errors.print(f"… and {len(found.bad) - SHOWN_FAULTS} more faults", style="red")
    count = f"{rows} bad row{'s' if rows != 1 else ''}"
    message = f"{count}; nothing was recorded (--skip-bad imports the others)"
    raise Refused(message)
