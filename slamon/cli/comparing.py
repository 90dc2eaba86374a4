"""`slamon compare`: what two providers ask for the same need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, get_args

import typer

from catalogue.exchange import RateKind
from slamon.app.refused import Unknown
from slamon.cli.known import AsKnownAt, Then, reading_at
from slamon.cli.months import Label, month_or_fail, named_errors
from slamon.cli.sheet import print_line, print_table
from slamon.cli.terminal import AsJson, console, print_json
from slamon.views.comparison import ComparedSide, Need, OfferLine, OffersCompared

KINDS = ", ".join(get_args(RateKind))
Left = Annotated[
    str, typer.Option(help="The provider in whose currency is compared.", metavar="ID")
]
Right = Annotated[str, typer.Option(help="The other provider.", metavar="ID")]
Kind = Annotated[RateKind, typer.Option("--rates", help="The one kind of exchange rates.")]


def compare(
    left: Left,
    right: Right,
    month: Label,
    kind: Kind,
    *,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Compare what two providers ask for the same need in a month, drafts included, in one currency."""
    asked = month_or_fail(month)
    with reading_at(as_known) as then, named_errors():
        found = then.reading.comparison(left, right, asked, kind) or _lacks(then, left, right)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _print(found)


def _lacks(then: Then, *names: str) -> OffersCompared:
    known = {line.id for line in then.reading.records("party", None, 1_000)}
    missing = " and ".join(repr(each) for each in names if each not in known)
    message = f"there is no party {missing}; known are {', '.join(sorted(known)) or 'none'}"
    raise Unknown(message)


def _print(found: OffersCompared) -> None:
    left, right = found.left, found.right
    console.print(f"{left.name} and {right.name}, {found.month}", style="bold")
    columns = (left.provider, left.currency, right.provider, right.currency, f"in {found.currency}")
    print_table(
        (*columns, "left less right"), [*_rows(found), *_sums(found)], empty="nothing is compared"
    )
    for side in (left, right):
        _print_side(side)
    for rate in found.rates:
        if rate.effective:
            since = f"{found.rate_kind}, effective {rate.effective}"
            print_line(f"1 USD = {rate.per_usd} {rate.currency} ({since})")
    for each in found.without_counterpart:
        print_line(f"not compared: {each.name} of {each.provider} has no counterpart")
    for each in found.without_price:
        print_line(f"not compared: {each.name} of {each.provider} has no price")


def _rows(found: OffersCompared) -> Iterator[tuple[str | None, ...]]:
    for need in found.needs:
        yield _row(need)


def _row(need: Need) -> tuple[str | None, ...]:
    return (
        _names(need.left),
        _each(need.left, "amount"),
        _names(need.right),
        _each(need.right, "amount"),
        _each(need.right, "converted"),
        need.difference,
    )


def _names(lines: tuple[OfferLine, ...]) -> str:
    return "\n".join(f"{each.name} (draft)" if each.draft else each.name for each in lines)


def _each(lines: tuple[OfferLine, ...], field: str) -> str:
    return "\n".join(str(getattr(each, field)) for each in lines)


def _sums(found: OffersCompared) -> Iterator[tuple[str | None, ...]]:
    left, right = found.left, found.right
    for each in left.surcharges:
        yield (f"{each.name} {each.rate} %", each.amount, None, None, None, None)
    for each, converted in zip(right.surcharges, right.surcharges_converted, strict=True):
        yield (None, None, f"{each.name} {each.rate} %", each.amount, converted, None)
    yield ("total", left.total, "total", right.total, right.converted, found.difference)


def _print_side(side: ComparedSide) -> None:
    flags = [
        *(["by a draft, which is never charged"] if side.draft else []),
        *(["illustrative"] if side.illustrative else []),
    ]
    if flags:
        print_line(f"{side.provider}: {', '.join(flags)}", style="yellow")
