"""`slamon catalogue`: check, plan and apply documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from catalogue.document import Document
from catalogue.instants import moment_of
from catalogue.interpretation import not_yet_interpreted
from catalogue.plan import Plan, notes_of, plan
from catalogue.reader import read
from catalogue.records import Catalogue, Key
from catalogue.terms import Terms
from catalogue.weaknesses import weaknesses
from slamon.app import catalogue as applying
from slamon.cli.advice import advise
from slamon.cli.assigning import Targets
from slamon.cli.commands import group
from slamon.cli.exporting import export
from slamon.cli.house import House, now
from slamon.cli.opening import opened, recorded
from slamon.cli.proposing import applied, tried
from slamon.cli.records import history, list_records, show
from slamon.cli.schemas import schema
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.terminal import (
    USAGE,
    Actor,
    AsJson,
    actor_or_fail,
    console,
    errors,
    fail,
    print_json,
    refusals,
)
from slamon.cli.wording import counted
from slamon.views.promised import promises
from slamon.web.asking import AskedNow

app = group("Promises as documents: check, plan, apply, export.")
app.command()(schema)
app.command()(export)
app.command("list")(list_records)
app.command()(show)
app.command()(history)

MS = 1_000
TRIED = ("probe", "target", "outcome", "latency", "reason", "in words", "stages")

Folders = Annotated[
    list[Path], typer.Argument(help="Folders of documents, each one set.", metavar="DIR...")
]


@app.command()
def check(
    folders: Folders,
    *,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also list what is kept and not acted upon yet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read documents and name every fault, each with file, line, column and a proposal.

    What is allowed, and makes figures easier to doubt, is noted.
    """
    for place in folders:
        if place.is_file():
            fail(f"{place} is one file of a set; give its folder: {place.parent}", USAGE)
    with refusals():
        catalogue = read(folders)
    kept = _said(catalogue, not_yet_interpreted)
    weak = [*_said(catalogue, weaknesses), *notes_of(catalogue)]
    if as_json:
        found = {"not_yet_interpreted": kept, "weaknesses": weak}
        print_json({"records": len(catalogue.records), **found})
        return
    records = counted(len(catalogue.records), "record")
    console.print(f"{records} in {', '.join(catalogue.sets)}: no fault")
    for line in weak:
        console.print(f"note: {line}", highlight=False, soft_wrap=True)
    if verbose:
        for line in kept:
            console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    elif kept:
        details = counted(len(kept), "detail is", "details are")
        console.print(f"{details} kept and not acted upon yet; --verbose lists them")


def _said(catalogue: Catalogue, of: Callable[[Document], Iterable[str]]) -> list[str]:
    return [
        f"{kind} {name}: {said}"
        for (kind, name), record in catalogue.records.items()
        for said in of(record.model)
    ]


