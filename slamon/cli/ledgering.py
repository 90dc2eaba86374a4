"""`slamon ledger`: show facts, count them, fold the views anew."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.app.refused import Refused, Unknown
from slamon.cli import archiving, numbers, sealing
from slamon.cli.commands import group
from slamon.cli.facts import print_fact
from slamon.cli.house import House, now
from slamon.cli.known import AsKnownAt, known, position_known
from slamon.cli.listed import facts_after, last_facts, print_facts
from slamon.cli.opening import existing_home, refresh
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_map, print_table
from slamon.cli.terminal import (
    USAGE,
    AsJson,
    console,
    errors,
    fail,
    print_json,
    progressing,
    refusals,
)
from slamon.cli.wording import BATCHES, counted
from slamon.ledger.archives import Away, holding
from slamon.views import rebuilding as anew
from slamon.views.fold import FoldError
from slamon.views.told import told

app = group(
    "The ledger: show, stats; seal, seals, verify, prove; backup, restore; archive, bring-back; rebuild."
)
app.command()(sealing.seal)
app.command()(sealing.seals)
app.command()(sealing.verify)
app.command()(sealing.prove)
app.command()(archiving.archive)
app.command()(archiving.bring_back)

LISTED = 50  # facts


@app.command()
def show(
    position: Annotated[int | None, numbers.position("One fact in full.")] = None,
    *,
    stream: Annotated[str | None, typer.Option(help="Only this stream.", metavar="STREAM")] = None,
    after: Annotated[int, numbers.number("Only facts after this position.", least=0)] = 0,
    limit: Annotated[
        int | None, numbers.number(f"How many at the most; {LISTED} if it is left out.")
    ] = None,
    newest: Annotated[
        int | None, numbers.number("The newest, so many; the last one last.", "--last")
    ] = None,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Show one fact in full, a batch of results decoded probe by probe, or list facts, the oldest first."""
    if position is not None:
        if stream or after or limit or newest:
            fail(
                "a position names one fact: leave out --stream, --after, --limit and --last", USAGE
            )
        _show_one(position, as_known, as_json=as_json)
        return
    if newest and after:
        fail("--last and --after begin at two ends: give one of them", USAGE)
    if newest and limit:
        fail("--last and --limit both say how many: give one of them", USAGE)
    with refusals(), existing_home(Settings()) as house:
        upto = position_known(house, as_known)
        if newest:
            entries = last_facts(house.ledger, stream, newest, upto)
        else:
            entries = facts_after(house.ledger, stream, after, limit or LISTED, upto)
        if stream and not entries and not house.ledger.version(stream):
            message = f"there is no stream {stream!r}"
            raise Unknown(message)
        found = [told(house.ledger, entry).model_dump() for entry in entries] if as_json else []
    if as_json:
        print_json(found)
    else:
        print_facts(entries)


def _show_one(position: int, as_known: str | None, *, as_json: bool) -> None:
    with refusals(), existing_home(Settings()) as house:
        _refresh_if_can(house)
        with known(house, as_known) as then:
            then.tell()
            found = then.reading.fact(position)
        if found is None:
            raise Unknown(_none_at(house, position))
    if as_json:
        print_json(found.model_dump())
    else:
        print_fact(found)


def _refresh_if_can(house: House) -> None:
    """Bring the views up, which know seals and what was before; they may stand still at this very fact."""
    try:
        refresh(house)
    except (FoldError, Refused) as wrong:
        errors.print(f"{wrong}; seal and earlier results may be missing", soft_wrap=True)


def _none_at(house: House, position: int) -> str:
    last = house.ledger.position()
    if position > last:
        return f"there is no fact at position {position}: the ledger's last is {last}"
    (at, *_) = house.ledger.since(position - 1, limit=1)
    if at.position == position:
        return f"the fact at position {position} had not been recorded yet"
    after = at
    return f"there is no fact at position {position}, positions may have gaps: the next is {after.position}"


@app.command()
def stats(*, as_json: AsJson = False) -> None:
    """Count facts and bytes by kind, and say what the file costs on disk."""
    with refusals(), existing_home(Settings()) as house:
        counts = house.ledger.counts()
        status = house.reading.ledger()
        size = house.ledger.size()
        away = holding(house.ledger)
    if as_json:
        facts = [{"fact": name, "count": count, "bytes": total} for name, count, total in counts]
        print_json({**status.model_dump(), "file_bytes": size, **_archived(away), "facts": facts})
        return
    print_map(
        {
            "ledger": f"{status.ledger_id}, epoch {status.epoch}",
            "position": status.position,
            "views at": status.view_position,
            "file": f"{size / 2**20:.1f} MiB",
            "sealed": f"up to position {status.seal.last}" if status.seal else "not yet",
            "in archives": _in_archives(away),
            "last seal": status.seal.hash if status.seal else None,
        }
    )
    print_table(("fact", "count", "bytes"), counts, empty="no fact")


def _archived(away: Away) -> dict[str, object]:
    files = [each.model_dump() for each in away.files]
    return {"archived_bytes": away.size, "archives": files}


def _in_archives(away: Away) -> str | None:
    if not away.count:
        return None
    names = ", ".join(each.name for each in away.files)
    return f"{away.size / 2**20:.1f} MiB of {counted(away.count, *BATCHES)}: {names}"


@app.command()
def rebuild() -> None:
    """Fold the views anew from the ledger and put them in the place of those that are read; slamon may be up."""
    with refusals(), existing_home(Settings()) as house:
        with progressing("folding the ledger anew", house.ledger.position()) as tick:
            anew.rebuild(house.ledger, house.store, now(), tick)
        console.print(f"views stand at position {house.reading.position()}")
