"""Totals by funding source: a surcharge is split by net, to the last minor unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from catalogue.money import decimals


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
