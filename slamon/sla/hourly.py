"""What an available hour of a service cost."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from catalogue.instants import HOUR

SHOWN_PLACES = 4


def cost_per_hour(cost: Decimal, available: int) -> Fraction | None:
    """The cost of a month by its available hours (µs), exactly; None where the service was never available."""
    return Fraction(cost) * HOUR / available if available else None


def shown(per_hour: Fraction) -> str:
    """Write it half-up with four decimals."""
    units = (per_hour * 10**SHOWN_PLACES * 2 + 1) // 2
    return str(Decimal(units).scaleb(-SHOWN_PLACES))
