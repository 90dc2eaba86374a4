"""`slamon ledger seal`, `seals`, `verify` and `prove`: that nobody has changed the past."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from catalogue.instants import format_instant
from slamon.app.program import ITSELF
from slamon.app.refused import Refused
from slamon.cli import numbers
from slamon.cli.house import House
from slamon.cli.kept import Kept, kept_in
from slamon.cli.known import AsKnownAt, position_known
from slamon.cli.opening import existing_home, refresh
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_map, print_table
from slamon.cli.terminal import REFUSED, AsJson, console, errors, print_json, progressing, refusals
from slamon.ledger import sealing, verifying
from slamon.ledger.archiving import must_be_of
from slamon.ledger.locating import Fault
from slamon.ledger.proof import NotProvableError
from slamon.ledger.proof import prove as proof_of
from slamon.ledger.sealing import Made
from slamon.ledger.verifying import Verified

SHOWN = 20  # faults that are told one by one
NAMED = ("number", "first", "last", "count", "previous", "root", "hash")


def seal(*, as_json: AsJson = False) -> None:
    """Seal what was recorded since the last seal; the hash printed is worth keeping elsewhere."""
    settings = Settings()
    with refusals(), existing_home(settings) as house:
        last = house.ledger.position()
        with progressing("sealing the ledger", last) as tick:
            sealing.seal(
                house.ledger,
                actor=settings.actor or ITSELF,
                cause="slamon ledger seal",
                progress=tick,
            )
        newest = sealing.newest(house.ledger)
        made = newest if newest and newest.position > last else None
        refresh(house)
    if as_json:
        print_json({"made": bool(made), "seal": _told(newest) if newest else None})
    elif newest is None:
        console.print("there is nothing to seal")
    else:
        said = "sealed" if made else "nothing new"
        console.print(f"{said}; seal {newest.seal.number} covers up to position {newest.seal.last}")
        console.print(f"hash {newest.seal.hash}", soft_wrap=True)


def seals(
    *,
    after: Annotated[int, numbers.number("Only seals after this number.", least=0)] = 0,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List the seals; with --json, the file that `slamon ledger verify --against` compares with."""
    with refusals(), existing_home(Settings()) as house:
        upto = position_known(house, as_known) or house.ledger.position()
        made = sealing.seals(house.ledger, after=after)
        found = [_told(each) for each in made if each.position <= upto]
        ledger = house.founded.ledger_id
    if as_json:
        print_json({"ledger": ledger, "seals": found})
        return
    columns = ("number", "sealed_at", "first", "last", "count", "hash")
    heads = [name.replace("_", " ") for name in columns]
    print_table(heads, [[each[name] for name in columns] for each in found], empty="no seal")


def _told(made: Made) -> dict[str, object]:
    return {
        **{name: getattr(made.seal, name) for name in NAMED},
        "position": made.position,
        "sealed_at": format_instant(made.recorded_at),
    }


def verify(
    *,
    against: Annotated[
        str | None,
        typer.Option(
            help="Seals that were kept elsewhere: what `slamon ledger seals --json` printed, or the hash of one.",
            metavar="FILE|HASH",
        ),
    ] = None,
    archive: Annotated[
        list[Path] | None,
        typer.Option(help="An archive that holds what is away; give each.", metavar="FILE"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read all that is stored, and name the first position that is not what was sealed.

    Exit code 1 when something does not fit. What was recorded after the last seal is counted, not proved.
    """
    with refusals(), existing_home(Settings()) as house:
        found = _verified(house, kept_in(against) if against else Kept(), archive or [])
    if as_json:
        print_json(_found(found))
    else:
        _print(found)
    if found.first:
        raise typer.Exit(REFUSED)


def _verified(house: House, kept: Kept, archives: Sequence[Path]) -> Verified:
    for file in archives:
        must_be_of(file, house.founded)
    with progressing("verifying the ledger", house.ledger.position()) as tick:
        return verifying.verify(
            house.ledger,
            anchor=kept.numbered,
            hashes=kept.alone,
            archives=archives,
            progress=tick,
        )


def _found(found: Verified) -> dict[str, object]:
    return {
        "holds": found.first is None,
        "first": found.first._asdict() if found.first else None,
        "faults": [fault._asdict() for fault in found.faults],
        "fault_count": found.fault_count,
        "facts": found.facts,
        "sealed": found.sealed,
        "not_yet_sealed": found.unsealed,
        "by_digest_only": found.away,
        "from_archives": found.fetched,
        "seals": found.seals,
        "seals_as_kept": found.anchored,
        "recognised": [each.number for each in found.recognised],
        "last_seal": {name: getattr(found.last_seal, name) for name in NAMED}
        if found.last_seal
        else None,
    }


def _print(found: Verified) -> None:
    rows: dict[str, object] = {
        "facts read": found.facts,
        "under a seal": found.sealed,
        "not yet sealed": found.unsealed,
        "seals": found.seals,
    }
    if found.away:
        rows["by digest only"] = (
            f"{found.away}; their single results are in an archive: --archive FILE reads it"
        )
    if found.fetched:
        rows["with an archive"] = found.fetched
    if found.anchored:
        rows["seals as kept"] = found.anchored
    if found.last_seal:
        rows["last seal"] = found.last_seal.hash
    print_map(rows)
    for each in found.recognised:
        console.print(
            f"the hash that was kept is that of seal {each.number}, over positions up to {each.last}",
            highlight=False,
        )
    if not found.first:
        console.print("nothing that was sealed has changed")
        return
    _tell_faults(found.faults, found.fault_count)


def _tell_faults(faults: list[Fault], count: int) -> None:
    first = faults[0]
    where = f"the first position that does not fit is {first.position}: "
    _say(first.says if first.kind == "kept" else f"{where}{first.says}")
    for fault in faults[1:SHOWN]:
        _say(fault.says if fault.kind == "kept" else f"position {fault.position}: {fault.says}")
    if count > SHOWN:
        _say(f"and {count - SHOWN} more")


def _say(text: str) -> None:
    errors.print(text, style="red", highlight=False, soft_wrap=True)


def prove(
    position: Annotated[int, numbers.position("The fact's position.")],
    out: Annotated[
        Path | None, typer.Option(help="Write the proof into this file.", metavar="FILE")
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --out: say in JSON what was written.")
    ] = False,
) -> None:
    """Export a proof that a fact is under a seal; docs/verify/check_proof.py checks it without slamon.

    The proof is JSON, which is printed where no file is named.
    """
    with refusals(), existing_home(Settings()) as house:
        try:
            proof = proof_of(house.ledger, position)
        except NotProvableError as wrong:
            raise Refused(str(wrong)) from None
        if out is None:
            print_json(proof.model_dump(mode="json"))
            return
        _write_new(out, json.dumps(proof.model_dump(mode="json"), indent=2) + "\n")
    last = proof.seals[-1]
    if as_json:
        print_json({"file": str(out), "position": position, "seal": last.number, "hash": last.hash})
        return
    console.print(f"{out} proves position {position} up to seal {last.number}", soft_wrap=True)
    console.print(f"hash {last.hash}", soft_wrap=True)


def _write_new(file: Path, text: str) -> None:
    try:
        with file.open("x") as new:
            new.write(text)
    except FileExistsError:
        message = f"{file} is there already: a proof never overwrites a file, give it a new name"
        raise Refused(message) from None
