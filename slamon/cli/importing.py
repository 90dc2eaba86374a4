"""`slamon import`: take in files of what no probe can measure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slamon.app import imports
from slamon.cli import countersigning, stating
from slamon.cli.commands import group
from slamon.cli.filed import SkipBad
from slamon.cli.house import now
from slamon.cli.instants import ABSOLUTE, absolute
from slamon.cli.opening import opened, recorded
from slamon.cli.pricing import receive
from slamon.cli.settings import Settings
from slamon.cli.taking import (
    described,
    import_claims,
    import_file,
    import_levels,
    import_tickets,
    source_of,
    validity_of,
)
from slamon.cli.terminal import Actor, actor_or_fail, console
from slamon.importers import series as series_reader
from slamon.views.promised import promises

app = group("Take in files: what no probe can measure, and lists that others publish.")
app.command("sign")(countersigning.sign)
app.command("countersign")(countersigning.countersign)
app.command("files")(countersigning.files)
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
        countersigning.tell_waiting(house, described(house, source, None))
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
            record = source_of(promises(connection), source, "observations")
        found = series_reader.read(record, span, settings.surroundings())
        origin = imports.Source(source, record.location or "", validity_of(record))
        done = imports.record(house.ledger, origin, found.file, found.results, actor=who)
        _say(done, "results")
        recorded(house)


def _say(done: imports.Imported, what: str) -> None:
    one = what.removesuffix("s")
    known = f"{done.known} {'was' if done.known == 1 else 'were'} known already"
    console.print(f"{done.recorded} {one if done.recorded == 1 else what} recorded, {known}")
