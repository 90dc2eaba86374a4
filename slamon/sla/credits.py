"""Service credits: the tier a figure falls into, what it is worth, and until when it may be claimed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from catalogue.deadlines import limit_after
from catalogue.instants import at_clock, local_date, parse_duration
from catalogue.money import rounded
from catalogue.remedies import Credit
from catalogue.shifting import months_after

ClaimState = Literal["eligible", "claimed", "expired", "granted", "refused"]
Limit = Literal["cap", "cap_year", "minimum"]

PERCENT = 100


@dataclass(frozen=True, slots=True)
class Tier:
    """The share of the charge that is credited for a figure below a bound; both are ratios, not percent."""

    below: Fraction
    credit: Fraction


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """What bounds the credits of one service and agreement (§4.11).

    `cap` is a share of the base of one period; `minimum` and `cap_year` are amounts in the currency of the charge;
    `round_pct` are the decimals to which the contract rounds the percent; `deductible` is in µs of bad time.
    """

    tiers: tuple[Tier, ...]
    cap: Fraction | None = None
    minimum: Fraction | None = None
    cap_year: Fraction | None = None
    round_pct: int | None = None
    deductible: int = 0


@dataclass(frozen=True, slots=True)
class Amount:
    """A credit, the exact sum before it was rounded, and what bounded it."""

    exact: Fraction
    amount: Decimal
    bounded_by: tuple[Limit, ...] = ()


def credit_terms(credit: Credit) -> CreditTerms:
    """Read a credit of an agreement, exactly."""
    return CreditTerms(
        tuple(_tier(tier.below, tier.percent) for tier in credit.tiers),
        Fraction(credit.cap_percent) / PERCENT,
        None if credit.minimum is None else Fraction(credit.minimum),
        None if credit.cap_year is None else Fraction(credit.cap_year),
        credit.round_pct,
        parse_duration(credit.deductible).exact() if credit.deductible else 0,
    )


def credit_ratio(
    tiers: Iterable[Tier], figure: Fraction | None, round_pct: int | None = None
) -> Fraction:
    """Give the credit of the lowest tier whose bound a figure is strictly below; 0 above all, or if not measured.

    `round_pct`: the contract itself rounds the percent, half-up, to so many decimals before the tiers are tested.
    """
    if figure is None:
        return Fraction(0)
    tested = (
        figure
        if round_pct is None
        else Fraction(_half_up(figure, round_pct + 2), 10 ** (round_pct + 2))
    )
    matching = [tier for tier in tiers if tested < tier.below]
    return min(matching, key=lambda tier: tier.below).credit if matching else Fraction(0)


def less_deductible(good: int, bad: int, deductible: int) -> Fraction | None:
    """Give the figure that credits rest on when so much bad time (µs) earns nothing, or None if not measured."""
    borne = min(bad, deductible)
    return Fraction(good + borne, good + bad) if good + bad else None


def credit_amount(
    ratios: Sequence[Fraction],
    base: Fraction,
    terms: CreditTerms,
    currency: str,
    granted_before: Fraction = Fraction(0),
) -> Amount:
    """Give the credit of one service, agreement and month from those of its objectives (§4.11).

    1. The ratios of the objectives add up, to the cap of a period at most.
    2. What is left of the cap of the year bounds their amount; `granted_before` counts in the same calendar year.
    3. Less than the minimum is nothing, and is not carried over.
    4. Half-up to the minor unit of the currency of the charge (ISO 4217), the only rounding.
    """
    share = sum(ratios, Fraction(0))
    bounded: list[Limit] = []
    if terms.cap is not None and share > terms.cap:
        share = terms.cap
        bounded.append("cap")
    exact = base * share
    if terms.cap_year is not None and exact > (
        left := max(terms.cap_year - granted_before, Fraction(0))
    ):
        exact = left
        bounded.append("cap_year")
    if terms.minimum is not None and 0 < exact < terms.minimum:
        return Amount(exact, rounded(Fraction(0), currency), (*bounded, "minimum"))
    return Amount(exact, rounded(exact, currency), tuple(bounded))


def claim_limit(period_end: int, tz: str, within: str | None, cycles: int | None) -> int | None:
    """Give the first instant too late for a claim, by local dates of the agreement (§4.11); None = there is no limit.

    `within` is counted from the end of the period; `cycles` ends with the so-manieth calendar month after the month
    of the period's last day.

    Raises:
        InstantError: `within` is no duration.

    """
    if within is not None:
        return limit_after(period_end, within, None, tz)
    if cycles is None:
        return None
    last_day = local_date(period_end - 1, tz)
    return at_clock(months_after(last_day.replace(day=1), cycles + 1), 0, tz)


def claim_state(
    limit: int | None,
    now: int,
    claimed_at: int | None = None,
    decided: Literal["granted", "refused"] | None = None,
) -> ClaimState:
    """Say where a claim stands: what was decided stands; a claim at the limit or after it is none."""
    if decided is not None:
        return decided
    if claimed_at is not None and claimed_at <= now:
        return "claimed" if limit is None or claimed_at < limit else "expired"
    return "eligible" if limit is None or now < limit else "expired"


def _tier(below: Decimal, percent: Decimal) -> Tier:
    return Tier(Fraction(below) / PERCENT, Fraction(percent) / PERCENT)


def _half_up(number: Fraction, places: int) -> int:
    """Give a number that is not negative in units of its last decimal place, rounded half-up."""
    return int((number * 10**places * 2 + 1) // 2)
