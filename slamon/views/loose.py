"""Checks of what is missing: prices, agreements behind prices, answers to "who decides" and "who pays"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from catalogue.agreements import Agreement
from catalogue.charging import CHARGED, ChargeError, PriceList
from catalogue.instants import moment_of
from catalogue.parties import Party
from catalogue.services import UNSPECIFIED, Service
from catalogue.tariffs import Quantity, Tariff
from slamon.views.finding import Finding, Kind
from slamon.views.promised import Promises
from slamon.views.words import Words

NOT_GIVEN = frozenset({"proposed", "retired"})
"""The stages of life in which a service is not given to anybody."""

SHARED = frozenset({"mou", "project"})
"""The kinds of agreement under which two parties work together, so that it must be said who does what."""


def untariffed(held: Promises, now: int) -> Iterator[Finding]:
    """The offerings of services that are given, and that no published tariff prices today, or two do."""
    prices = PriceList(held.of(Tariff), held.of(Quantity))
    today = moment_of(now).date()
    for service in held.of(Service):
        if service.lifecycle in NOT_GIVEN:
            continue
        for offering in service.offerings:
            if why := _unpriced(prices, offering.id, today):
                values: dict[str, Words] = {"offering": offering.name, "offering_id": offering.id}
                yield _of_service("untariffed", why, service, **values)


def _unpriced(prices: PriceList, offering: str, today: dt.date) -> str | None:
    try:
        return "no_tariff" if prices.priced(offering, today) is None else None
    except ChargeError:
        return "two_tariffs"


def unagreed(held: Promises, now: int) -> Iterator[Finding]:
    """The published tariffs in force today of providers with which no agreement is in force."""
    agreed = {each.provider for each in held.of(Agreement) if each.holds_at(now)}
    tariffs = tuple(held.of(Tariff))
    prices = PriceList(tariffs, ())
    today = moment_of(now).date()
    for tariff in tariffs:
        charged = tariff.status in CHARGED and prices.in_force(tariff, today)
        if charged and tariff.provider not in agreed:
            yield Finding(
                kind="unagreed",
                why="no_agreement",
                record=f"tariff:{tariff.id}",
                name=tariff.name,
                values={"provider": held.need(Party, tariff.provider).name},
            )


def raci(held: Promises, now: int) -> Iterator[Finding]:
    """Shared work of which nobody said who does it, or in which the customer does not have the last word."""
    for agreement in held.of(Agreement):
        if agreement.kind not in SHARED or agreement.is_over_at(now):
            continue
        if not agreement.raci:
            yield _of_agreement(agreement, "no_raci")
        for each in agreement.raci:
            if not _is_part_of(held, each.A, agreement.customer):
                values: dict[str, Words] = {
                    "activity": each.activity,
                    "accountable": _party(held, each.A),
                }
                yield _of_agreement(agreement, "not_accountable", **values)


def _party(held: Promises, name: str) -> Words:
    found = held.get(Party, name)
    return found.name if found else name


def _is_part_of(held: Promises, party: str, whole: str) -> bool:
    """Whether a party is another one, or a role in it."""
    seen: set[str] = set()
    while party not in seen:
        if party == whole:
            return True
        seen.add(party)
        found = held.get(Party, party)
        party = (found.parent if found else None) or party
    return False


def unfunded(held: Promises) -> Iterator[Finding]:
    """The services of which nobody has said who pays for them."""
    for service in held.of(Service):
        if service.funding_source == UNSPECIFIED and service.lifecycle not in NOT_GIVEN:
            yield _of_service("funding", "unspecified", service)


def _of_service(kind: Kind, why: str, service: Service, **values: Words) -> Finding:
    record = f"service:{service.id}"
    return Finding(kind=kind, why=why, record=record, name=service.name, values=values)


def _of_agreement(agreement: Agreement, why: str, **values: Words) -> Finding:
    return Finding(
        kind="raci",
        why=why,
        record=f"agreement:{agreement.id}",
        name=agreement.name,
        proposed=not agreement.binding,
        values=values,
    )
