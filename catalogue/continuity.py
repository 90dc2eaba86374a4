"""Gaps and overlaps: days on which two records promise or price the same, or none does between two that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, pairwise

from catalogue.agreements import Agreement
from catalogue.charging import CHARGED
from catalogue.tariffs import Tariff

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Held:
    """The days on which a record holds, both ends included; null = open end."""

    id: str
    first: date
    last: date | None


def discontinuities(agreements: Iterable[Agreement], tariffs: Iterable[Tariff]) -> tuple[str, ...]:
    """Name what overlaps and where gaps are, each with its days and what follows."""
    return (*_of_agreements(agreements), *_of_tariffs(list(tariffs)))


def overlaps(held: Iterable[Held]) -> Iterator[tuple[Held, Held, date, date | None]]:
    """Find the days (null: open end) on which two records hold at once."""
    for one, other in combinations(sorted(held, key=lambda each: (each.first, each.id)), 2):
        last = min((day for day in (one.last, other.last) if day is not None), default=None)
        if last is None or other.first <= last:
            yield one, other, other.first, last


def gaps(held: Iterable[Held]) -> Iterator[tuple[Held, Held, date, date]]:
    """Find the days between two records that follow each other on which neither holds."""
    in_order = sorted(held, key=lambda each: (each.first, each.id))
    for index, (before, after) in enumerate(pairwise(in_order)):
        ends = [each.last for each in in_order[: index + 1]]
        reached = max((end for end in ends if end is not None), default=before.first)
        if None not in ends and reached + DAY < after.first:
            yield before, after, reached + DAY, after.first - DAY


def _of_agreements(agreements: Iterable[Agreement]) -> Iterator[str]:
    """Compare agreements of one kind between the same parties, service by service."""
    by_promise: defaultdict[tuple[str, str, str, str], list[Held]] = defaultdict(list)
    for each in agreements:
        if each.binding and each.first_day is not None:
            days = Held(each.id, each.first_day, each.last_day)
            for service in sorted({objective.service for objective in each.objectives}):
                by_promise[each.kind, each.provider, each.customer, service].append(days)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for (kind, *_, service), held in by_promise.items():
        for one, other, first, last in overlaps(held):
            said = f"agreements {one.id} and {other.id} are both the {kind} in force {_days(first, last)}"
            found[f"{said}: results count in both, for "].append(service)
        for one, other, first, last in gaps(held):
            said = f"between agreements {one.id} and {other.id} no {kind} is in force {_days(first, last)}"
            found[f"{said}, for "].append(service)
    yield from (said + ", ".join(services) for said, services in found.items())


def _of_tariffs(tariffs: list[Tariff]) -> Iterator[str]:
    """Compare the tariffs that are charged, offering by offering; who supersedes another ends it the day before."""
    charged = {each.id: each for each in tariffs if each.status in CHARGED and each.valid_for}
    held = _held(charged)
    by_offering: defaultdict[str, list[Held]] = defaultdict(list)
    for each in charged.values():
        for offering in sorted({line.offering for line in each.lines}):
            by_offering[offering].append(held[each.id])
    found: defaultdict[str, list[str]] = defaultdict(list)
    for offering, priced in by_offering.items():
        for one, other, first, last in overlaps(priced):
            said = f"tariffs {one.id} and {other.id} both hold {_days(first, last)}"
            found[f"{said}: nothing can be charged then for "].append(offering)
        for one, other, first, last in gaps(priced):
            if charged[other.id].supersedes == one.id:
                said = f"between tariffs {one.id} and {other.id} none holds {_days(first, last)}"
                found[f"{said}: no price of "].append(offering)
    yield from (said + ", ".join(offerings) for said, offerings in found.items())


def _held(charged: Mapping[str, Tariff]) -> dict[str, Held]:
    until = {
        each.supersedes: each.valid_for.from_ - DAY
        for each in charged.values()
        if each.supersedes and each.valid_for
    }
    found = {}
    for name, each in charged.items():
        if each.valid_for is not None:
            ends = [day for day in (each.valid_for.to, until.get(name)) if day is not None]
            found[name] = Held(name, each.valid_for.from_, min(ends, default=None))
    return {
        name: each for name, each in found.items() if each.last is None or each.first <= each.last
    }


def _days(first: date, last: date | None) -> str:
    if last is None:
        return f"from {first} on"
    return f"on {first}" if first == last else f"from {first} to {last}"