@app.command("plan")
def show_plan(
    folders: Folders,
    *,
    ask: Annotated[
        bool,
        typer.Option(
            "--try",
            help="Ask every probe once that would be asked otherwise; exit 1 if one is not good.",
        ),
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="With --try: ask the demo_target of each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what applying the documents would record, one sentence a change."""
    settings = Settings()
    with opened(settings) as house:
        prepared, position = plan_of(house, folders), house.reading.position()
        planned = prepared.plan
        asked = _tried(house, planned, settings, demo=demo) if ask and not planned.refusals else []
    if as_json:
        more = {"tried": [each.model_dump(mode="json") for each in asked]} if ask else {}
        print_json({**planned.as_json(), "position": position, **more})
    else:
        print_plan(planned)
        errors.print(f"planned at position {position}", style="dim", highlight=False)
        if ask and not planned.refusals:
            rows = [_row(each) for each in asked]
            print_table(TRIED, rows, empty="no probe would be asked otherwise")
    advise(asked)
    if planned.refusals or any(each.outcome != "good" for each in asked):
        raise typer.Exit(1)


def _tried(house: House, planned: Plan, settings: Settings, *, demo: bool) -> list[AskedNow]:
    with house.store.reading() as connection:
        held = promises(connection)
    targets = Targets("demo_target" if demo else "target")
    wanted = list(applied(held, planned).changed(targets))
    return tried(wanted, settings, demo=demo)


def _row(asked: AskedNow) -> tuple[str | None, ...]:
    took = None if asked.latency_us is None else f"{asked.latency_us / MS:.1f} ms"
    stages = ", ".join(f"{each.stage} {each.took_us / MS:.1f} ms" for each in asked.stages)
    return asked.probe, asked.target, asked.outcome, took, asked.reason, asked.text, stages


@app.command()
def apply(
    folders: Folders,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    reason: Annotated[str, typer.Option(help="Why; stands with the facts.")] = "documents applied",
    at: Annotated[
        int | None,
        typer.Option(
            "--at",
            help="The position that `plan` printed; refused where a record of the plan has changed since.",
            metavar="POSITION",
        ),
    ] = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Record what the documents newly state: all of it or nothing."""
    settings = Settings()
    with opened(settings) as house:
        prepared = plan_of(house, folders)
        planned = prepared.plan
        if not as_json:
            print_plan(planned)
        if planned.refusals:
            if as_json:
                print_json(_told(planned, None))
            fail(f"{len(planned.refusals)} changes are refused; nothing was recorded")
        if not planned.changes:
            if as_json:
                print_json(_told(planned, None))
            return
        who = actor_or_fail(actor, settings)
        if not yes:
            typer.confirm(_question(planned), abort=True, err=as_json)
        apply_plan(house, prepared, actor=who, reason=reason, at=at, as_json=as_json)
        position = house.reading.position()
    if as_json:
        print_json(_told(planned, position))
    else:
        console.print(f"recorded up to position {position}")


def _told(planned: Plan, position: int | None) -> dict[str, JsonValue]:
    return {**planned.as_json(), "recorded": position is not None, "position": position}


def _question(planned: Plan) -> str:
    changes, withdrawn = len(planned.changes), len(planned.withdrawn)
    said = counted(changes, "change")
    if withdrawn:
        said += f", of them {counted(withdrawn, 'record')} withdrawn"
    return f"Record {said}?"


@dataclass(frozen=True)
class Prepared:
    """A plan, and what the ledger said of its records when it was made: it may be applied to nothing else."""

    plan: Plan
    known: Mapping[Key, Terms]


def apply_plan(
    house: House,
    prepared: Prepared,
    *,
    actor: str,
    reason: str,
    at: int | None = None,
    as_json: bool = False,
) -> None:
    """Record a plan and bring the views up to it.

    Raises:
        Refused: the plan was refused, or a record has changed since it was made.

    """
    applying.apply(house.ledger, prepared.plan, prepared.known, actor=actor, reason=reason, at=at)
    recorded(house, as_json=as_json)


def plan_of(house: House, folders: list[Path]) -> Prepared:
    """What applying some folders would record.

    Raises:
        DocumentsRefused: the documents have faults.

    """
    documents = read(folders)
    reading, today = house.reading, moment_of(now()).date()
    known = reading.states()
    return Prepared(plan(documents, known, today, reading.closed(), reading.editors()), known)


def print_plan(planned: Plan) -> None:
    """Print what would be recorded, a sentence for each change, and what is refused."""
    for change in planned.changes:
        console.print(f"  {change.sentence}", highlight=False, markup=False, soft_wrap=True)
    for ahead in planned.ledger_ahead:
        console.print(f"  {ahead.sentence}", style="dim", highlight=False, markup=False)
    for note in planned.notes:
        console.print(f"  note: {note}", style="dim", highlight=False, markup=False, soft_wrap=True)
    for refusal in planned.refusals:
        errors.print(str(refusal), style="red", highlight=False, markup=False, soft_wrap=True)
    if not planned.changes and not planned.refusals:
        console.print("nothing to record: the ledger knows all of it")
