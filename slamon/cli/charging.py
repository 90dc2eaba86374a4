"""`slamon charges`: what a provider charges for a month."""

from __future__ import annotations

from typing import Annotated

import typer

from catalogue.charging import ChargeError, Month
from slamon.app.refused import Refused, Unknown
from slamon.cli.known import AsKnownAt, Then, reading_at
from slamon.cli.sheet import print_table
from slamon.cli.terminal import USAGE, AsJson, console, fail, print_json
from slamon.views.charged import ChargedLine, Charges, InvoiceAnswer

Provider = Annotated[str, typer.Option(help="The party that charges.", metavar="ID")]
Label = Annotated[str, typer.Option(help="The month, e.g. 2026-03.", metavar="MONTH")]

COLUMNS = ("tariff", "line", "offering", "days and quantity", "exact", "free of it", "amount")


def charges(
    provider: Provider, month: Label, *, as_known: AsKnownAt = None, as_json: AsJson = False
) -> None:
    """Show what a provider charges for a month, line by line: tariffs, quantities, surcharges, what is payable."""
    try:
        asked = Month.named(month)
    except ValueError:
        fail(f"{month} is no month; write it like 2026-03", USAGE)
    with reading_at(as_known) as then:
        try:
            found = then.reading.charges(provider, asked) or _lacks(then, provider)
        except ChargeError as wrong:
            raise Refused(str(wrong)) from None
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        _print(found)


def _lacks(then: Then, provider: str) -> Charges:
    names = ", ".join(dict.fromkeys(line.provider for line in then.reading.tariffs()))
    known = f"tariffs are of {names}" if names else "no tariff was recorded yet"
    message = f"there is no party {provider!r}; {known}"
    raise Unknown(message)


def _print(found: Charges) -> None:
    console.print(f"{found.name}, {found.month} ({found.days} days)", style="bold")
    for each in found.invoices:
        _print_invoice(each)
    if not found.invoices:
        console.print("no published tariff of this party has a line in this month")
    for days in found.unpriced:
        console.print(
            f"  not charged: {days.name}, {days.from_} to {days.to}: no tariff says what it costs",
            style="yellow",
        )


def _print_invoice(found: InvoiceAnswer) -> None:
    rows = [
        (each.tariff, each.line, each.name, _measure(each), each.exact, each.free, each.amount)
        for each in found.lines
    ]
    print_table(COLUMNS, rows, empty="nothing")
    for each in found.surcharges:
        console.print(
            f"  {each.name}: {each.rate} % of {each.net} = {each.amount} {found.currency}"
        )
    said = f"total {found.total} {found.currency}"
    if found.absorbed:
        said += ", absorbed: so small an invoice is not paid"
    console.print(said + (" (illustrative)" if found.illustrative else ""), style="bold")


def _measure(line: ChargedLine) -> str:
    if line.ordered:
        return f"{line.quantity} {line.unit} on {line.ordered}"
    return ", ".join(f"{each.days} d × {each.quantity} {line.unit}" for each in line.segments)
