"""Faults of prices that each record alone cannot show: tiers, shares, limits, two quantities for one day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from catalogue.instants import parse_duration
from catalogue.problems import Problem, problem_at
from catalogue.records import Catalogue, Written
from catalogue.references import Path
from catalogue.tariffs import Line, Quantity, Tariff

UNASKED = ("supersedes", "budget_line", "surcharges", "de_minimis")


def faults_of_pricing(catalogue: Catalogue) -> Iterator[Problem]:
    """Find every price that could not be charged, or not in one way only.

    These faults are told of documents only: terms that a ledger already holds can still be read.
    """
    for record, tariff in catalogue.of(Tariff):
        yield from _too_early(record, tariff)
        yield from _de_minimis(record, tariff)
        for index, line in enumerate(tariff.lines):
            place = ("lines", index)
            yield from _tiers(record, place, line)
            yield from _charge_period(record, place, line)
            yield from _free_share(record, place, line, tariff)
    yield from _two_levels(catalogue)


def _too_early(record: Written, tariff: Tariff) -> Iterator[Problem]:
    """Check that a tariff which was only asked for says nothing yet of what it will hold."""
    for field in UNASKED:
        if tariff.status == "requested" and getattr(tariff, field):
            yield problem_at(record.at((field,)), f'a requested tariff has no "{field}" yet')


def _de_minimis(record: Written, tariff: Tariff) -> Iterator[Problem]:
    limit = tariff.de_minimis
    if limit is not None and limit.currency != tariff.currency:
        said = f"the invoice is in {tariff.currency}, and its limit in {limit.currency}"
        yield problem_at(record.at(("de_minimis", "currency")), said, tariff.currency)


def _tiers(record: Written, place: Path, line: Line) -> Iterator[Problem]:
    """Check that tiers rise, and that the last one has no end."""
    before, last = 0, len(line.tiers) - 1
    for index, tier in enumerate(line.tiers):
        at = record.at((*place, "tiers", index, "up_to"))
        if tier.up_to is None and index != last:
            yield problem_at(at, "only the last tier has no end")
        elif tier.up_to is not None and tier.up_to <= before:
            yield problem_at(at, f"tiers must rise: up to {tier.up_to} stands after {before}")
        elif tier.up_to is not None and index == last:
            yield problem_at(at, f"what is above {tier.up_to} has no price", "null")
        before = max(before, tier.up_to or 0)
    if line.tiers and line.price_type == "one_time":
        at = record.at((*place, "tiers"))
        yield problem_at(at, 'an order is charged by "amount", not by tiers')


def _charge_period(record: Written, place: Path, line: Line) -> Iterator[Problem]:
    if line.charge_period is None:
        return
    at = record.at((*place, "charge_period"))
    length = parse_duration(line.charge_period)
    if line.price_type == "one_time":
        yield problem_at(at, "an order is charged once: leave out the period")
    elif not length.months or length.days or length.us:
        said = f"prices are for months or years, not for {line.charge_period}"
        yield problem_at(at, said, '"P1M"')


def _free_share(record: Written, place: Path, line: Line, tariff: Tariff) -> Iterator[Problem]:
    """Check that a free share lowers a line of every month by one of the same tariff."""
    share = line.free_share
    if share is None:
        return
    monthly = {each.offering for each in tariff.lines if each.price_type != "one_time"}
    if line.price_type == "one_time":
        said = "an order has no free share: it is charged in full"
        yield problem_at(record.at((*place, "free_share")), said)
    elif share.of not in monthly:
        said = f'{tariff.id} has no line for "{share.of}" that is charged every month'
        yield problem_at(record.at((*place, "free_share", "of")), said)


def _two_levels(catalogue: Catalogue) -> Iterator[Problem]:
    """Check that an offering has one level for a day, be it consumed or stated for a comparison only."""
    known: dict[tuple[str, dt.date], Written] = {}
    for record, quantity in catalogue.of(Quantity):
        if quantity.from_ is None:
            continue
        first = known.setdefault((quantity.offering, quantity.from_), record)
        if first is not record:
            where = f"in line {first.position.line}"
            said = f"{quantity.offering} has a quantity from {quantity.from_} already, {where}"
            yield problem_at(
                record.at(("quantity",)), f"{said}; state a later day, or keep one of them"
            )
