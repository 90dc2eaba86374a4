"""How money is written for people: amounts with their currency, exact fractions, what bounded a credit."""

from __future__ import annotations

from fractions import Fraction

from slamon.views.answers import TariffLine
from slamon.views.credited import Worth
from slamon.views.hourly import CostAnswer
from slamon.web.figures import decimal
from slamon.web.texts import NARROW_SPACE, NO_BREAK, Language

PLACES = 6
CHARGED = frozenset({"published", "superseded"})


def money(t: Language, amount: str, currency: str | None = None) -> str:
    """Write an amount with its thousands apart, and its currency if given."""
    minus, digits = ("−", amount[1:]) if amount.startswith("-") else ("", amount)
    whole, point, rest = digits.partition(".")
    said = f"{minus}{int(whole):,}".replace(",", NARROW_SPACE) + decimal(t, point + rest)
    return f"{said}{NO_BREAK}{currency}" if currency else said


def fraction(t: Language, exact: str) -> str:
    """Write a fraction, not negative, as a decimal; one that goes on is cut off after six places, with an ellipsis."""
    scaled = Fraction(exact) * 10**PLACES
    whole, rest = divmod(scaled.__floor__(), 10**PLACES)
    decimals = f"{rest:0{PLACES}}"
    if scaled.denominator > 1:
        return money(t, f"{whole}.{decimals}") + "…"
    return money(t, f"{whole}.{decimals.rstrip('0').ljust(2, '0')}")


def bounded(t: Language, worth: Worth) -> str:
    """Say what bounded a credit."""
    return t("credit.bounded", by=", ".join(t(f"credit.bound.{each}") for each in worth.bounded_by))


def why_no_hour(t: Language, cost: CostAnswer) -> str:
    """Say why there is no cost of an hour."""
    return t("cost.nothing_charged" if cost.currency is None else "cost.never_available")


def newest_month(lines: list[TariffLine], today: str) -> str | None:
    """The newest month that a provider's tariffs charge, as far as it has begun; None where they charge none."""
    begun = [
        min(line.valid_to or today, today)[:7]
        for line in lines
        if line.state in CHARGED and line.valid_from is not None and line.valid_from <= today
    ]
    return max(begun, default=None)
