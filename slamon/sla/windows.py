"""Excluded time as windows: granted exclusions, overlaps resolved."""

from __future__ import annotations

from collections.abc import Iterable

from catalogue.intervals import Intervals, Span, norm, subtract, union
from slamon.sla.exclusions import Granted
from slamon.sla.tally import Windows


def flattened(granted: Iterable[Granted]) -> Windows:
    """Put granted exclusions in order of time, disjoint; where two overlap the one given first holds."""
    taken: Intervals = ()
    windows = []
    for each in granted:
        own: tuple[Span, ...] = ((each.begin, each.end),)
        windows += [(begin, end, each.effect) for begin, end in subtract(norm(own), taken)]
        taken = union(taken, own)
    return tuple(sorted(windows))
