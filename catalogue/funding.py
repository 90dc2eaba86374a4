"""Who bears an invoice: each line goes to one, and a surcharge is split by net, to the last minor unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from catalogue.exchange import Converted
from catalogue.invoicing import NOTHING, Invoice
from catalogue.money import decimals


@dataclass(frozen=True, slots=True)
class Share:
    """What a service or a funding source bears of an invoice."""

    net: Decimal
    surcharges: Decimal

    @property
    def total(self) -> Decimal:
        """Its lines and its shares of the surcharges."""
        return self.net + self.surcharges


def shares(
    invoice: Invoice, bearer: Mapping[str, str], converted: Converted | None = None
) -> dict[str, Share]:
    """Split an invoice by who bears each offering, by name; the shares add up to its total.

    A surcharge is split by the net of the tariff that carries it. Where lines and surcharges were `converted`, each
    by itself and in this order, the shares are in that currency and add up to what they were converted to.
    """
    amounts = converted.amounts if converted else invoice.amounts
    currency = converted.currency if converted else invoice.currency
    lines = tuple(zip(invoice.lines, amounts, strict=False))
    net: defaultdict[str, Decimal] = defaultdict(Decimal)
    extra: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line, amount in lines:
        net[bearer[line.offering]] += amount
    for surcharge, added in zip(invoice.surcharges, amounts[len(lines) :], strict=True):
        of_tariff: defaultdict[str, Decimal] = defaultdict(Decimal)
        for line, amount in lines:
            if line.tariff == surcharge.tariff:
                of_tariff[bearer[line.offering]] += amount
        for name, part in split(added, of_tariff, currency).items():
            extra[name] += part
    return {name: Share(net[name], extra.get(name, NOTHING)) for name in sorted(net)}


def split(amount: Decimal, net: Mapping[str, Decimal], currency: str) -> dict[str, Decimal]:
    """Split an amount by the net of each source, so that the shares add up to it.

    Each share is cut down to the minor unit; the units left over go to the largest remainders, of equal ones to the
    first by name. Without any net nothing can be split by it, and the first by name bears it.
    """
    unit = Decimal(1).scaleb(-decimals(currency))
    units = int(amount / unit)
    total = sum(map(Fraction, net.values()), Fraction(0))
    names = sorted(net)
    exact = {
        name: units * Fraction(net[name]) / total if total else Fraction(units * (name == names[0]))
        for name in names
    }
    shares = {name: int(exact[name]) for name in names}
    left = units - sum(shares.values())
    for name in sorted(names, key=lambda name: (shares[name] - exact[name], name))[:left]:
        shares[name] += 1
    return {name: shares[name] * unit for name in names}
