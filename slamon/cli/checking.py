"""`slamon checks`: what costs time or money if nobody looks at it."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.sheet import print_table
from slamon.cli.terminal import AsJson, console, print_json
from slamon.views.finding import KINDS, Finding, Findings, Kind
from slamon.web import checked
from slamon.web.texts import DEFAULT, language

Only = Annotated[Kind | None, typer.Option(help="Only this kind of check.")]

COLUMNS = ("about", "finding", "by")
FOLDS = {"finding": 40}  # of its column, where the screen is narrow


def checks(*, only: Only = None, as_known: AsKnownAt = None, as_json: AsJson = False) -> None:
    """Show promises without cover, deadlines, what is due or ends, and what is not measured, priced or assigned."""
    with reading_at(as_known) as then:
        found = then.reading.checks(then.instant, (only,) if only else KINDS)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _print(found)


def _print(found: Findings) -> None:
    t = language(DEFAULT)
    for kind in found.checked:
        lines = found.of(kind)
        console.print(f"{t(f'check.kind.{kind}')}: {len(lines)}", style="bold" if lines else "dim")
        if lines:
            rows = [(_about(each), checked.found(t, each), each.on) for each in lines]
            print_table(COLUMNS, rows, empty="", folds=FOLDS)


def _about(found: Finding) -> str:
    note = f" ({language(DEFAULT)('check.proposed')})" if found.proposed else ""
    return f"{found.record}{note}"
