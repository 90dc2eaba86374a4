"""Where commands print: answers to standard output, JSON for programs, errors and progress to standard error."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from catalogue.instants import InstantError
from catalogue.problems import DocumentsRefused
from catalogue.recorded import RecordedDocumentError
from slamon.app.refused import Refused, Unknown
from slamon.cli.settings import Settings
from slamon.ledger.backup import BackupError
from slamon.ledger.codec import UnreadableFactError
from slamon.ledger.coldfile import ColdFileError
from slamon.ledger.format import FormatError
from slamon.ledger.lock import HeldError
from slamon.ledger.place import LedgerUnreachableError, UnusablePlaceError
from slamon.ledger.store import ConflictError
from slamon.ledger.trouble import FOLD_ANEW, damage, of_views, passing
from slamon.views.fold import FoldError

MOMENT_SECONDS = 0.5  # what is done sooner needs no bar
PIPED_WIDTH = 240  # a pipe has no width: what is cut off there is lost


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # Texts come from documents and people: a bracket in them is a bracket, not a style.
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(stderr=stderr, width=width, markup=False, emoji=False)


console = _console(stderr=False)
errors = _console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Actor = Annotated[
    str | None,
    typer.Option("--as", help="Who decides, recorded as given; else SLAMON_ACTOR.", metavar="ID"),
]

REFUSED, USAGE = 1, 2


def fail(message: str, code: int = REFUSED) -> NoReturn:
    """Say what is wrong and leave."""
    errors.print(message, style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(code)


def actor_or_fail(given: str | None, settings: Settings) -> str:
    """Who decides: a decision without a name is none."""
    actor = given or settings.actor
    if not actor:
        fail("who decides? give --as ID or set SLAMON_ACTOR", USAGE)
    return actor


_SAYING_ALL = (
    Refused,
    Unknown,
    HeldError,
    LedgerUnreachableError,
    UnusablePlaceError,
    BackupError,
    ColdFileError,
    FormatError,
    FoldError,
    UnreadableFactError,
    InstantError,
    RecordedDocumentError,
)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the rules refuse into a sentence and exit code 1."""
    try:
        yield
    except DocumentsRefused as refused:
        for problem in refused.problems:
            errors.print(str(problem), style="red", highlight=False, markup=False, soft_wrap=True)
        count = len(refused.problems)
        fail(f"{count} fault{'s' if count != 1 else ''}; nothing was recorded")
    except UnicodeEncodeError as wrong:
        fail(f"{wrong.object!r} is not valid UTF-8; write it anew, nothing was recorded")
    except _SAYING_ALL as wrong:
        fail(str(wrong))
    except OSError as wrong:
        said = passing(wrong, Settings().data)
        fail(said or f"{wrong.filename or 'the data folder'}: {wrong.strerror or wrong}")
    except sqlite3.Error as wrong:
        fail(_of_store(wrong) or f"the data folder cannot be used: {wrong}")
    except ConflictError as moved:
        fail(f"{moved} was changed by somebody else meanwhile; nothing was recorded, try again")
    except Exception as wrong:
        if (said := _of_store(wrong)) is None:
            raise
        fail(said)


def _of_store(wrong: Exception) -> str | None:
    """What to say of a ledger or views that cannot be used, and what to do; None of any other error."""
    folder = Settings().data
    harm = damage(wrong)
    if harm is not None and of_views(wrong):
        return f"a file of views in {folder} is damaged ({harm}): stop slamon and {FOLD_ANEW}"
    if harm is not None:
        return f"{folder} is damaged ({harm}): `slamon doctor` says which file, docs/backup.md what to do"
    said = passing(wrong, folder)
    return said if said is None or str(folder) in said else f"{folder}: {said}"


def print_json(value: object) -> None:
    """Print JSON in the order given."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Progress]:
    """A progress bar on standard error, there once the work takes longer than a moment, and gone when it is done."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=errors, transient=True, disable=not errors.is_interactive)
    bar.add_task(title, total=total)
    moment = Timer(MOMENT_SECONDS, bar.start)
    moment.daemon = True
    moment.start()
    try:
        yield bar
    finally:
        moment.cancel()
        moment.join()
        bar.stop()


@contextmanager
def progressing(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar, moved by saying how far the work has come."""
    with progress(title, total) as bar:
        yield lambda done: bar.update(bar.task_ids[0], completed=done)
