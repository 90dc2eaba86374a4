"""`slamon ledger`: show facts, count them, fold the views anew."""

from __future__ import annotations

from typing import Annotated

import typer

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from slamon.app.refused import Refused, Unknown
from slamon.cli import archiving, sealing
from slamon.cli.commands import group
from slamon.cli.facts import print_fact
from slamon.cli.house import House, now
from slamon.cli.opening import existing_home, refresh
from slamon.cli.settings import Settings
from slamon.cli.terminal import (
    USAGE,
    AsJson,
    console,
    errors,
    fail,
    print_json,
    print_map,
    print_table,
    progress,
    refusals,
)
from slamon.ledger.archives import ColdPartsArchived, archives
from slamon.ledger.codec import Entry
from slamon.ledger.seals import LedgerSealed
from slamon.views import rebuilding as anew
from slamon.views.fold import FoldError
from slamon.views.told import told

app = group("The ledger: show, stats, seal, verify, prove, rebuild.")
app.command()(sealing.seal)
app.command()(sealing.seals)
app.command()(sealing.verify)
app.command()(sealing.prove)
app.command()(archiving.archive)
app.command()(archiving.bring_back)

TEXT_WIDTH = 110
LAST = 10**15  # more than a ledger will ever hold, and what every program can count to


@app.command()
def show(
    position: Annotated[
        int | None,
        typer.Argument(help="One fact in full.", metavar="POSITION", min=1, max=LAST),
    ] = None,
    *,
    stream: Annotated[str | None, typer.Option(help="Only this stream.", metavar="STREAM")] = None,
    after: Annotated[
        int, typer.Option(help="Only facts after this position.", min=0, max=LAST)
    ] = 0,
    limit: Annotated[int, typer.Option(help="How many at the most.", min=1, max=LAST)] = 50,
    as_json: AsJson = False,
) -> None:
    """Show one fact in full, a batch of results decoded probe by probe, or list facts in order."""
    if position is not None:
        if stream or after:
            fail("a position names one fact: leave out --stream and --after", USAGE)
        _show_one(position, as_json=as_json)
        return
    with refusals(), existing_home(Settings()) as house:
        entries = _entries(house, stream, after, limit)
        if stream and not entries and not house.ledger.version(stream):
            message = f"there is no stream {stream!r}"
            raise Unknown(message)
        found = [told(house.ledger, entry).model_dump() for entry in entries] if as_json else []
    if as_json:
        print_json(found)
        return
    rows = [
        (e.position, format_instant(e.recorded_at), e.stream, e.version, e.name, e.actor, _text(e))
        for e in entries
    ]
    columns = ("position", "recorded at", "stream", "version", "fact", "by", "content")
    print_table(columns, rows, empty="no fact")


def _show_one(position: int, *, as_json: bool) -> None:
    with refusals(), existing_home(Settings()) as house:
        _refresh_if_can(house)
        found = house.reading.fact(position)
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
    (after,) = house.ledger.since(position, limit=1)
    return f"there is no fact at position {position}, positions may have gaps: the next is {after.position}"


def _entries(house: House, stream: str | None, after: int, limit: int) -> list[Entry]:
    if stream is None:
        return house.ledger.since(after, limit=limit)
    found = (entry for entry in house.ledger.stream(stream) if entry.position > after)
    return [entry for _, entry in zip(range(limit), found, strict=False)]


def _text(entry: Entry) -> str:
    if isinstance(batch := entry.fact, ObservationsRecorded):
        said = f"{batch.rows} rows, {len(batch.edges)} edges, {len(batch.missing)} missing"
        said += ", single results in an archive" if batch.away else ""
        return f"{said}, until {format_instant(batch.end)}"
    if isinstance(seal := entry.fact, LedgerSealed):
        return f"seal {seal.number} over positions {seal.first} to {seal.last}, hash {seal.hash}"
    text = entry.payload.decode()
    return text if len(text) <= TEXT_WIDTH else text[: TEXT_WIDTH - 1] + "…"


@app.command()
def stats(*, as_json: AsJson = False) -> None:
    """Count facts and bytes by kind, and say what the file costs on disk."""
    with refusals(), existing_home(Settings()) as house:
        counts = house.ledger.counts()
        status = house.reading.ledger()
        size = house.ledger.size()
        files = archives(house.ledger)
    if as_json:
        facts = [{"fact": name, "count": count, "bytes": total} for name, count, total in counts]
        print_json({**status.model_dump(), "file_bytes": size, **_archived(files), "facts": facts})
        return
    print_map(
        {
            "ledger": f"{status.ledger_id}, epoch {status.epoch}",
            "position": status.position,
            "views at": status.view_position,
            "file": f"{size / 2**20:.1f} MiB",
            "sealed": f"up to position {status.seal.last}" if status.seal else "not yet",
            "in archives": _in_archives(files),
            "last seal": status.seal.hash if status.seal else None,
        }
    )
    print_table(("fact", "count", "bytes"), counts, empty="no fact")


def _archived(files: list[ColdPartsArchived]) -> dict[str, object]:
    size = sum(each.size for each in files)
    return {"archived_bytes": size, "archives": [each.model_dump() for each in files]}


def _in_archives(files: list[ColdPartsArchived]) -> str | None:
    if not files:
        return None
    count, size = sum(each.count for each in files), sum(each.size for each in files)
    names = ", ".join(each.name for each in files)
    return f"{size / 2**20:.1f} MiB of {count} batches: {names}"


@app.command()
def rebuild() -> None:
    """Fold the views anew from the ledger and put them in the place of those that are read; slamon may be up."""
    with refusals(), existing_home(Settings()) as house:
        with progress("folding the ledger anew", house.ledger.position()) as bar:
            task = bar.task_ids[0]
            anew.rebuild(
                house.ledger, house.store, now(), lambda at: bar.update(task, completed=at)
            )
        console.print(f"views stand at position {house.reading.position()}")
