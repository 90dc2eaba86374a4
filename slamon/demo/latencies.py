"""Latencies of the generated history: log-normal, with a long tail, slower while people work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import exp, log
from random import Random

from catalogue.instants import HOUR, moment_of, zone
from probes.spec import AssignedProbe
from slamon.demo.troubles import CONTROL, DNS, GATEWAY, MAIL, TZ, is_working_hour

TYPICAL = {CONTROL: 31_000, GATEWAY: 1_800, DNS: 4_200, MAIL: 22_000}  # medians in µs, by night
ELSE = 25_000
FARTHER = {"loc-outside": 9_000}  # what the way from elsewhere adds, in µs
SPREAD = 0.35
DRAWS = 2048
# A percent of the probe's hour at work: quiet in the morning, slowest before and after lunch.
PACE = (100, 104, 112, 125, 138, 150, 148, 128, 132, 152, 158, 149, 134, 118, 108, 102)
FIRST_HOUR = 4  # UTC; outside the table the night pace holds
LATENESS = (0,) * 5 + (1,) * 8 + (2,) * 3 + (3, 4, 9)  # ms


def latencies(probe: AssignedProbe, location: str, begin: int, end: int) -> list[int]:
    """Draw a latency in µs for each slot of a probe at a place in `[begin, end)` of one UTC day."""
    draw = Random(f"latency {probe.probe} {location} {pace_of_day(begin)}")  # noqa: S311
    found: list[int] = []
    for hour in range(begin - begin % HOUR, end, HOUR):
        slots = probe.progressions(max(begin, hour), min(end, hour + HOUR))
        table = _table(probe.probe, location, _pace(hour))
        found += draw.choices(table, k=sum(count for _, _, count in slots))
    return found


def lateness(day: int, rows: int) -> list[int]:
    """Draw how late each row's attempt started, in ms."""
    return Random(f"lateness {pace_of_day(day)}").choices(LATENESS, k=rows)  # noqa: S311


def pace_of_day(instant: int) -> str:
    """Name what the latencies of a UTC day depend on: its weekday, and how the clock of Bonn stands at noon."""
    noon = moment_of(instant - instant % (24 * HOUR) + 12 * HOUR)
    return f"{noon:%a} {noon.astimezone(zone(TZ)):%z}"


def _pace(hour: int) -> int:
    place = hour // HOUR % 24 - FIRST_HOUR
    return PACE[place] if is_working_hour(hour) and 0 <= place < len(PACE) else 100


@cache
def _table(probe: str, location: str, percent: int) -> Sequence[int]:
    draw = Random(f"table {probe}")  # noqa: S311
    median = log(TYPICAL.get(probe, ELSE) + FARTHER.get(location, 0))
    drawn = [exp(draw.gauss(median, SPREAD)) for _ in range(DRAWS)]
    # Four in a thousand meet a retransmission or a busy server.
    slow = [value * draw.uniform(8, 60) for value in drawn[: DRAWS // 256]]
    return [round(value * percent / 100) for value in slow + drawn[len(slow) :]]
