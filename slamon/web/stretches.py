"""Stretches of equal results with the time between them of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalogue.instants import format_instant, parse_instant
from slamon.views.results import ObservationLine

HANDING_IN_US = 60_000_000  # what is observed may be that old before it is handed in


@dataclass(frozen=True)
class Gap:
    """A time in which no result spoke; `end` is the next result, or the end of what is told."""

    begin: str
    end: str


def with_gaps(lines: Sequence[ObservationLine], end: int) -> Iterator[ObservationLine | Gap]:
    """Give stretches of one check at one place, and between them and up to an end (µs) what nothing is known of."""
    for number, line in enumerate(lines):
        yield line
        follows = number + 1 < len(lines)
        until = parse_instant(lines[number + 1].first_at) if follows else end
        if line.speaks_until and parse_instant(line.speaks_until) < until:
            yield Gap(line.speaks_until, format_instant(until))
