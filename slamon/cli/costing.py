"""`slamon cost`: what an available hour of a service cost."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.app.refused import Refused
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.months import Label, month_or_fail
from slamon.cli.sheet import print_map
from slamon.cli.terminal import AsJson, print_json
from slamon.views.hourly import CostAnswer, NoHoursError

SECOND_US = 1_000_000
Agreement = Annotated[str, typer.Option(help="The agreement's id.", metavar="ID")]
Objective = Annotated[
    str, typer.Option(help="The objective whose available time counts.", metavar="ID")
]


def cost(
    agreement: Agreement,
    objective: Objective,
    month: Label,
    *,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Show what an available hour of a service cost in a month: its charges less its credit, by the time available."""
    asked = month_or_fail(month)
    with reading_at(as_known) as then:
        try:
            found = then.reading.cost(agreement, objective, asked, then.instant)
        except NoHoursError as wrong:
            raise Refused(str(wrong)) from None
        found = found or then.lacks(agreement)
    if found.error and not as_json:
        message = f"{found.error.code}: {found.error.message}"
        raise Refused(message)
    if as_json:
        print_json(found.model_dump(mode="json"))
        raise typer.Exit(1 if found.error else 0)
    _print(found)


def _print(found: CostAnswer) -> None:
    print_map(
        {
            "service": found.service_name,
            "month": found.month,
            "lines": _money(found.lines, found),
            "surcharges": _money(found.surcharges, found),
            "credit": _money(found.credit, found),
            "cost": _money(found.cost, found),
            "available": f"{_minutes(found.available_us)} by {found.agreement} {found.objective}",
            "an hour": f"{found.per_hour} {found.currency}" if found.per_hour else _why(found),
            "exactly": found.exact,
            "basis": f"{found.basis}, provisional" if found.provisional else found.basis,
        }
    )


def _money(amount: str | None, found: CostAnswer) -> str | None:
    absorbed = ", absorbed" if found.absorbed and amount is found.cost else ""
    return None if amount is None else f"{amount} {found.currency}{absorbed}"


def _why(found: CostAnswer) -> str:
    return "nothing is charged" if found.currency is None else "it was never available"


def _minutes(us: int) -> str:
    minutes, seconds = divmod(us // SECOND_US, 60)
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
