"""Results as they are listed: stretches of equal ones, and how many there are."""

from __future__ import annotations

from slamon.sla.judgement import Basis
from slamon.views.answers import Answer, WindowLabel


class ObservationLine(Answer):
    """A stretch of equal results of a check at a place on a UTC day: `count` from `first_at` to `last_at`.

    `speaks_until` is how long the last of them speaks, null where that is not known (of files).
    `windows` are those announced for its service that hold any of it.
    """

    check: str
    location: str
    day: str
    first_at: str
    last_at: str
    speaks_until: str | None = None
    count: int
    outcome: str
    basis: Basis
    windows: tuple[WindowLabel, ...] = ()


class ResultCount(Answer):
    """How many results a check has at a place on the UTC days of one basis, by outcome."""

    check: str
    location: str
    basis: Basis
    first_day: str
    last_day: str
    outcomes: dict[str, int]
