"""`slamon catalogue list|show|history`: records as the ledger has them, and what became of each."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.app.refused import Unknown
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.sheet import print_table
from slamon.cli.terminal import AsJson, console, print_json
from slamon.views.reading import Reading

ALL = 100_000  # records; nobody keeps so many
COLUMNS = ("kind", "id", "name", "set", "state", "position")
STEPS = ("recorded", "who", "holds from", "what", "why", "position")

Kind = Annotated[str, typer.Argument(help="The kind of record, such as agreement.", metavar="KIND")]
Id = Annotated[str, typer.Argument(help="Its id.", metavar="ID")]


def list_records(
    *,
    kind: Annotated[
        str | None, typer.Option(help="Only records of this kind.", metavar="KIND")
    ] = None,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List records with the set they stand in and their state."""
    with reading_at(as_known) as then:
        lines = then.reading.records(kind, None, ALL)
    if as_json:
        print_json([line.model_dump(mode="json", by_alias=True) for line in lines])
        return
    rows = [
        (line.kind, line.id, line.name, line.catalogue, line.lifecycle, str(line.position))
        for line in lines
    ]
    print_table(COLUMNS, rows, empty="no record")


def show(kind: Kind, record: Id, *, as_known: AsKnownAt = None, as_json: AsJson = False) -> None:
    """Show a record as its document says it; with --json also every version."""
    with reading_at(as_known) as then:
        found, text = then.reading.record(kind, record), then.reading.written(kind, record)
        if found is None:
            raise _unknown(then.reading, kind, record)
    if as_json:
        print_json(found)
    elif text is None:
        console.print(f"{kind} {record} was withdrawn; --json shows what it said", highlight=False)
    else:
        console.print(text, end="", highlight=False, markup=False, soft_wrap=True)


def history(kind: Kind, record: Id, *, as_known: AsKnownAt = None, as_json: AsJson = False) -> None:
    """Tell everything that was recorded of a record: when, by whom, from when on, why."""
    with reading_at(as_known) as then:
        steps = then.reading.biography(kind, record)
        if not steps:
            raise _unknown(then.reading, kind, record)
    if as_json:
        print_json([step.model_dump(mode="json", by_alias=True) for step in steps])
        return
    rows = [
        (step.at, step.actor, step.from_, step.sentence, step.reason, str(step.position))
        for step in steps
    ]
    print_table(STEPS, rows, empty="nothing was recorded")


def _unknown(reading: Reading, kind: str, record: str) -> Unknown:
    known = [line.id for line in reading.records(kind, None, ALL)]
    names = ", ".join(known) or f"none of the kind {kind!r}"
    return Unknown(f"there is no {kind} {record!r}; known are {names}")
