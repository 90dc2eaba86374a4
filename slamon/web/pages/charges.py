"""Pages of money: tariffs, what a provider charges for a month, two offers compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from catalogue.charging import ChargeError
from catalogue.exchange import RateKind
from catalogue.instants import local_date
from catalogue.months import Month
from slamon.views.answers import TariffLine
from slamon.views.comparison import OffersCompared
from slamon.views.credited import Uncomputed, uncomputed
from slamon.views.words import Words
from slamon.web.money import newest_month
from slamon.web.pages.render import page
from slamon.web.requests import AS_KNOWN_AT, Now, Read, language_of, month_of
from slamon.web.texts import Language

router = APIRouter(include_in_schema=False)

KINDS: tuple[RateKind, ...] = get_args(RateKind)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a comparison is asked for, as it was typed."""

    left: str = ""
    right: str = ""
    month: str = ""
    rates: str = "unore"


@router.get("/tariffs")
def tariffs(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """Every tariff with its state, the newest charges of each provider, and what nobody pays for."""
    found = reading.tariffs()
    providers = _providers(language_of(request), found)
    day = local_date(now, "UTC")
    today = day.isoformat()
    newest = {
        name: newest_month([line for line in found if line.provider_id == name], today)
        for name in providers
    }
    return page(
        request,
        "tariffs.html",
        tariffs=found,
        providers=providers,
        newest={name: month for name, month in newest.items() if month},
        unfunded=[line for line in reading.services(now) if line.funding_source is None],
        kinds=KINDS,
        sought=Sought(),
        years=(day.year, day.year + 1),
    )


@router.get("/tariffs/{tariff}")
def tariff(request: Request, reading: Read, tariff: str) -> HTMLResponse:
    """One tariff with its prices, what is added, and the quantities it is applied to."""
    found = reading.tariff(tariff)
    if found is None:
        raise HTTPException(404, f"There is no tariff with the id {tariff}.")
    return page(request, "tariff.html", tariff=found)


@router.get("/charges")
def charges_of(provider: str, month: str, as_known_at: str = "") -> Response:
    """Lead from a form to the charges it asks for."""
    known = f"?{AS_KNOWN_AT}={quote(as_known_at)}" if as_known_at else ""
    return RedirectResponse(f"/charges/{quote(provider, '')}/{quote(month, '')}{known}", 303)


@router.get("/charges/{provider}/{month}")
def charges(request: Request, reading: Read, now: Now, provider: str, month: str) -> HTMLResponse:
    """What a provider charges for a month, line by line; what stops the figures is told instead."""
    asked = month_of(month)
    wrong: Uncomputed | None = None
    found = None
    try:
        found = reading.charges(provider, asked)
    except ChargeError as error:
        wrong = uncomputed(error)
    if found is None and wrong is None:
        raise HTTPException(404, f"There is no party with the id {provider}.")
    return page(
        request,
        "charges.html",
        status=409 if wrong else 200,
        charges=found,
        costs=() if wrong else reading.costs(provider, asked, now),
        wrong=wrong,
        provider=provider,
        month=str(asked),
        before=str(asked.previous),
        after=str(asked.next),
    )


@router.get("/budgets/{year}")
def budget(request: Request, reading: Read, now: Now, year: str, rates: str = "") -> HTMLResponse:
    """A calendar year by funding source; with a kind of rates, in the currency of each budget."""
    kind = next((each for each in KINDS if each == rates), None)
    if rates and kind is None:
        raise HTTPException(
            404, f"There are no rates of the kind {rates}; say {' or '.join(KINDS)}."
        )
    if not re.fullmatch(r"(?!0000)\d{4}", year, re.ASCII):
        raise HTTPException(404, f"{year} is no year; write it like 2026.")
    return page(
        request,
        "budget.html",
        year=reading.budget_year(int(year), now, kind),
        kinds=KINDS,
        kept=f"?rates={kind}" if kind else "",
    )


@router.get("/comparisons")
def comparison(
    request: Request,
    reading: Read,
    left: str = "",
    right: str = "",
    month: str = "",
    rates: str = "unore",
) -> HTMLResponse:
    """Two providers side by side; before both are named, the form that asks for them."""
    sought = Sought(left, right, month, rates)
    found, wrong = None, None
    if left and right and month:
        if rates not in KINDS:
            raise HTTPException(
                404, f"There are no rates of the kind {rates}; say {' or '.join(KINDS)}."
            )
        try:
            found = _compared(reading, sought, month_of(month))
        except ChargeError as error:
            wrong = uncomputed(error)
    return page(
        request,
        "comparison.html",
        status=409 if wrong else 200,
        found=found,
        wrong=wrong,
        sides=_providers(language_of(request), reading.tariffs()),
        kinds=KINDS,
        sought=sought,
    )


def _compared(reading: Read, sought: Sought, month: Month) -> OffersCompared:
    kind = next(each for each in KINDS if each == sought.rates)
    found = reading.comparison(sought.left, sought.right, month, kind)
    if found is None:
        raise HTTPException(404, f"One of {sought.left} and {sought.right} is no party.")
    return found


def _providers(t: Language, lines: Sequence[TariffLine]) -> dict[str, Words]:
    """Those who have stated a tariff, by name."""
    return {
        line.provider_id: line.provider for line in sorted(lines, key=lambda e: t.order(e.provider))
    }
