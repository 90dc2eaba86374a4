"""`slamon ledger archive|bring-back`: old latencies and evidence into a file, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from catalogue.instants import format_instant
from probes.batch import ObservationsRecorded
from slamon.app.archiving import Choice
from slamon.app.program import ITSELF
from slamon.cli import numbers
from slamon.cli.house import House, now
from slamon.cli.opening import existing_home, refresh
from slamon.cli.settings import Settings
from slamon.cli.terminal import USAGE, AsJson, console, fail, print_json, progress, refusals
from slamon.cli.wording import BATCHES, counted, length
from slamon.ledger import archiving, sealing
from slamon.ledger.archiving import Moved
from slamon.ledger.coldfile import Archived
from slamon.sla.runs import DAY_US
from slamon.views.paced import bounds_of
from slamon.views.promised import promises

File = Annotated[Path, typer.Argument(help="The file of the archive.", metavar="FILE")]

Said = dict[str, object]


def archive(
    file: File,
    *,
    older_than: Annotated[
        str,
        typer.Option(help="Only results that are older, in days: 400d.", metavar="DAYS"),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move exact latencies, lateness and evidence of old, sealed results into a file; slamon may be up.

    Outcomes, histograms of latency and seals stay. An archive that is there already is gone on with.
    """
    settings, age = Settings(), _days(older_than) * DAY_US
    with refusals(), existing_home(settings) as house:
        before = now() - age
        choice = _choice(house, before)
        archived = _archived(house, file, choice, yes=yes)
        moved = Moved(0, 0, 0)
        if archived:
            moved = _with_bar(
                "leaving the digests",
                archived,
                lambda progress: archiving.put_away(
                    house.ledger,
                    archived,
                    choice,
                    actor=settings.actor or ITSELF,
                    progress=progress,
                ),
            )
        refresh(house)
    said: Said = {
        "file": str(file) if archived else None,
        "sha256": archived.sha256 if archived else None,
        "older_than": format_instant(before),
        **_told(moved, "archived_before"),
        "whole_for_promises": choice.promised,
        "whole_for_layout": choice.older,
        "younger": choice.younger,
        "oldest": None if choice.oldest is None else format_instant(choice.oldest),
    }
    if as_json:
        print_json(said)
    else:
        _say(_archive_lines(file, archived, moved, choice, before))


def _days(text: str) -> int:
    """How many days `400d` are; anything else is wrong usage."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})d", text)
    if found is None:
        fail(f"--older-than: {text!r} is no number of days: write 400d", USAGE)
    return int(found[1])


def _choice(house: House, before: int) -> Choice:
    refresh(house)
    with house.store.reading() as connection:
        bounded = {check for check, bounds in bounds_of(promises(connection)).items() if bounds}
    return Choice(house.ledger, before, bounded)


def _archived(house: House, file: Path, choice: Choice, *, yes: bool) -> Archived | None:
    """The archive: the one that is there, or a new one; None where there is nothing for it."""
    if file.exists():
        return archiving.whole(file, house.founded)
    upto = newest.seal.last if (newest := sealing.newest(house.ledger)) else 0
    if not yes:
        _ask(house, choice, upto, file)
    with progress("copying into the archive", upto) as bar:
        task = bar.task_ids[0]

        found = archiving.gather(
            house.ledger, upto, choice, lambda at: bar.update(task, completed=at)
        )
        return archiving.copied(house.founded, file, found)


def _ask(house: House, choice: Choice, upto: int, file: Path) -> None:
    sizes = [len(each.cold) for each in archiving.gather(house.ledger, upto, choice)]
    choice.count_anew()  # they are counted again while copying
    if sizes:
        said = f"Move the single results of {counted(len(sizes), *BATCHES)} ({_mib(sum(sizes))}) to {file}?"
        typer.confirm(said, abort=True)


def _with_bar(
    title: str, archived: Archived, work: Callable[[Callable[[int], None]], Moved]
) -> Moved:
    with progress(title, archived.last) as bar:
        return work(lambda at: bar.update(bar.task_ids[0], completed=at))


def _archive_lines(
    file: Path, archived: Archived | None, moved: Moved, choice: Choice, before: int
) -> list[str]:
    said = ["nothing was moved, and no file was written"]
    if archived:
        said = [
            f"{counted(moved.facts, 'batch has', 'batches have')} left {_mib(moved.size)} to {file}",
            f"SHA-256 {archived.sha256}; positions {archived.first} to {archived.last}",
            "keep it with the backups: nothing else holds these results one by one",
        ]
    if moved.already:
        said.append(f"{moved.already} had done so before")
    if choice.promised:
        ones = counted(choice.promised, "older one stays", "older ones stay")
        said.append(
            f"{ones} whole: somebody promised how long their results may take,"
            " and figures could not be folded anew without them"
        )
    if choice.older:
        ones = counted(choice.older, "of the first layout stays", "of the first layout stay")
        said.append(f"{ones} whole, for want of a histogram")
    if not archived:
        said.append(_why_none(choice, before))
    return said


def _why_none(choice: Choice, before: int) -> str:
    """What keeps sealed batches from leaving that nobody promised anything of."""
    limit = format_instant(before)
    if choice.oldest is None:
        return "no sealed batch has single results that could leave"
    age = length(now() - choice.oldest)
    oldest = f"the oldest that is here is of {format_instant(choice.oldest)}, {age} ago"
    younger = counted(choice.younger, "sealed batch is", "sealed batches are")
    return f"{younger} not older than {limit}; {oldest}"


def bring_back(
    file: File,
    *,
    first: Annotated[int, numbers.number("Only from this position on.")] = 1,
    last: Annotated[int | None, numbers.number("Only up to this position.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put back what an archive holds, or a part of it; slamon may be up, and the file stays."""
    settings = Settings()
    with refusals(), existing_home(settings) as house:
        archived = archiving.whole(file, house.founded)
        moved = _with_bar(
            "bringing back",
            archived,
            lambda progress: archiving.bring_back(
                house.ledger,
                archived,
                first,
                last or numbers.LAST,
                actor=settings.actor or ITSELF,
                progress=progress,
            ),
        )
        bounded = _promised_meanwhile(house, archived)
    if as_json:
        print_json({"file": str(file), **_told(moved, "here_before"), "rebuild": bounded})
        return
    batches = counted(moved.facts, "batch has its", "batches have their")
    said = [f"{batches} single results again, {_mib(moved.size)}"]
    if moved.already:
        said.append(f"{moved.already} had them")
    if bounded:
        said.append(
            "somebody promised since how long these results may take: `slamon ledger rebuild` counts them exactly"
        )
    _say(said)


def _promised_meanwhile(house: House, archived: Archived) -> bool:
    """Whether views that were folded without these latencies are to be folded anew."""
    choice = _choice(house, now())
    if not choice.bounded:
        return False
    found = house.ledger.rows(archived.first - 1, limit=1)
    while found and found[0].position <= archived.last:
        for row in found:
            batch = house.ledger.entry(row).fact
            if isinstance(batch, ObservationsRecorded) and choice.needs(row.stream, batch):
                return True
        found = house.ledger.rows(found[-1].position, limit=sealing.ROWS)
    return False


def _told(moved: Moved, already: str) -> Said:
    return {"batches": moved.facts, "bytes": moved.size, already: moved.already}


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"


def _say(lines: list[str]) -> None:
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
