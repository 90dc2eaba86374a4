"""`slamon tariff`: publish, withdraw; and the prices of one that was requested."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from catalogue.services import Service
from catalogue.tariffs import Tariff
from slamon.app.acts import Publish, ReceiveTariff, WithdrawTariff
from slamon.app.refused import Refused, Unknown
from slamon.cli.commands import group
from slamon.cli.deciding import Day, Name, On, Reason, acted, day
from slamon.cli.opening import opened
from slamon.cli.terminal import USAGE, Actor, errors, fail
from slamon.importers.prices import Prices, Terms, read_document, read_lines
from slamon.importers.rows import LayoutError
from slamon.views.promised import Promises

YAML = frozenset({".yaml", ".yml"})

app = group("Tariffs: publish, withdraw. Prices of a requested one come by `slamon import tariff`.")


@app.command()
def publish(tariff: Name, *, on: On = None, actor: Actor = None) -> None:
    """A tariff is charged by from now on, on the days for which it is valid."""
    acted(tariff, Publish(on=day(on)), actor)


@app.command()
def withdraw(tariff: Name, *, reason: Reason, on: On = None, actor: Actor = None) -> None:
    """A tariff is taken back before any day was charged by it."""
    acted(tariff, WithdrawTariff(on=day(on), reason=reason), actor)


def receive(
    file: Annotated[
        Path,
        typer.Argument(
            help="The price list: CSV, or YAML as in documents.",
            exists=True,
            dir_okay=False,
            metavar="FILE",
        ),
    ],
    *,
    tariff: Annotated[str, typer.Option(help="The tariff that was requested.", metavar="ID")],
    document: Annotated[
        str | None, typer.Option(help="The paper it came in; else the name of the file.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="Of a CSV file: ISO 4217, like USD.")] = None,
    list_kind: Annotated[
        Literal["standard", "negotiated"], typer.Option(help="Of a CSV file: for all, or for us.")
    ] = "standard",
    begin: Annotated[
        Day | None, typer.Option("--from", help="Of a CSV file: the first day of the prices.")
    ] = None,
    end: Annotated[
        Day | None, typer.Option("--to", help="Of a CSV file: their last day; else open.")
    ] = None,
    on: On = None,
    actor: Actor = None,
) -> None:
    """Fill a requested tariff with the prices that came; the same once more changes nothing.

    A CSV file has the columns offering, price_type, charge_period, unit and amount. YAML has the fields that a tariff
    has in documents: currency, valid_for, lines, and tiers, surcharges or de_minimis where there are any.
    """
    with opened() as house:
        held = house.reading.catalogue()
        if file.suffix in YAML:
            prices = _of_document(held, file, tariff)
        elif currency is None or begin is None:
            fail("a CSV file of prices needs --currency and --from", USAGE)
        else:
            last = end.date().isoformat() if end else None
            terms = Terms(list_kind, currency, begin.date().isoformat(), last)
            prices = _of_lines(held, file, tariff, terms)
    act = ReceiveTariff(document=document or file.name, on=day(on), prices=prices)
    acted(tariff, act, actor)


def _of_document(held: Promises, file: Path, tariff: str) -> Prices:
    requested = held.records.get(("tariff", tariff))
    if requested is None:
        raise Unknown(_none(held, tariff))
    return read_document(file, requested.known.newest.terms)[1]


def _of_lines(held: Promises, file: Path, tariff: str, terms: Terms) -> Prices:
    requested = held.get(Tariff, tariff)
    if requested is None:
        raise Unknown(_none(held, tariff))
    own = (each for each in held.of(Service) if each.provider == requested.provider)
    offerings = frozenset(offering.id for each in own for offering in each.offerings)
    try:
        found = read_lines(file, terms, offerings)
    except LayoutError as wrong:
        message = f"{wrong}; nothing was recorded"
        raise Refused(message) from None
    for row in found.bad:
        errors.print(f"{file}:{row}", style="red", highlight=False, markup=False, soft_wrap=True)
    if found.bad:
        rows = len({row.line for row in found.bad})
        message = f"{rows} bad row{'s' if rows > 1 else ''}; a price list is taken whole, nothing was recorded"
        raise Refused(message)
    return found.results[0]


def _none(held: Promises, tariff: str) -> str:
    known = ", ".join(each.id for each in held.of(Tariff) if each.status == "requested")
    return f"there is no tariff {tariff!r}; requested are {known or 'none'}"
