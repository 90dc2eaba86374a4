"""What `slamon doctor` finds in the data folder itself: its disk, what lies about, the lock, the agent's spool."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from probes.spool_trouble import BEGIN_ANEW, damage
from slamon.ledger.disk import Hindrance
from slamon.ledger.examining import Finding
from slamon.ledger.lock import HeldError, folding_lock
from slamon.ledger.place import Place

MIB = 2**20
LITTLE, TOO_LITTLE = 1_024 * MIB, 100 * MIB
HARMLESS = "nothing else: what is recorded stays, and agents keep what they measure meanwhile"


def hindered(folder: Path, found: Hindrance) -> Finding:
    """What keeps slamon from writing in the folder, which harms nothing that is recorded."""
    return Finding("disk", "wrong", str(folder), found.says, f"{found.do}, {HARMLESS}")


def disk(folder: Path) -> Iterator[Finding]:
    """How much is free."""
    folder.mkdir(parents=True, exist_ok=True)  # beside a database, it may not have been needed yet
    free = shutil.disk_usage(folder).free
    said = f"{free // MIB} MiB are free for ledger and spool"
    do = "" if free > LITTLE else f"free some space, {HARMLESS}"
    state = "ok" if free > LITTLE else ("warning" if free > TOO_LITTLE else "wrong")
    yield Finding("disk", state, str(folder), said, do)  # type: ignore[arg-type]


def leftovers(place: Place, folder: Path) -> Iterator[Finding]:
    """What was killed half-way, or put aside; beside a database, a ledger that is not asked."""
    found = [*folder.glob(".restore-*"), *folder.glob(".backup-*"), *folder.glob(".new-*")]
    if found:
        said = f"{', '.join(each.name for each in found)}: something was killed half-way"
        yield Finding("leftovers", "warning", str(folder), said, "delete them; nothing uses them")
    aside = _put_aside(folder)
    if aside:
        count = "1 ledger that was" if len(aside) == 1 else f"{len(aside)} ledgers that were"
        do = "delete such files when nobody asks any more"
        yield Finding("leftovers", "ok", str(aside[0]), f"{count} replaced", do)
    if not isinstance(place, Path) and (file := folder / "ledger.db").is_file():
        said = "this file is a ledger too, and is not asked: SLAMON_DATABASE names another"
        do = "unset SLAMON_DATABASE to ask it; facts are not carried over (docs/postgresql.md)"
        yield Finding("leftovers", "warning", str(file), said, do)


def _put_aside(folder: Path) -> list[Path]:
    found = folder.glob("ledger.db.replaced-*")
    return sorted(each for each in found if not each.name.endswith(("-wal", "-shm")))


def lock(place: Place, folder: Path) -> Iterator[Finding]:
    """Who folds."""
    held = folding_lock(place, folder, "slamon doctor")
    try:
        held.take()
    except HeldError as holder:
        yield Finding("lock", "ok", str(folder), str(holder).partition(";")[0])
    else:
        held.release()
        yield Finding("lock", "ok", str(folder), "nobody folds: `slamon up` does not run here")


def spool(folder: Path, *, deep: bool) -> Iterator[Finding]:
    """Whether the agent of this folder can go on with its spool; nothing where it never ran."""
    file = folder / "spool.db"
    if not file.is_file():
        return
    harm = damage(file, whole=deep)
    if harm is None:
        yield Finding("spool", "ok", str(file), "no damage of the agent's spool is seen")
    else:
        yield Finding("spool", "wrong", str(file), f"it is damaged: {harm}", BEGIN_ANEW)
