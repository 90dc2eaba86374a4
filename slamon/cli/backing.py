"""`slamon ledger backup|restore|restored`: keep a copy of the ledger, and go on from one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from catalogue.instants import format_instant
from slamon.cli.house import House, now
from slamon.cli.ledgering import app
from slamon.cli.opening import existing, existing_home, refresh
from slamon.cli.settings import Settings
from slamon.cli.sound import must_be_sound
from slamon.cli.terminal import (
    Actor,
    AsJson,
    actor_or_fail,
    console,
    print_json,
    progress,
    refusals,
)
from slamon.cli.wording import length
from slamon.history import NAMES
from slamon.ledger.actors import Actors
from slamon.ledger.backup import BackupError, Copied, back_up
from slamon.ledger.format import raise_format
from slamon.ledger.lock import FolderLock
from slamon.ledger.restoring import LEDGER, Restored, begin_epoch
from slamon.ledger.restoring import restore as put_back
from slamon.views.handed import handed_in

File = Annotated[Path, typer.Argument(help="The file of the backup.", metavar="FILE")]


@app.command()
def backup(
    file: File,
    *,
    without_names: Annotated[
        bool,
        typer.Option(
            "--without-names",
            help="Leave out names and addresses of people, for a copy that is kept for years.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the ledger into one file, also while slamon is up."""
    with refusals():
        settings = Settings()
        _only_files(settings)
        folder = existing(settings.data)
        people = [] if without_names else Actors(folder).all()
        with progress("copying the ledger", None) as bar:
            copied = back_up(
                folder / LEDGER,
                file,
                people,
                made_at=now(),
                program=version("slamon"),
                progress=lambda done, total: bar.update(
                    bar.task_ids[0], completed=done, total=total
                ),
            )
    _tell_copied(copied, as_json=as_json)


def _only_files(settings: Settings) -> None:
    if settings.database:
        message = (
            "the ledger is in PostgreSQL: back it up and put it back with pg_dump and pg_restore, "
            "then run `slamon ledger restored`; docs/backup.md has the commands"
        )
        raise BackupError(message)


def _tell_copied(copied: Copied, *, as_json: bool) -> None:
    newest = format_instant(copied.newest) if copied.position else None
    if as_json:
        told = {"file": str(copied.path), "position": copied.position, "newest": newest}
        print_json({**told, "seal": copied.seal, "bytes": copied.size, "people": copied.people})
        return
    console.print(
        f"{copied.path}: {copied.size / 2**20:.1f} MiB, facts up to position {copied.position}"
        f" (recorded {newest or 'never'}), seal {copied.seal or 'none'}, {_names(copied.people)}",
        highlight=False,
        soft_wrap=True,
    )


def _names(people: int) -> str:
    return "the name of 1 person" if people == 1 else f"names of {people or 'no'} people"


@app.command()
def restore(
    file: File,
    *,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Put a ledger that is there aside, under another name beside it."
        ),
    ] = False,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup back: everything is checked first, then it becomes the ledger in one step."""
    settings = Settings()
    with refusals():
        _only_files(settings)
        who = actor_or_fail(actor, settings)
        with FolderLock(settings.data, "slamon ledger restore"):
            restored = put_back(
                file,
                settings.data,
                NAMES,
                replace=replace,
                check=must_be_sound,
                clock=now,
                actor=who,
                program=version("slamon"),
            )
        with House(settings.data) as house:
            refresh(house)
            with house.store.reading() as connection:
                agents = handed_in(connection)
    _tell_restored(restored, agents, as_json=as_json)


def _tell_restored(restored: Restored, agents: Mapping[str, int], *, as_json: bool) -> None:
    newest = format_instant(restored.newest)
    if as_json:
        told = {"position": restored.position, "newest": newest, "epoch": restored.epoch}
        until = {agent: format_instant(instant) for agent, instant in agents.items()}
        aside = None if restored.aside is None else str(restored.aside)
        again = list(restored.erased)
        print_json({**told, "aside": aside, "erased_again": again, "agents": until})
        return
    for line in _lines(restored, agents):
        console.print(line, highlight=False, soft_wrap=True)


def _lines(restored: Restored, agents: Mapping[str, int]) -> list[str]:
    age = length(now() - restored.newest)
    newest = f"recorded {format_instant(restored.newest)} ({age} ago)"
    said = [
        f"the ledger stands at position {restored.position}, its newest fact was {newest}",
        f"epoch {restored.epoch} has begun: views are folded anew, agents hand in what is missing",
    ]
    said += [
        f"  {agent} has handed in until {format_instant(until)}: it hands in what came later, as far as"
        " its spool still holds it, when it next reaches slamon"
        for agent, until in agents.items()
    ]
    if restored.aside is not None:
        said.append(f"the ledger that was there is now {restored.aside}")
    if restored.erased:
        said.append(f"erased again, as they were after the backup: {', '.join(restored.erased)}")
    if restored.unread is not None:
        said.append(
            f"the ledger that was there cannot be read ({restored.unread}): erase again whom it alone"
            " knew as erased, with `slamon actor erase`"
        )
    return said


@app.command()
def restored(
    *,
    reason: Annotated[
        str, typer.Option(help="From what it was put back, for those who read the ledger later.")
    ],
    actor: Actor = None,
) -> None:
    """Say that the ledger was put back by other means: it is checked, and a new epoch begins."""
    settings = Settings()
    with refusals():
        who = actor_or_fail(actor, settings)
        with existing_home(settings) as house, house.alone("slamon ledger restored"):
            must_be_sound(house.ledger)
            begun = begin_epoch(house.ledger, reason, now(), who)
            raise_format(house.ledger, version("slamon"))
    console.print(
        f"epoch {begun.epoch} has begun after position {begun.position}: views are folded anew,"
        " agents hand in what is missing",
        highlight=False,
        soft_wrap=True,
    )
