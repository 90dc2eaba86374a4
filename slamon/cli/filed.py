"""Files as commands read them: progress while they are read, and what becomes of bad rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from slamon.app.refused import Refused
from slamon.cli.terminal import errors, progressing
from slamon.importers.rows import LayoutError, Reading, write_rejects

SHOWN_FAULTS = 20

R = TypeVar("R")
Tick = Callable[[int], None]

SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Import the good rows, write the bad ones to a file.")
]


def read_whole(file: Path, read: Callable[[Tick], Reading[R]], *, skip_bad: bool) -> Reading[R]:
    """What a file holds, once its bad rows are dealt with.

    Raises:
        Refused: it is of another layout, or has bad rows that are not to be skipped.

    """
    with progressing(f"reading {file.name}", None) as tick:
        try:
            found = read(tick)
        except LayoutError as wrong:
            message = f"{wrong}; nothing was recorded"
            raise Refused(message) from None
    if found.bad:
        _deal_with(file, found, skip_bad=skip_bad)
    return found


def _deal_with(file: Path, found: Reading[R], *, skip_bad: bool) -> None:
    rows = len({row.line for row in found.bad})
    if skip_bad:
        rejects = file.with_suffix(".rejected.csv")
        write_rejects(rejects, found.header, found.bad)
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
