"""Amounts of money: exact until they are rounded once, half-up, to the minor unit of their currency."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

# Decimals of currencies that have other than two (ISO 4217, list one).
_DECIMALS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
         "VUV", "XAF", "XOF", "XPF"), 0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip


def decimals(currency: str) -> int:
    """How many decimals an amount of a currency (ISO 4217) has."""
    return _DECIMALS.get(currency, 2)


def rounded(exact: Fraction, currency: str) -> Decimal:
    """Round an amount that is not negative half-up to the minor unit of its currency."""
    places = decimals(currency)
    units = (exact * 10**places * 2 + 1) // 2
    return Decimal(units).scaleb(-places)


def written(amount: Decimal, currency: str) -> str:
    """Write a rounded amount, or a sum of them, with all decimals of its currency."""
    return str(amount.quantize(Decimal(1).scaleb(-decimals(currency))))
