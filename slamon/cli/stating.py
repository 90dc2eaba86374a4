"""`slamon import holidays` and `rates`: lists that others publish, recorded as terms of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from catalogue.calendars import Calendar
from catalogue.editing import edited
from catalogue.exchange import RateKind
from catalogue.instants import moment_of
from catalogue.plan import plan
from catalogue.records import Catalogue
from catalogue.terms import Known
from slamon.app.refused import Refused, Unknown
from slamon.cli.documents import Prepared, apply_plan, print_plan
from slamon.cli.filed import SkipBad, read_whole
from slamon.cli.house import House, now
from slamon.cli.opening import opened
from slamon.cli.settings import Settings
from slamon.cli.terminal import USAGE, Actor, actor_or_fail, console, fail
from slamon.cli.wording import counted
from slamon.importers import holidays as holiday_reader
from slamon.importers import ics, records
from slamon.importers import rates as rate_reader
from slamon.views.promised import Promises, promises

List = Annotated[
    Path, typer.Argument(help="The list.", exists=True, dir_okay=False, metavar="FILE")
]
PlanOnly = Annotated[
    bool, typer.Option("--plan", help="Say what would be recorded, and record nothing.")
]


def holidays(
    file: List,
    name: Annotated[
        str, typer.Option("--calendar", help="The calendar the days belong to.", metavar="ID")
    ],
    *,
    plan_only: PlanOnly = False,
    skip_bad: SkipBad = False,
    actor: Actor = None,
) -> None:
    """Put holidays into a calendar: a CSV file (date,name,status) or an iCalendar file (.ics).

    Days of the calendar that the list does not name stay as they are.
    """
    read = ics.read if file.suffix.lower() == ".ics" else holiday_reader.read
    settings = Settings()
    with opened(settings) as house:
        with house.store.reading() as connection:
            held = promises(connection)
        known = _calendar(held, name)
        found = read_whole(file, lambda tick: read(file, tick), skip_bad=skip_bad)
        stated = records.calendar(file, found.results, name, known)
        _state(house, held, stated, file, settings, actor, plan_only=plan_only)


def rates(
    file: List,
    kind: Annotated[
        RateKind, typer.Option(help="What the rates are; a conversion uses one kind only.")
    ],
    *,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            help="A column of another name: currency=NAME, per_usd=NAME or effective=NAME.",
            metavar="ROLE=NAME",
        ),
    ] = None,
    correction: Annotated[
        str | None,
        typer.Option(help="Why rates that are effective already were wrong from the start."),
    ] = None,
    plan_only: PlanOnly = False,
    skip_bad: SkipBad = False,
    actor: Actor = None,
) -> None:
    """Record exchange rates of a CSV list: currency, units of it for one US dollar, effective day.

    They stand in the set `rates`. A rate that is effective already changes only with --correction.
    """
    layout = {**rate_reader.COLUMNS, **_named(columns or [])}
    settings = Settings()
    with opened(settings) as house:
        with house.store.reading() as connection:
            held = promises(connection)
        found = read_whole(
            file, lambda tick: rate_reader.read(file, layout, tick), skip_bad=skip_bad
        )
        stated = records.rates(file, found.results, kind, held.states(), correction)
        _state(house, held, stated, file, settings, actor, plan_only=plan_only)


def _named(columns: list[str]) -> Mapping[str, str]:
    pairs = [each.partition("=") for each in columns]
    for role, _, column in pairs:
        if role not in rate_reader.COLUMNS or not column:
            roles = ", ".join(rate_reader.COLUMNS)
            fail(f"--column {role}: write ROLE=NAME, where the role is one of {roles}", USAGE)
    return {role: column for role, _, column in pairs}


def _calendar(held: Promises, name: str) -> Known:
    if held.get(Calendar, name) is None:
        known = ", ".join(each.id for each in held.of(Calendar))
        message = f"there is no calendar {name!r}; known are {known or 'none'}"
        raise Unknown(message)
    return held.records["calendar", name].known


def _state(
    house: House,
    held: Promises,
    stated: Catalogue,
    file: Path,
    settings: Settings,
    actor: str | None,
    *,
    plan_only: bool,
) -> None:
    """Print what a list would record, and record it unless only a plan is asked for."""
    today = moment_of(now()).date()
    planned = edited(plan(stated, held.states(), today, house.reading.closed()), held.states())
    print_plan(planned)
    if planned.refusals:
        changes = counted(len(planned.refusals), "change is", "changes are")
        message = f"{changes} refused; nothing was recorded (--correction REASON records rates that were wrong)"
        raise Refused(message)
    if plan_only or not planned.changes:
        return
    who = actor_or_fail(actor, settings)
    apply_plan(house, Prepared(planned, held.states()), actor=who, reason=f"imported {file.name}")
    console.print(f"recorded up to position {house.reading.position()}")
