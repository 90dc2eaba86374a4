"""`slamon actor`: the people who decide; facts carry their ids, this table their names."""

from __future__ import annotations

import secrets
from importlib.metadata import version
from typing import Annotated

import typer

from slamon.app import people
from slamon.cli.commands import group
from slamon.cli.opening import existing_home
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, print_json, refusals
from slamon.ledger.actors import Actors
from slamon.ledger.format import raise_format

app = group("People who decide: facts carry ids, names and addresses stand here and can be erased.")

Id = Annotated[str, typer.Argument(help="The id that facts carry.", metavar="ID")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What people read for the id.", metavar="NAME")],
    *,
    identity: Annotated[
        str | None,
        typer.Option(
            "--id",
            help="The id, which stays for ever: choose one that says nothing of the person. "
            "Without it, one is drawn.",
            metavar="ID",
        ),
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Where to reach the person.", metavar="ADDRESS")
    ] = None,
) -> None:
    """Give an id a name; what is decided with --as ID is then shown under that name."""
    with refusals():
        actors = Actors(Settings().data)
        added = people.add(actors, identity or f"p-{secrets.token_hex(3)}", name, address)
    console.print(f"{added.id} is {added.name}", highlight=False, soft_wrap=True)


@app.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List the ids that have or had a name."""
    with refusals(), existing_home(Settings()) as house:
        found = Actors(house.folder).all()
    if as_json:
        print_json([actor._asdict() for actor in found])
        return
    rows = [(a.id, "(erased)" if a.erased else a.name, a.address) for a in found]
    print_table(("id", "name", "address"), rows, empty="no id has a name")


@app.command()
def erase(
    actor: Id,
    reason: Annotated[
        str, typer.Option(help="Why; it stays in the ledger, so without anything personal.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: Actor = None,
) -> None:
    """Erase a person's name and address for good; the id and what it decided stay."""
    settings = Settings()
    with refusals(), existing_home(settings) as house:
        who = actor_or_fail(by, settings)
        actors = Actors(house.folder)
        if not yes:
            typer.confirm(f"Erase {actors.shown(actor)} for good?", abort=True)
        raise_format(house.ledger, version("slamon"))
        position = people.erase(house.ledger, actors, actor, reason, by=who)
    done = "was erased before" if position is None else f"is erased, position {position} says so"
    console.print(f"{actor} {done}", highlight=False)
    console.print("backups made until now still hold the name: see docs/backup.md", soft_wrap=True)
