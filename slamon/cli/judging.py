"""`slamon judge` and `slamon close`: figures of an agreement in a period."""

from __future__ import annotations

from typing import Annotated

import typer

from catalogue.instants import format_instant, parse_instant
from slamon.app.refused import Unknown
from slamon.cli.house import Decisions, House, now
from slamon.cli.known import as_known_at
from slamon.cli.opening import opened
from slamon.cli.settings import Settings
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, print_json, print_table
from slamon.sla.judgement import Judgement
from slamon.views.reading import Reading

Agreement = Annotated[str, typer.Option(help="The agreement's id.", metavar="ID")]
Period = Annotated[str, typer.Option(help="The period, e.g. 2026-02.", metavar="PERIOD")]


def judge(
    agreement: Agreement,
    period: Period,
    *,
    as_known: Annotated[
        str | None,
        typer.Option("--as-known-at", help="As it was known at an instant.", metavar="INSTANT"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge an agreement in a period; exit code 1 when an enforced objective is breached."""
    with opened() as house:
        found = _judged(house, agreement, period, as_known)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        _print(found)
    if any(each.state == "breached" and each.mode == "enforced" for each in found.objectives):
        raise typer.Exit(1)


def _judged(house: House, agreement: str, period: str, as_known: str | None) -> Judgement:
    if as_known is None:
        return _found(house.reading, agreement, period, now(), "there is no agreement")
    instant = parse_instant(as_known)
    with as_known_at(house, instant) as then:
        missing = f"at {format_instant(instant)} the ledger knew no agreement"
        return _found(then, agreement, period, instant, missing)


def _found(reading: Reading, agreement: str, period: str, instant: int, missing: str) -> Judgement:
    found = reading.judge(agreement, period, instant)
    if found is None:
        known = ", ".join(line.id for line in reading.records("agreement", None, 1_000))
        message = f"{missing} {agreement!r}; known are {known or 'none'}"
        raise Unknown(message)
    return found


def _print(found: Judgement) -> None:
    known = found.as_known_at
    console.print(
        f"{found.agreement} {found.period.label} ({found.period.tz}), "
        f"as known at position {known.position}, {known.instant}",
        style="bold",
    )
    rows = [
        (
            each.objective,
            each.service,
            f"{each.indicator} ≥ {each.target}",
            each.measured.percent if each.measured else "not measured",
            each.measured.ratio if each.measured else None,
            each.coverage.percent,
            each.state + (" (provisional)" if each.provisional else ""),
            each.mode,
            each.basis,
        )
        for each in found.objectives
    ]
    columns = (
        "objective",
        "service",
        "target",
        "percent",
        "exact",
        "coverage",
        "state",
        "mode",
        "basis",
    )
    print_table(columns, rows, empty="no objective holds in this period")
    for each in found.objectives:
        if each.note:
            console.print(f"  {each.objective}: {each.note}", style="dim")


def close(agreement: Agreement, period: Period, *, actor: Actor = None) -> None:
    """Close a finished period: its figures are fixed, and breaches of enforced objectives are found."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        closed_before = _is_closed(house, agreement, period)
        position = Decisions(house).close(agreement, period, who)
        found = [
            breach
            for breach in house.reading.breaches("open")
            if breach.agreement == agreement and breach.period == period
        ]
    if closed_before:
        console.print(f"{agreement} {period} was closed before; nothing was recorded")
        return
    console.print(f"{agreement} {period} is closed at position {position}")
    for breach in found:
        console.print(f"  breach to review: {breach.breach} ({breach.percent} of {breach.target})")


def _is_closed(house: House, agreement: str, period: str) -> bool:
    """Whether a period is closed; positions would not tell, as an agent moves them on meanwhile."""
    found = house.reading.agreement(agreement, now())
    return found is not None and period in found.closed_periods
