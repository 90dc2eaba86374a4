"""`slamon import sign`, `countersign` and `files`: who stands by a file of tickets."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from catalogue.probing import Import
from slamon.app import signing
from slamon.cli.house import House
from slamon.cli.opening import opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.taking import described
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, print_json
from slamon.ledger.actors import Actors
from slamon.sla.tickets import Side
from slamon.views.signatures import sides

SHOWN = 12  # digits of a digest

Source = Annotated[str, typer.Argument(help="The imports record of the tickets.", metavar="SOURCE")]
Signed = Annotated[
    str,
    typer.Argument(
        help="The file, or its SHA-256 (eight digits or more), as `slamon import files` lists it.",
        metavar="FILE",
    ),
]


def sign(source: Source, file: Signed, *, actor: Actor = None) -> None:
    """Sign a file of tickets for the party that hands it in (`signed_by` of its record)."""
    _sign(source, file, "signed", actor)


def countersign(source: Source, file: Signed, *, actor: Actor = None) -> None:
    """Sign a file of tickets for the other party (`counter_signed_by`): its figures are not provisional any more."""
    _sign(source, file, "counter_signed", actor)


def _sign(source: str, file: str, side: Side, actor: str | None) -> None:
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        record = described(house, source, None)
        said, position = signing.sign_file(house.ledger, record, _digest(file), side, actor=who)
        named = f"{said.file} ({said.sha256[:SHOWN]})"
        done = side.replace("_", "-")
        how = f"is {done} for {said.party}" if position else f"was {done} already"
        console.print(f"{named} {how}", highlight=False, soft_wrap=True)
        recorded(house)


def tell_waiting(house: House, record: Import) -> None:
    """Say which files still lack a signature, and by which commands they are given."""
    for each in signing.files(house.ledger, record.id):
        if lacking := sides(record) - set(each.signatures):
            parties = {"signed": record.signed_by, "counter_signed": record.counter_signed_by}
            who = " and ".join(str(parties[side]) for side in sorted(lacking, reverse=True))
            named = f"{each.file} ({each.sha256[:SHOWN]})"
            said = f"{named} is provisional until it is signed for {who}: slamon import sign, countersign"
            console.print(said, style="dim", highlight=False, soft_wrap=True)


def _digest(file: str) -> str:
    path = Path(file)
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else file


def files(source: Source, *, as_json: AsJson = False) -> None:
    """List the files of tickets that were taken in, and who signed them."""
    with opened() as house:
        record = described(house, source, None)
        found, people = signing.files(house.ledger, record.id), Actors(house.folder)
    if as_json:
        told = [
            {
                "file": each.file,
                "sha256": each.sha256,
                "rows": each.rows,
                "position": each.position,
                "actor": each.actor,
                "signed": each.signatures.get("signed"),
                "counter_signed": each.signatures.get("counter_signed"),
            }
            for each in found
        ]
        print_json(told)
        return
    rows = [
        (
            each.file,
            each.sha256[:SHOWN],
            each.rows,
            people.shown(each.actor),
            _by(people, each, "signed", record.signed_by),
            _by(people, each, "counter_signed", record.counter_signed_by),
        )
        for each in found
    ]
    columns = ("file", "digest", "tickets", "imported by", "signed", "counter-signed")
    print_table(columns, rows, empty="no file was taken in")


def _by(people: Actors, taken: signing.TakenIn, side: Side, party: str | None) -> str:
    actor = taken.signatures.get(side)
    if actor is not None:
        return people.shown(actor) or actor
    return f"waits for {party}" if party else "not asked for"
