"""`slamon judge` and `slamon close`: figures of an agreement in a period."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slamon.app.refused import Unknown
from slamon.cli.explaining import print_explanation
from slamon.cli.house import Decisions, House, now
from slamon.cli.known import AsKnownAt, Then, known
from slamon.cli.opening import opened
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.terminal import (
    USAGE,
    Actor,
    AsJson,
    actor_or_fail,
    console,
    fail,
    print_json,
    progress,
)
from slamon.cli.trying import print_what_if
from slamon.cli.wording import cases, number, promise, verdict
from slamon.cli.wording import known as resting_on
from slamon.sla.judgement import Judgement, ObjectiveJudgement

Agreement = Annotated[str, typer.Option(help="The agreement's id.", metavar="ID")]
Period = Annotated[str, typer.Option(help="The period, e.g. 2026-02.", metavar="PERIOD")]


def judge(
    agreement: Agreement,
    period: Period,
    *,
    as_known: AsKnownAt = None,
    terms: Annotated[
        Path | None,
        typer.Option(
            "--terms",
            help="Judge also as if the documents of FILE had held, and show the difference.",
            metavar="FILE",
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each figure rests on, stretch by stretch.")
    ] = False,
    objective: Annotated[
        str | None, typer.Option(help="With --explain: of this objective only.", metavar="ID")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge an agreement in a period; exit code 1 when an enforced objective is breached.

    With --terms nothing is recorded, and exit code 0 says that both sides were judged; with --explain it says that
    the figures were explained.
    """
    if (objective is not None and not explain) or (explain and terms is not None):
        fail("--objective goes with --explain, and --explain not with --terms", USAGE)
    with opened() as house, known(house, as_known) as then:
        if explain:
            _explain(then, agreement, period, objective, as_json=as_json)
            return
        if terms is not None:
            _try(then, agreement, period, terms, as_json=as_json)
            return
        found = then.reading.judge(agreement, period, then.instant) or then.lacks(agreement)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        _print(found)
    if any(each.state == "breached" and each.mode == "enforced" for each in found.objectives):
        raise typer.Exit(1)


def _try(then: Then, agreement: str, period: str, terms: Path, *, as_json: bool) -> None:
    with progress("judging under other terms", None):
        found = then.reading.what_if(agreement, period, then.instant, terms)
    if found is None:
        then.lacks(agreement)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        print_what_if(found, str(terms))


def _explain(
    then: Then, agreement: str, period: str, objective: str | None, *, as_json: bool
) -> None:
    found = then.reading.explain(agreement, period, then.instant, objective)
    if found is None:
        if objective is None or then.reading.agreement(agreement, then.instant) is None:
            then.lacks(agreement)
        message = f"{agreement} promises no objective {objective!r}"
        raise Unknown(message)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        print_explanation(found)


def _print(found: Judgement) -> None:
    console.print(
        f"{found.agreement} {found.period.label} ({found.period.tz}), {resting_on(found.as_known_at)}",
        style="bold",
    )
    rows = [
        (
            each.objective,
            each.service,
            f"{each.indicator} {promise(each.op, each.target, each.within)}",
            *_figure(each),
            each.coverage.percent,
            verdict(each),
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
        if told := "; ".join(filter(None, (cases(each), each.note))):
            console.print(f"  {each.objective}: {told}", style="dim")


def _figure(said: ObjectiveJudgement) -> tuple[str, str | None]:
    """The figure for display, and exactly."""
    if said.measured and not (said.measured.unit == "cases" and said.state == "not_measured"):
        return said.measured.percent, said.measured.ratio
    return (number(said), said.level.value) if said.level else ("not measured", None)


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
