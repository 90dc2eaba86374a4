"""`slamon doctor`: what is not as it should be, where, and what to do about it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Annotated

import typer

from slamon.cli.house import House, now, place_in
from slamon.cli.readiness import alarming
from slamon.cli.settings import Settings
from slamon.cli.terminal import AsJson, console, print_json, progress
from slamon.history import FACTS, UPCASTERS
from slamon.ledger.examining import RESTORE, Finding, examined
from slamon.ledger.lock import folding_lock
from slamon.ledger.place import HeldError, LedgerUnreachableError, Place, UnusablePlaceError
from slamon.ledger.sealing import newest, unsealed
from slamon.ledger.stores import store_at
from slamon.ledger.trouble import FOLD_ANEW, damage, of_views
from slamon.ledger.verifying import verify

MIB = 2**20
LITTLE, TOO_LITTLE = 1_024 * MIB, 100 * MIB
HOUR = 3_600_000_000
MINUTE = 60_000_000
UNSEALED = 3 * HOUR  # µs; a duty that failed once or twice is no finding
LAG = 1_000  # facts
STEP_SECONDS = 0.05
KNOWN = frozenset({*FACTS, *UPCASTERS})


def doctor(
    *,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every fact and check every seal as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is not as it should be and what to do about it, also while slamon is up; exit 1 if anything is wrong."""
    found = list(_findings(Settings(), deep=deep))
    if as_json:
        print_json([finding._asdict() for finding in found])
    else:
        for finding in found:
            _tell(finding)
    if any(finding.state == "wrong" for finding in found):
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    said = f"{finding.state:<8}{finding.check}: {finding.says}"
    if finding.state == "ok":
        console.print(said, highlight=False, soft_wrap=True)
        return
    style = "red" if finding.state == "wrong" else "yellow"
    console.print(f"{said} ({finding.where})", style=style, highlight=False, soft_wrap=True)
    if finding.do:
        console.print(f"        {finding.do}", highlight=False, soft_wrap=True)


def _findings(settings: Settings, *, deep: bool) -> Iterator[Finding]:
    folder = settings.data
    place = place_in(folder, settings.database)
    started = time.time() - time.monotonic()
    yield _packages()
    if (missing := _missing(place, folder)) is not None:
        yield missing
        return
    yield from _tried("disk", folder, lambda: _disk(folder))
    yield from _tried("leftovers", folder, lambda: _leftovers(folder))
    yield from _tried("store", folder, lambda: examined(place, KNOWN, now()))
    yield from _tried("lock", folder, lambda: _lock(place, folder))
    yield from _tried("ledger", folder, lambda: _opened(settings, deep=deep))
    yield _stepped(time.time() - time.monotonic() - started)


