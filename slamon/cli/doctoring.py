"""`slamon doctor`: what is not as it should be, where, and what to do about it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Annotated

import typer

from slamon.app.agents import assignment
from slamon.cli import premises
from slamon.cli.assigning import AGENT
from slamon.cli.house import House, now, place_in
from slamon.cli.readiness import alarming, unmeasured
from slamon.cli.settings import Settings
from slamon.cli.signing import up_since
from slamon.cli.terminal import AsJson, console, print_json, progressing
from slamon.cli.wording import counted, length
from slamon.history import FACTS, UPCASTERS
from slamon.ledger.disk import Hindrance, hindrance
from slamon.ledger.examining import Finding, examined, remedy
from slamon.ledger.place import (
    RESTORE,
    EmptyLedgerError,
    LedgerUnreachableError,
    Place,
    UnusablePlaceError,
)
from slamon.ledger.sealing import newest, unsealed
from slamon.ledger.stores import store_at
from slamon.ledger.trouble import FOLD_ANEW, damage, of_views, passing
from slamon.ledger.verifying import verify

HOUR = 3_600_000_000
MINUTE = 60_000_000
UNSEALED = 3 * HOUR  # µs; a duty that failed once or twice is no finding
LAG = 1_000  # facts
STEP_SECONDS = 0.05
NAMED = 6  # periods; more are counted
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
    place = place_in(settings.data, settings.database)
    started = time.time() - time.monotonic()
    yield _packages()
    barred = hindrance(settings.data)
    if barred is not None:
        yield premises.hindered(settings.data, barred)
    try:
        if (missing := _missing(place, settings.data)) is None:
            yield from _looked(settings, place, barred, deep=deep)
        else:
            yield missing
            yield from _beside(settings.data, deep=deep)
    except OSError as wrong:
        yield _unseen("ledger", settings.data, wrong)
    yield _stepped(time.time() - time.monotonic() - started)


def _looked(
    settings: Settings, place: Place, barred: Hindrance | None, *, deep: bool
) -> Iterator[Finding]:
    folder = settings.data
    looks: dict[str, Callable[[], Iterable[Finding]]] = {
        "disk": lambda: premises.disk(folder) if barred is None else (),
        "leftovers": lambda: premises.leftovers(place, folder),
        "store": lambda: examined(place, KNOWN, now()),
        "lock": lambda: premises.lock(place, folder),
        "ledger": lambda: _opened(settings, deep=deep),
        "spool": lambda: premises.spool(folder, deep=deep),
    }
    unseen = []
    for check, look in looks.items():
        try:
            yield from look()
        except Exception as wrong:  # noqa: BLE001 - of a damaged ledger any error may come, and each is told
            if barred is not None and passing(wrong) is not None:
                unseen.append(check)
            else:
                yield _unseen(check, folder, wrong)
    if unseen:
        said = f"{', '.join(unseen)} cannot be looked at until then; nothing says that anything is damaged"
        yield Finding("unseen", "warning", str(folder), said)


def _unseen(check: str, folder: Path, wrong: Exception) -> Finding:
    """That something cannot be looked at is a finding too, and keeps no other from being told."""
    if isinstance(wrong, LedgerUnreachableError):
        return Finding(check, "wrong", str(folder), str(wrong), remedy(str(wrong)))
    if (said := passing(wrong, folder)) is not None:
        do = "see to that, then look again; nothing says that anything is damaged"
        return Finding(check, "wrong", str(folder), said, do)
    said = f"it cannot be looked at: {type(wrong).__name__}: {wrong}".splitlines()[0]
    return Finding(check, "wrong", str(folder), said, _remedy(wrong))


def _beside(folder: Path, *, deep: bool) -> Iterator[Finding]:
    """What can be looked at where the ledger cannot."""
    try:
        yield from premises.spool(folder, deep=deep)
    except (OSError, sqlite3.Error) as wrong:
        yield _unseen("spool", folder, wrong)


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
    except EmptyLedgerError as empty:
        said, _, do = str(empty).partition(": ")
        return Finding("ledger", "wrong", str(place), said, do)
    except (LedgerUnreachableError, UnusablePlaceError) as wrong:
        return Finding("ledger", "wrong", variable, str(wrong), remedy(str(wrong)))
    where = str(folder) if isinstance(place, Path) else store.shown()
    do = f"set {variable}, or begin with `slamon catalogue apply` or `slamon up`"
    return Finding("ledger", "wrong", where, "there is no ledger", do)


def _opened(settings: Settings, *, deep: bool) -> Iterator[Finding]:
    with House(settings.data, settings.database) as house:
        where = str(settings.data)
        lag = house.ledger.position() - house.store.position()
        said = f"the views are {counted(lag, 'fact')} behind the ledger"
        do = "is `slamon up` running? else the next command folds them" if lag > LAG else ""
        yield Finding("views", "warning" if lag > LAG else "ok", where, said, do)
        yield _seal(house, settings.seal_minutes)
        yield from _agents(house)
        yield from _attested(house)
        if deep:
            yield _verified(house)


def _attested(house: House) -> Iterator[Finding]:
    for line in house.reading.attestations(now()):
        if line.overdue:
            more = len(line.overdue) - NAMED
            periods = ", ".join(line.overdue[:NAMED]) + (f" and {more} more" if more > 0 else "")
            said = f"{line.attestation} was not answered by {line.answered_by} for {periods}"
            do = f"slamon attest {line.attestation} --period {line.overdue[0]} --answer yes|no --as WHO"
            yield Finding("attestations", "warning", str(house.folder), said, do)


def _agents(house: House) -> Iterator[Finding]:
    where, told = str(house.folder), alarming(house.store, now())
    for said in told:
        sentence, _, todo = said.rpartition("; ")
        yield Finding("agents", "wrong", where, sentence or said, todo)
    if (silent := _silent(house)) is not None:
        yield silent
    elif not told:
        yield Finding("agents", "ok", where, "no agent raises an alarm")
    yield from _silent_elsewhere(house)


def _silent_elsewhere(house: House) -> Iterator[Finding]:
    """Agents of other machines that hand in nothing: a warning, as what is seen from here can be trusted."""
    for line in house.reading.agents(now()):
        if line.silent_since and line.agent != AGENT:
            said = f"{line.agent} has handed in nothing since {line.silent_since}, though slots of it are due"
            do = "look whether it runs, and whether its machine reaches this one"
            yield Finding("agents", "warning", str(house.folder), said, do)


def _silent(house: House) -> Finding | None:
    """That nobody asks what is due; wrong where slamon is up, as where it is not nobody could."""
    instant, assigned = now(), assignment(house.ledger, AGENT)
    intervals = [probe.interval_at(instant) for probe in assigned.probes] if assigned else []
    begun = up_since(house.folder)
    heard = house.reading.reported_until(AGENT) or 0
    said = unmeasured([each for each in intervals if each], heard, max(heard, begun or 0), instant)
    if said is None:
        return None
    if begun is None:
        do = "start `slamon up`, whose agent asks them"
        return Finding("agents", "warning", str(house.folder), said, do)
    do = (
        f"start `slamon agent run`; if it runs, look at what it says ({house.folder / 'agent.log'})"
    )
    return Finding("agents", "wrong", str(house.folder), said, do)


def _seal(house: House, minutes: int) -> Finding:
    """Whether facts wait for a seal longer than they should; where nothing is new, none is made."""
    made, waiting, where = newest(house.ledger), unsealed(house.ledger), str(house.folder)
    said = f"seal {made.seal.number} covers up to position {made.seal.last}" if made else "no seal"
    since = now() - waiting.recorded_at if waiting else 0
    if waiting is None or since <= max(UNSEALED, 2 * minutes * MINUTE):
        return Finding("seal", "ok", where, said)
    said += f"; the fact at position {waiting.position} has waited {length(since)} for one"
    do = f"is `slamon up` running? it seals every {minutes} minutes; else run `slamon ledger seal`"
    return Finding("seal", "warning", where, said, do)


def _verified(house: House) -> Finding:
    with progressing("reading every fact", house.ledger.position()) as tick:
        found = verify(house.ledger, progress=tick)
    where = str(house.folder)
    if found.first is None:
        said = f"{counted(found.facts, 'fact is', 'facts are')} readable, {found.sealed} of them as they were sealed"
        return Finding("proof", "ok", where, said)
    said = f"position {found.first.position}: {found.first.says}"
    return Finding("proof", "wrong", where, said, f"keep the file as it is, then {RESTORE}")


def _stepped(seconds: float) -> Finding:
    where = "this machine"
    if abs(seconds) <= STEP_SECONDS:
        return Finding("clock", "ok", where, "the clock runs evenly")
    said = f"the clock was set by {seconds:+.2f} s while this ran"
    return Finding("clock", "warning", where, said, "let one time service set it, gently")
