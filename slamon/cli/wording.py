"""Targets and numbers as commands print them."""

from __future__ import annotations

from fractions import Fraction

from slamon.sla.judgement import ObjectiveJudgement

SECOND_US = 1_000_000
LENGTHS = frozenset({"longest_outage", "age"})
PLACES = 4


def promise(op: str, target: str, within: str | None) -> str:
    """What is promised: `>= 99.50`, `<= PT4H`, `>= 95.00 within PT1H`."""
    return f"{op} {target} within {within}" if within else f"{op} {target}"


def number(said: ObjectiveJudgement) -> str:
    """The number of a level: a length of time as h:mm:ss, any other with its unit, cut off after four decimals."""
    if said.level is None:
        return "not measured"
    value = Fraction(said.level.value)
    if said.indicator in LENGTHS:
        minutes, seconds = divmod(int(value) // SECOND_US, 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    unit = "" if said.level.unit == "count" else f" {said.level.unit}"
    return f"{_decimal(value)}{unit}"


def _decimal(value: Fraction) -> str:
    sign, units = "-" if value < 0 else "", int(abs(value) * 10**PLACES)
    whole, rest = divmod(units, 10**PLACES)
    decimals = f"{rest:0{PLACES}}".rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"
