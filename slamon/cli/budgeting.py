"""`slamon budget`: a calendar year by funding source."""

from __future__ import annotations

from typing import Annotated

import typer

from catalogue.exchange import RateKind
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.sheet import print_line, print_table
from slamon.cli.terminal import AsJson, console, print_json
from slamon.views.budgeted import BudgetYear, SourceOfYear

Year = Annotated[
    int, typer.Option(help="The calendar year, e.g. 2026.", metavar="YEAR", min=1, max=9999)
]
Kind = Annotated[
    RateKind | None,
    typer.Option("--rates", help="Convert to the currency of each budget by this kind of rates."),
]

COLUMNS = (
    "funding source", "services", "charged", "expected", "credit", "total", "budget", "left", "",
)  # fmt: skip
SAID = {
    "covered": None,
    "exceeded": "exceeds the budget",
    "no_budget": "no budget",
    "no_source": "nobody is named who pays",
    "not_computed": "not computed",
    "not_converted": "several currencies: name --rates",
}


def budget(
    year: Year, kind: Kind = None, *, as_known: AsKnownAt = None, as_json: AsJson = False
) -> None:
    """Show a year by funding source: what was charged, what is expected, and what the budgets leave."""
    with reading_at(as_known) as then:
        found = then.reading.budget_year(year, then.instant, kind)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _print(found)


def _print(found: BudgetYear) -> None:
    rows = [_row(each) for each in found.sources]
    print_table(COLUMNS, rows, empty=f"nothing is charged in {found.year}, and there is no budget")
    if any(each.illustrative for each in found.sources):
        print_line("amounts are illustrative", style="yellow")
    for wrong in found.uncomputed:
        said = f"{wrong.provider} {wrong.month}: {wrong.code}: {wrong.message}"
        print_line(said, style="yellow")
    for each in found.unpriced:
        said = f"not in the sums: {each.name}, {each.days} days that no tariff prices"
        print_line(said, style="yellow")
    if found.without_source:
        count = len(found.without_source)
        listed = ", ".join(each.service for each in found.without_source)
        console.print(
            f"no funding source is named for {count}: {listed}", highlight=False, soft_wrap=True
        )


def _row(line: SourceOfYear) -> tuple[str | None, ...]:
    return (
        line.source,
        ", ".join(each.service for each in line.services),
        _sum(line, line.charged),
        _sum(line, line.expected),
        _sum(line, line.credit),
        _sum(line, line.total),
        _sum(line, line.budget),
        _sum(line, line.left),
        SAID[line.verdict],
    )


def _sum(line: SourceOfYear, amount: str | None) -> str | None:
    return f"{amount} {line.currency}" if amount else None
