"""Rows of a file as records of the catalogue: planned and recorded as if a document had stated them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from catalogue.exchange import RateKind
from catalogue.kinds import KINDS, Json
from catalogue.pages import Page
from catalogue.problems import Place
from catalogue.records import Catalogue, Key, Written
from catalogue.terms import Known
from slamon.importers.holidays import HolidayRow
from slamon.importers.rates import DOLLAR, RateRow

RATES = "rates"
LISTED = "P:holiday-list"
LANGUAGES = ("en", "fr", "es")


def rates(
    path: Path,
    found: Iterable[RateRow],
    kind: RateKind,
    known: Mapping[Key, Any],
    correction: str | None = None,
) -> Catalogue:
    """The rates of a list as records of the set `rates`; nothing leaves that set by not being listed.

    `known` is what the ledger says of each record: a rate that it has as the same number stays as it is spelled.
    """
    kept: dict[Key, Written] = {}
    for row in found:
        if row.currency == DOLLAR:
            continue
        document: Json = {
            "currency": row.currency,
            "per_usd": row.per_usd,
            "effective": row.effective.isoformat(),
            "kind": kind,
            "prov": {"_": f"P:{kind}"},
        }
        key = ("exchange_rate", KINDS["exchange_rate"].id_of(document) or "")
        document["per_usd"] = _spelled(known.get(key), row.per_usd)
        kept.setdefault(key, _written(path, row.line, key, RATES, document, correction))
    return Catalogue((), kept)


def _spelled(known: object, typed: str) -> str:
    held = known.newest.terms.get("per_usd") if isinstance(known, Known) else None
    return held if isinstance(held, str) and Decimal(held) == Decimal(typed) else typed


def calendar(path: Path, found: Sequence[HolidayRow], name: str, known: Known) -> Catalogue:
    """A calendar with the days of a list put in: those of other dates stay, and none is taken out."""
    terms = known.document(known.newest)
    stated = terms.get("days")
    days = {str(each["date"]): each for each in _maps(stated)}
    for row in found:
        at = row.date.isoformat()
        days[at] = _day(row, days.get(at))
    listed: list[JsonValue] = [days[at] for at in sorted(days)]
    document = {**terms, "days": listed}
    line = found[0].line if found else 1
    key = ("calendar", name)
    return Catalogue((), {key: _written(path, line, key, known.catalogue, document, None)})


def _maps(value: JsonValue) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _day(row: HolidayRow, known: Json | None) -> Json:
    """A day as listed; one that is known keeps its names where the list has one of them."""
    names: dict[str, JsonValue] = dict(zip(LANGUAGES, row.names, strict=True))
    if known is None:
        return {
            "date": row.date.isoformat(),
            "name": names,
            "status": row.status,
            "prov": LISTED,
        }
    held = known.get("name")
    same = isinstance(held, dict) and not set(row.names).isdisjoint(map(str, held.values()))
    if same and known.get("status") == row.status:
        return known
    plain = {field: value for field, value in known.items() if field != "options"}
    return {**plain, "name": held if same else names, "status": row.status, "prov": LISTED}


def _written(
    path: Path, line: int, key: Key, catalogue: str, document: Json, correction: str | None
) -> Written:
    if correction:
        document = {**document, "correction": {"reason": correction}}
    page = Page(str(path), document, {}, {(): Place(line, 1)})
    return Written(*key, catalogue, KINDS[key[0]].parse(document), document, page, ())
