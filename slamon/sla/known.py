"""What is known of an objective in a period when it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from slamon.sla.forecast import Forecast
from slamon.sla.judgement import Basis, Unconfirmed
from slamon.sla.level import LevelResult
from slamon.sla.tally import DayFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an objective in a period.

    `until` is the instant up to which results are known: at the period's end the verdict is met, breached or
    not_measured, before it on_track, at_risk, breached, pending or not_measured; nothing is final before it is
    `closed`. `figures` are those of all its days. `level` is a number held against its bound, where one is promised;
    `share` is the figure where it is none of the tally, as a mean of slices is. `waiting` counts cases that are not
    decided yet. `places` names the locations of an outage by the instant it began. `forecast` is what an open period
    can come to. `carried_in`: its first outage began in an earlier period.
    """

    figures: DayFigures
    until: int
    closed: bool
    basis: Basis
    breached_at: int | None = None
    level: LevelResult | None = None
    waiting: int = 0
    unconfirmed: tuple[Unconfirmed, ...] = ()
    share: Fraction | None = None
    places: Mapping[int, tuple[str, ...]] | None = None
    forecast: Forecast | None = None
    carried_in: bool = False