def _tried(check: str, folder: Path, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Look at one thing; that it cannot be looked at is a finding too, and keeps no other from being told."""
    try:
        yield from look()
    except Exception as wrong:  # noqa: BLE001 - of a damaged ledger any error may come, and each is told
        said = f"it cannot be looked at: {type(wrong).__name__}: {wrong}".splitlines()[0]
        yield Finding(check, "wrong", str(folder), said, _remedy(wrong))


def _remedy(wrong: Exception) -> str:
    if not damage(wrong):
        return "see docs/backup.md"
    return f"stop slamon and {FOLD_ANEW}" if of_views(wrong) else RESTORE


def _packages() -> Finding:
    try:
        foreign = distribution("catalogue")
    except PackageNotFoundError:
        return Finding("packages", "ok", "python", "no other package is named catalogue")
    said = f"the package catalogue {foreign.version} takes the place of slamon's own folder of that name"
    return Finding("packages", "wrong", "python", said, "give slamon an environment of its own")


def _missing(place: Place, folder: Path) -> Finding | None:
    """What keeps the ledger from being looked at; None where there is one."""
    variable = "SLAMON_DATA" if isinstance(place, Path) else "SLAMON_DATABASE"
    try:
        store = store_at(place)
        if store.is_there():
            return None
    except (LedgerUnreachableError, UnusablePlaceError) as wrong:
        do = "start the server, or set SLAMON_DATABASE otherwise; agents keep what they have"
        return Finding("ledger", "wrong", variable, str(wrong), do)
    where = str(folder) if isinstance(place, Path) else store.shown()
    do = f"set {variable}, or begin with `slamon catalogue apply` or `slamon up`"
    return Finding("ledger", "wrong", where, "there is no ledger", do)


def _disk(folder: Path) -> Iterator[Finding]:
    folder.mkdir(parents=True, exist_ok=True)  # beside a database, it may not have been needed yet
    free = shutil.disk_usage(folder).free
    said = f"{free // MIB} MiB are free for ledger and spool"
    do = "" if free > LITTLE else "free some space; without it, agents keep results until there is"
    state = "ok" if free > LITTLE else ("warning" if free > TOO_LITTLE else "wrong")
    yield Finding("disk", state, str(folder), said, do)  # type: ignore[arg-type]


def _leftovers(folder: Path) -> Iterator[Finding]:
    found = [*folder.glob(".restore-*"), *folder.glob(".backup-*"), *folder.glob(".new-*")]
    if found:
        said = f"{', '.join(each.name for each in found)}: something was killed half-way"
        yield Finding("leftovers", "warning", str(folder), said, "delete them; nothing uses them")
    aside = sorted(folder.glob("ledger.db.replaced-*"))
    if aside:
        said = f"{len(aside)} files of ledgers that were replaced"
        yield Finding(
            "leftovers", "ok", str(aside[0]), said, "delete them when nobody asks any more"
        )


def _lock(place: Place, folder: Path) -> Iterator[Finding]:
    lock = folding_lock(place, folder, "slamon doctor")
    try:
        lock.take()
    except HeldError as held:
        yield Finding("lock", "ok", str(folder), str(held).partition(";")[0])
    else:
        lock.release()
        yield Finding("lock", "ok", str(folder), "nobody folds: `slamon up` does not run here")


def _opened(settings: Settings, *, deep: bool) -> Iterator[Finding]:
    with House(settings.data, settings.database) as house:
        where = str(settings.data)
        lag = house.ledger.position() - house.store.position()
        said = f"the views are {lag} facts behind the ledger"
        do = "is `slamon up` running? else the next command folds them" if lag > LAG else ""
        yield Finding("views", "warning" if lag > LAG else "ok", where, said, do)
        yield _seal(house, settings.seal_minutes)
        said_of_agents = alarming(house.store, now())
        for said in said_of_agents:
            sentence, _, todo = said.rpartition("; ")
            yield Finding("agents", "wrong", where, sentence or said, todo)
        if not said_of_agents:
            yield Finding("agents", "ok", where, "no agent raises an alarm")
        if deep:
            yield _verified(house)


def _seal(house: House, minutes: int) -> Finding:
    """Whether facts wait for a seal longer than they should; where nothing is new, none is made."""
    made, waiting, where = newest(house.ledger), unsealed(house.ledger), str(house.folder)
    said = f"seal {made.seal.number} covers up to position {made.seal.last}" if made else "no seal"
    since = now() - waiting.recorded_at if waiting else 0
    if waiting is None or since <= max(UNSEALED, 2 * minutes * MINUTE):
        return Finding("seal", "ok", where, said)
    said += f"; the fact at position {waiting.position} has waited {since / HOUR:.1f} hours for one"
    do = f"is `slamon up` running? it seals every {minutes} minutes; else run `slamon ledger seal`"
    return Finding("seal", "warning", where, said, do)


def _verified(house: House) -> Finding:
    with progress("reading every fact", house.ledger.position()) as bar:
        found = verify(house.ledger, progress=lambda at: bar.update(bar.task_ids[0], completed=at))
    where = str(house.folder)
    if found.first is None:
        said = f"{found.facts} facts are readable, {found.sealed} of them as they were sealed"
        return Finding("proof", "ok", where, said)
    said = f"position {found.first.position}: {found.first.says}"
    return Finding("proof", "wrong", where, said, f"keep the file as it is, then {RESTORE}")


def _stepped(seconds: float) -> Finding:
    where = "this machine"
    if abs(seconds) <= STEP_SECONDS:
        return Finding("clock", "ok", where, "the clock runs evenly")
    said = f"the clock was set by {seconds:+.2f} s while this ran"
    return Finding("clock", "warning", where, said, "let one time service set it, gently")
