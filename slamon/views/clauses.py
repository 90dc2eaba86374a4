"""Under which clauses an agreement takes time out of the judgement, and when it promises not to."""

from __future__ import annotations

from catalogue.agreements import Agreement, Exclusion
from catalogue.calendars import Window
from catalogue.instants import HOUR, parse_duration, parse_instant
from slamon.sla.exclusions import Clause, Freeze
from slamon.sla.judgement import Effect
from slamon.views.promised import Promises

DAYS_OF_A_MONTH = 30


def clauses_of(
    held: Promises, agreement: Agreement
) -> tuple[tuple[Clause, ...], tuple[Freeze, ...]]:
    """The exclusions of an agreement in its own order, and the windows in which maintenance is not excluded."""
    clauses: list[Clause] = []
    freezes: list[Freeze] = []
    for stated in agreement.exclusions:
        if stated.effect == "maintenance_not_excluded":
            freezes += _freeze(held, stated)
        else:
            clauses.append(_clause(held, stated, stated.effect))
    return tuple(clauses), tuple(freezes)


def _clause(held: Promises, stated: Exclusion, effect: Effect) -> Clause:
    quota = stated.max_per_month
    allowed = stated.allowed_in if stated.allowed_in != "any" else None
    return Clause(
        id=stated.id,
        kind=stated.kind,
        effect=effect,
        notice=stated.notice,
        notice_hours=held.hours(stated.notice_hours) if stated.notice_hours else None,
        quota=_agreed_time(quota) if quota else None,
        allowed=held.hours(allowed) if allowed else None,
        joint=stated.ruling == "joint",
    )


def _agreed_time(quota: str) -> int:
    """The µs of a quota; a day in terms recorded long ago is 24 hours of agreed time, a month 30 such days."""
    length = parse_duration(quota)
    return length.us + (length.days + length.months * DAYS_OF_A_MONTH) * 24 * HOUR


def _freeze(held: Promises, stated: Exclusion) -> list[Freeze]:
    window = held.get(Window, stated.window) if stated.window else None
    if window is None:
        return []
    return [(stated.id, (parse_instant(window.from_), parse_instant(window.to)))]
