"""What a tariff makes of quantities in a month, line by line, exactly until each line is rounded once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Literal

from catalogue.instants import parse_duration
from catalogue.money import rounded
from catalogue.months import DAY, Month
from catalogue.tariffs import Line, Quantity, QuantityTier, Tariff

ErrorCode = Literal[
    "missing_quantity",
    "missing_rate",
    "mixed_currency",
    "not_published",
    "nothing_to_compare",
    "overlapping_tariffs",
    "unit_mismatch",
]
Holds = Callable[[Tariff, Line, dt.date], bool]

CHARGED = frozenset({"published", "superseded"})
DRAFT = frozenset({"draft"})
PERCENT = 100
MONTHLY = "P1M"
"""For how long a price is, where nothing is said."""


class ChargeError(Exception):
    """A figure cannot be computed: nothing is skipped, guessed or set to zero; `code` says of which kind that is."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code


@dataclass(frozen=True, slots=True)
class Segment:
    """Days in a row with one price and one quantity, both ends included."""

    first: dt.date
    last: dt.date
    quantity: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """What one line of a tariff makes in a month; `free` of the `exact` amount is not charged.

    A recurring line and one for usage have segments, a one-time line has the day of its order.
    """

    tariff: str
    line: str
    offering: str
    unit: str
    currency: str
    quantity: int | None = None
    segments: tuple[Segment, ...] = ()
    ordered: dt.date | None = None
    exact: Fraction = Fraction(0)
    free: Fraction = Fraction(0)

    @property
    def amount(self) -> Decimal:
        """What is charged, rounded once."""
        return rounded(max(self.exact - self.free, Fraction(0)), self.currency)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Days of a month on which something was used and no tariff says what it costs: listed, and not charged."""

    offering: str
    days: tuple[dt.date, ...]


def price_of_tiers(
    tiers: Sequence[QuantityTier], mode: Literal["graduated", "volume"], quantity: int
) -> Fraction:
    """The price of a quantity: each unit by its own tier, or all by the tier that holds the quantity.

    `up_to` belongs to its tier.
    """
    if mode == "volume":
        tier = next(each for each in tiers if each.up_to is None or quantity <= each.up_to)
        return quantity * Fraction(tier.amount)
    total, below = Fraction(0), 0
    for tier in tiers:
        upto = quantity if tier.up_to is None else min(quantity, tier.up_to)
        total += Fraction(tier.amount) * max(0, upto - below)
        below = tier.up_to or below
    return total


def price(line: Line, quantity: int) -> Fraction:
    """The price of a quantity for one charge period of a line."""
    if line.tier_mode is not None:
        return price_of_tiers(line.tiers, line.tier_mode, quantity)
    return Fraction(line.amount or 0) * quantity


class PriceList:
    """Tariffs and quantities, asked day by day.

    For a `comparison` quantities count that nobody consumes, and drafts price what no published tariff does.
    """

    def __init__(
        self,
        tariffs: Iterable[Tariff],
        quantities: Iterable[Quantity],
        *,
        comparison: bool = False,
    ) -> None:
        self._tariffs = sorted(tariffs, key=lambda each: (_begin(each), each.id))
        self._drafts = comparison
        self._quantities = [each for each in quantities if comparison or each.use == "consumption"]
        self._until = {
            each.supersedes: _begin(each) - DAY
            for each in self._tariffs
            if each.supersedes and each.status in CHARGED
        }

    def in_force(self, tariff: Tariff, day: dt.date) -> bool:
        """Whether a tariff holds on a day; who supersedes it ends it on the day before."""
        if tariff.valid_for is None or day < tariff.valid_for.from_:
            return False
        last = self.last_day(tariff)
        return last is None or day <= last

    def last_day(self, tariff: Tariff) -> dt.date | None:
        """The last day on which a tariff holds; None while no end is known."""
        stated = tariff.valid_for.to if tariff.valid_for else None
        return min((end for end in (stated, self._until.get(tariff.id)) if end), default=None)

    def priced(self, offering: str, day: dt.date) -> tuple[Tariff, Line] | None:
        """The tariff and its line by which an offering is charged on a day; None where it is unpriced.

        Raises:
            ChargeError: `overlapping_tariffs`, there are two.

        """
        found = self._pricing(offering, day, CHARGED)
        if not found and self._drafts:
            found = self._pricing(offering, day, DRAFT)
        if len(found) > 1:
            names = " and ".join(tariff.id for tariff, _ in found)
            message = f"{offering} has a price in {names} on {day}"
            raise ChargeError("overlapping_tariffs", message)
        return found[0] if found else None

    def _pricing(
        self, offering: str, day: dt.date, statuses: frozenset[str]
    ) -> list[tuple[Tariff, Line]]:
        return [
            (tariff, line)
            for tariff in self._tariffs
            if tariff.status in statuses and self.in_force(tariff, day)
            for line in tariff.lines
            if line.offering == offering
        ]

    def level(self, offering: str, day: dt.date) -> int | None:
        """How much of an offering there is on a day: the newest level holds until the next; None is none at all."""
        held = [
            each
            for each in self._quantities
            if each.offering == offering and each.from_ is not None and each.from_ <= day
        ]
        return max(held, key=lambda each: each.from_ or day).quantity if held else None

    def has_quantity(self, offering: str, days: Sequence[dt.date]) -> bool:
        """Whether a level of an offering is known on some of the days, be it none at all, or it was ordered on one."""
        known = any(self.level(offering, day) is not None for day in days)
        return known or self._is_ordered(offering, days)

    def charged(
        self, provider: str, month: Month, days: Container[dt.date] | None = None
    ) -> tuple[ChargeLine, ...]:
        """What the tariffs of a provider make in a month, or on some of its days, tariff by tariff, line by line.

        Raises:
            ChargeError: `missing_quantity`, `overlapping_tariffs`.

        """

        def holds(tariff: Tariff, line: Line, day: dt.date) -> bool:
            return (days is None or day in days) and self._holds(tariff, line, day)

        own = [each for each in self._tariffs if each.provider == provider]
        return tuple(made for tariff in own for made in self._made(tariff, month, holds))

    def of_tariff(
        self, tariff: Tariff, month: Month, *, estimate: bool = False
    ) -> tuple[ChargeLine, ...]:
        """What one tariff makes in a month; an `estimate` takes drafts as well.

        Raises:
            ChargeError: `not_published`, and as for `charged`.

        """
        if tariff.status in CHARGED:
            return tuple(self._made(tariff, month, self._holds))
        if estimate and tariff.lines:
            return tuple(self._made(tariff, month, lambda t, _, day: self.in_force(t, day)))
        message = f"{tariff.id} is {tariff.status}, and only published tariffs are charged"
        raise ChargeError("not_published", message)

    def unpriced(self, offerings: Iterable[str], month: Month) -> tuple[Unpriced, ...]:
        """Of some offerings: the days on which they are used, and no tariff prices them."""
        found = (
            Unpriced(
                each,
                tuple(
                    day
                    for day in month.days
                    if self._is_used(each, day) and self.priced(each, day) is None
                ),
            )
            for each in offerings
        )
        return tuple(each for each in found if each.days)

    def _is_used(self, offering: str, day: dt.date) -> bool:
        return bool(self.level(offering, day)) or self._is_ordered(offering, [day])

    def _is_ordered(self, offering: str, days: Sequence[dt.date]) -> bool:
        return next(self._orders(offering, days), None) is not None

    def _holds(self, tariff: Tariff, line: Line, day: dt.date) -> bool:
        if not self.in_force(tariff, day):
            return False
        found = self.priced(line.offering, day)
        return found is not None and found[0] is tariff

    def _made(self, tariff: Tariff, month: Month, holds: Holds) -> Iterator[ChargeLine]:
        made = [
            each
            for line in tariff.lines
            for each in self._of_line(
                tariff, line, month, [day for day in month.days if holds(tariff, line, day)]
            )
        ]
        exact = {each.line: each.exact for each in made}
        by_offering = {line.offering: exact.get(line.id, Fraction(0)) for line in tariff.lines}
        shares = {line.id: line.free_share for line in tariff.lines}
        for each in made:
            share = shares[each.line]
            free = Fraction(share.percent) / PERCENT * by_offering[share.of] if share else 0
            yield replace(each, free=Fraction(free))

    def _of_line(
        self, tariff: Tariff, line: Line, month: Month, days: Sequence[dt.date]
    ) -> Iterator[ChargeLine]:
        if not days:
            return
        made = ChargeLine(tariff.id, line.id, line.offering, line.unit, tariff.currency or "")
        if line.price_type == "one_time":
            for order in self._orders(line.offering, days):
                exact = Fraction(line.amount or 0) * order.quantity
                yield replace(made, quantity=order.quantity, ordered=order.date, exact=exact)
            return
        segments = self._segments(tariff, line, days)
        months = parse_duration(line.charge_period or MONTHLY).months
        shares = (
            Fraction(each.days, month.length) * price(line, each.quantity) for each in segments
        )
        yield replace(made, segments=segments, exact=sum(shares, Fraction(0)) / months)

    def _orders(self, offering: str, days: Sequence[dt.date]) -> Iterator[Quantity]:
        for each in self._quantities:
            if each.offering == offering and each.date in days:
                yield each

    def _segments(self, tariff: Tariff, line: Line, days: Sequence[dt.date]) -> tuple[Segment, ...]:
        levels = [(day, self.level(line.offering, day)) for day in days]
        for day, level in levels:
            if level is None:
                message = f"{tariff.id} charges {line.offering} on {day}, and no quantity of it is known by then"
                raise ChargeError("missing_quantity", message)
        held = {day: level or 0 for day, level in levels}
        return tuple(
            Segment(first, last, quantity)
            for quantity, same in groupby(days, key=lambda day: held[day])
            for first, last in in_a_row(tuple(same))
        )


def in_a_row(days: Sequence[dt.date]) -> Iterator[tuple[dt.date, dt.date]]:
    """Group days, which are in order, into runs without a gap: the first and the last of each."""
    # Within a run each day differs from its own place in the list by as much.
    for _, run in groupby(enumerate(days), key=lambda each: each[1].toordinal() - each[0]):
        held = [day for _, day in run]
        yield held[0], held[-1]


def _begin(tariff: Tariff) -> dt.date:
    return tariff.valid_for.from_ if tariff.valid_for else dt.date.max
