"""Targets and numbers as commands print them."""

from __future__ import annotations

from fractions import Fraction

from slamon.sla.judgement import AsKnownAt, ObjectiveJudgement

SECOND_US = 1_000_000
BATCHES = ("batch", "batches")
TICKETS = frozenset({"response_time", "resolution_time"})
LENGTHS = frozenset({"longest_outage", "age"})
PLACES = 4
UNITS = (("day", 86_400 * SECOND_US), ("hour", 3_600 * SECOND_US), ("minute", 60 * SECOND_US))


def known(said: AsKnownAt) -> str:
    """What figures rest on: the instant that was asked for, and the last fact known then."""
    last = f"position {said.position}"
    if said.recorded_at != said.instant:
        last = f"the last fact is {last}, recorded at {said.recorded_at}"
    return f"as known at {said.instant}, {last}"


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


def verdict(said: ObjectiveJudgement) -> str:
    """The state, and whether what was not observed could have made it another one."""
    found = said.possible
    told: list[str] = [said.state]
    if found is not None and found.cannot_tell:
        between = f"{found.lowest.percent}–{found.highest.percent}"
        told.append(f"(cannot be told for sure: {between})")
    return " ".join([*told, *(["(provisional)"] if said.provisional else [])])


def cases(said: ObjectiveJudgement) -> str | None:
    """How many cases were in time, late and waiting; None where no tickets are counted."""
    if said.indicator not in TICKETS:
        return None
    good, total = (said.measured.good, said.measured.total) if said.measured else (0, 0)
    return count_of(good, total - good, said.waiting)


def count_of(good: int, late: int, waiting: int) -> str:
    """Cases counted one by one."""
    return f"cases: {good} in time, {late} late, {waiting} waiting"


def counted(count: int, one: str, many: str | None = None) -> str:
    """So many of something: `1 batch`, `2 batches`."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def length(microseconds: int) -> str:
    """A length of time for a sentence, cut off to the unit that tells most: `6 minutes`, `1 hour`, `12 days`."""
    for unit, size in UNITS:
        if (count := microseconds // size) > 0:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def _decimal(value: Fraction) -> str:
    sign, units = "-" if value < 0 else "", int(abs(value) * 10**PLACES)
    whole, rest = divmod(units, 10**PLACES)
    decimals = f"{rest:0{PLACES}}".rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"
