"""What two providers charge for the same need in a month: paired offerings, one currency, one difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalogue.charging import ChargeError, ChargeLine, PriceList
from catalogue.exchange import Converted, Rates
from catalogue.invoicing import NOTHING, SurchargeLine, surcharged
from catalogue.months import Month
from catalogue.services import Offering, Service
from catalogue.tariffs import Quantity, Tariff


@dataclass(frozen=True, slots=True)
class Side:
    """What one provider charges for the paired offerings, surcharges included; `draft` says by a draft in part."""

    provider: str
    currency: str
    lines: tuple[ChargeLine, ...]
    surcharges: tuple[SurchargeLine, ...]
    draft: bool

    @property
    def amounts(self) -> tuple[Decimal, ...]:
        """Its lines, then its surcharges."""
        lines = tuple(each.amount for each in self.lines)
        return lines + tuple(each.amount for each in self.surcharges)

    @property
    def total(self) -> Decimal:
        """The sum of both."""
        return sum(self.amounts, NOTHING)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides; the right one is converted, and the difference is what the left one costs more.

    What has a quantity and no counterpart on the other side, or no price, is named and never summed.
    """

    left: Side
    right: Side
    pairs: tuple[tuple[str, str], ...]
    converted: Converted
    difference: Decimal
    without_counterpart: tuple[str, ...]
    right_without_counterpart: tuple[str, ...]
    without_price: tuple[str, ...]


def compared(
    sides: tuple[str, str],
    month: Month,
    services: Iterable[Service],
    tariffs: Sequence[Tariff],
    quantities: Sequence[Quantity],
    rates: Rates,
) -> Comparison:
    """Compare two providers in a month, by the rates of its last day; de minimis and credits are left out.

    Raises:
        ChargeError: `unit_mismatch` of a pair, `mixed_currency` of a side, `nothing_to_compare` where there is no
            pair, and as for charges and rates.

    """
    left, right = sides
    offered = {name: _offerings(services, name) for name in sides}
    prices = PriceList(tariffs, quantities, comparison=True)
    counted = {
        name: [each for each in offered[name] if prices.has_quantity(each, month.days)]
        for name in sides
    }
    used = {
        name: [each for each in counted[name] if any(prices.priced(each, d) for d in month.days)]
        for name in sides
    }
    pairs = _pairs(offered[left], offered[right], used[left], used[right])
    if not pairs:
        message = f"{left} and {right} price nothing that meets the same need in {month}"
        raise ChargeError("nothing_to_compare", message)
    found = [
        _side(name, month, {pair[n] for pair in pairs}, tariffs, quantities)
        for n, name in enumerate(sides)
    ]
    converted = rates.convert(
        found[1].amounts, found[1].currency, found[0].currency, month.days[-1]
    )
    paired = {name for pair in pairs for name in pair}
    return Comparison(
        left=found[0],
        right=found[1],
        pairs=tuple(pairs),
        converted=converted,
        difference=found[0].total - converted.total,
        without_counterpart=tuple(each for each in used[left] if each not in paired),
        right_without_counterpart=tuple(each for each in used[right] if each not in paired),
        without_price=tuple(e for name in sides for e in counted[name] if e not in used[name]),
    )


def _offerings(services: Iterable[Service], provider: str) -> dict[str, Offering]:
    return {
        offering.id: offering
        for service in services
        if service.provider == provider
        for offering in service.offerings
    }


def _pairs(
    left: Mapping[str, Offering],
    right: Mapping[str, Offering],
    used_left: Sequence[str],
    used_right: Sequence[str],
) -> list[tuple[str, str]]:
    found = [
        (one.id, other)
        for one in left.values()
        for other in one.comparable_to
        if one.id in used_left and other in used_right
    ]
    for one_id, other_id in found:
        units = left[one_id].unit, right[other_id].unit
        if units[0] != units[1]:
            message = f"{one_id} is counted in {units[0]}, {other_id} in {units[1]}"
            raise ChargeError("unit_mismatch", message)
    return found


def _side(
    provider: str,
    month: Month,
    paired: set[str],
    tariffs: Sequence[Tariff],
    quantities: Sequence[Quantity],
) -> Side:
    known = {each.id: _only(each, paired) for each in tariffs}
    lines = PriceList(known.values(), quantities, comparison=True).charged(provider, month)
    used = dict.fromkeys(each.tariff for each in lines)
    currencies = dict.fromkeys(each.currency for each in lines)
    if len(currencies) > 1:
        message = f"{provider} charges in {' and '.join(currencies)} in {month}"
        raise ChargeError("mixed_currency", message)
    surcharges = tuple(
        made
        for name in used
        for made in surcharged(
            known[name], sum((each.amount for each in lines if each.tariff == name), NOTHING)
        )
    )
    draft = any(known[name].status == "draft" for name in used)
    return Side(provider, next(iter(currencies)), lines, surcharges, draft)


def _only(tariff: Tariff, offerings: set[str]) -> Tariff:
    """A tariff with the lines of some offerings; a free share counts where both its lines do."""
    lines = tuple(
        line
        if line.free_share is None or line.free_share.of in offerings
        else line.model_copy(update={"free_share": None})
        for line in tariff.lines
        if line.offering in offerings
    )
    return tariff.model_copy(update={"lines": lines})
