"""Gaps between what a party promises onward and what it is promised itself, with their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Onward:
    """A promise that a party makes, and rests on what others promise it; `binding` if it is signed."""

    agreement: str
    objective: str
    service: str
    provider: str
    binding: bool


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Nobody promises the party anything about a service it needs."""

    onward: Onward
    needed: str


@dataclass(frozen=True, slots=True)
class LowerTarget:
    """The best that is promised of what is needed is worse than what is promised onward; both targets in words."""

    onward: Onward
    needed: str
    promised: str
    given: str
    given_by: str


@dataclass(frozen=True, slots=True)
class LowerTogether:
    """What is needed allows less than is promised onward, if all of it fails at times of its own: ratios, exact."""

    onward: Onward
    needed: tuple[str, ...]
    promised: Fraction
    allowed: Fraction


@dataclass(frozen=True, slots=True)
class FewerHours:
    """Time of a month (µs) promised onward in which nothing is promised of what is needed."""

    onward: Onward
    needed: str
    month: str
    promised_us: int
    open_us: int


@dataclass(frozen=True, slots=True)
class ShorterNotice:
    """Maintenance of what is needed, to begin at `window`, may be announced later than onward (instants in µs)."""

    onward: Onward
    needed: str
    window: int
    announced_by: int
    needed_announced_by: int


@dataclass(frozen=True, slots=True)
class SmallerCredit:
    """Below a figure more is credited onward than is credited for what is needed: ratios of the charge of each."""

    onward: Onward
    needed: str
    below: Fraction
    owed: Fraction
    credited: Fraction


Gap = Uncovered | LowerTarget | LowerTogether | FewerHours | ShorterNotice | SmallerCredit
