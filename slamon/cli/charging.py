"""`slamon charges`: what a provider charges for a month."""

from __future__ import annotations

from typing import Annotated

import typer

from slamon.app.refused import Unknown
from slamon.cli.crediting import credit_lines
from slamon.cli.known import AsKnownAt, Then, reading_at
from slamon.cli.months import Label, month_or_fail, named_errors
from slamon.cli.sheet import print_line, print_table
from slamon.cli.terminal import AsJson, console, print_json
from slamon.views.charged import ChargedLine, Charges, InvoiceAnswer

Provider = Annotated[str, typer.Option(help="The party that charges.", metavar="ID")]

COLUMNS = (
    "tariff", "line", "offering", "price", "days and quantity", "exact", "free of it", "amount"
)  # fmt: skip
SOURCES = ("funding source", "services", "net", "surcharges", "total", "credit", "left")


def charges(
    provider: Provider, month: Label, *, as_known: AsKnownAt = None, as_json: AsJson = False
) -> None:
    """Show what a provider charges for a month, line by line: tariffs, surcharges, credits, who bears what."""
    asked = month_or_fail(month)
    with reading_at(as_known) as then, named_errors():
        found = then.reading.charges(provider, asked) or _lacks(then, provider)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        _print(found)


def _lacks(then: Then, provider: str) -> Charges:
    found = (then.reading.tariff(line.tariff) for line in then.reading.tariffs())
    names = ", ".join(dict.fromkeys(each.provider for each in found if each))
    known = f"tariffs are of {names}" if names else "no tariff was recorded yet"
    message = f"there is no party {provider!r}; {known}"
    raise Unknown(message)


def _print(found: Charges) -> None:
    console.print(f"{found.name}, {found.month} ({found.days} days)", style="bold")
    for each in found.invoices:
        _print_invoice(each)
    if not found.invoices:
        console.print("no published tariff of this party has a line in this month")
    for credit in found.credits:
        for line in credit_lines(credit):
            print_line(line)
    if found.without_source:
        print_line(f"no funding source is named for {', '.join(found.without_source)}")
    for days in found.unpriced:
        console.print(
            f"  not charged: {days.name}, {days.from_} to {days.to}: no tariff says what it costs",
            style="yellow",
        )


def _print_invoice(found: InvoiceAnswer) -> None:
    rows = [
        (
            each.tariff,
            each.line,
            each.name,
            _price(each),
            _measure(each),
            each.exact,
            each.free,
            each.amount,
        )
        for each in found.lines
    ]
    print_table(COLUMNS, rows, empty="nothing")
    for each in found.surcharges:
        console.print(
            f"  {each.name}: {each.rate} % of {each.net} = {each.amount} {found.currency}"
        )
    said = f"total {found.total} {found.currency}"
    if found.absorbed:
        said += f", absorbed: up to {found.limit} an invoice is not paid"
    console.print(said + (" (illustrative)" if found.illustrative else ""), style="bold")
    sources = [
        (e.source, ", ".join(e.services), e.net, e.surcharges, e.total, e.credit, e.left)
        for e in found.funding
    ]
    print_table(SOURCES, sources, empty="nothing is borne by anybody")


def _price(line: ChargedLine) -> str:
    per = "once" if line.charge_period is None else line.charge_period
    return f"{line.unit_price or 'in tiers'}, {per}"


def _measure(line: ChargedLine) -> str:
    if line.ordered:
        return f"{line.quantity} {line.unit} on {line.ordered}"
    return ", ".join(f"{each.days} d × {each.quantity} {line.unit}" for each in line.segments)
