"""Exclusions: which announced time an agreement takes out of the judgement, and by which rule the rest stays in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from catalogue.deadlines import limit_after
from catalogue.instants import InstantError, moment_of, zone
from catalogue.intervals import Intervals, Span, intersect, norm, subtract
from catalogue.periods import period_at
from catalogue.service_hours import ServiceHours
from slamon.sla.judgement import Effect

PLANNED = "planned_maintenance"

Rule = Literal[
    "withdrawn",
    "no_clause",
    "ruling",
    "awaiting_grant",
    "late_recording",
    "notice",
    "freeze",
    "allowed_hours",
    "quota",
]
Ruling = Literal["granted", "refused"]
Agreed = Callable[[int, int], Intervals]
"""The agreed time of an objective in `[begin, end)`."""
Freeze = tuple[str, Span]
"""A clause and the window inside which it keeps planned maintenance in the judgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """An exclusion as the agreement words it; `quota` is agreed time in µs per calendar month.

    `notice` is a duration as typed, counted in `notice_hours` where these are given (rule T5). Only planned
    maintenance stands by notice alone, any other kind needs a grant, a `joint` one by both parties.
    """

    id: str
    kind: str
    effect: Effect
    notice: str | None = None
    notice_hours: ServiceHours | None = None
    quota: int | None = None
    allowed: ServiceHours | None = None
    joint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A window somebody claims under a clause (instants in µs); no services means all those of the agreement.

    `received_at` is when the customer received it, `evidence` how that is known, `recorded_at` when the ledger
    learned of it. `positions` are those of its facts.
    """

    id: str
    agreement: str
    clause: str
    services: tuple[str, ...]
    begin: int
    end: int
    received_at: int
    recorded_at: int
    evidence: str
    reason: str
    ruling: Ruling | None = None
    ruling_reason: str = ""
    withdrawn: bool = False
    withdrawn_reason: str = ""
    positions: tuple[int, ...] = ()

    @property
    def span(self) -> Span:
        """The announced window."""
        return (self.begin, self.end)

    def concerns(self, service: str) -> bool:
        """Tell whether it is about a service."""
        return not self.services or service in self.services


@dataclass(frozen=True, slots=True)
class Granted:
    """Excluded time, what its exclusion does, and the clause, announcement and facts it rests on."""

    begin: int
    end: int
    effect: Effect
    clause: str
    announcement: str
    services: tuple[str, ...]
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Announced time that stays in the judgement: the rule that refused it, and a sentence with the figures."""

    begin: int
    end: int
    rule: Rule
    reason: str
    clause: str
    announcement: str
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rulings:
    """What became of announcements: each instant of a window is either granted to it or refused.

    Granted time stands in the order of the clauses and may overlap, then the first holds; refused in order of time.
    """

    granted: tuple[Granted, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """Time of an announcement that no rule has refused so far."""

    begin: int
    end: int
    announced: Announcement


def ruled(
    clauses: Sequence[Clause],
    freezes: Sequence[Freeze],
    announcements: Sequence[Announcement],
    agreed: Agreed,
    tz: str,
) -> Rulings:
    """Rule on the announcements that concern one objective, whatever the order they were recorded in (rule E1).

    1. A withdrawn one, one ruled refused, or one under no clause of the agreement is refused whole.
    2. Only planned maintenance stands without a grant, and only if it was recorded before its window began.
    3. The limit of the notice, counted from the receipt, may not lie after the begin; no grant cures that.
    4. Planned maintenance inside a freeze, time outside the allowed hours, and what exceeds the month's quota of
       agreed time are refused, the rest stands.
    5. Overlapping windows of a clause use its quota once; where clauses overlap, the one that stands first in the
       agreement holds.
    """
    in_order = sorted(announcements, key=lambda each: (each.begin, each.end, each.id))
    known = {clause.id for clause in clauses}
    refused = [_without_clause(each) for each in in_order if each.clause not in known]
    granted: list[Granted] = []
    for clause in clauses:
        own = [each for each in in_order if each.clause == clause.id]
        standing, turned_down = _of_clause(clause, freezes, own, agreed, tz)
        granted += [_granted(clause, part) for part in standing]
        refused += turned_down
    refused.sort(key=lambda each: (each.begin, each.end, each.announcement))
    return Rulings(tuple(granted), tuple(refused))


def _of_clause(
    clause: Clause,
    freezes: Sequence[Freeze],
    own: Sequence[Announcement],
    agreed: Agreed,
    tz: str,
) -> tuple[list[_Part], list[Refused]]:
    """Give what stands of the announcements of a clause, in order, and what does not."""
    refused: list[Refused] = []
    parts: list[_Part] = []
    for each in own:
        if (whole := _refused_whole(clause, each, tz)) is not None:
            refused.append(whole)
        else:
            parts.append(_Part(*each.span, each))
    for rule in (
        partial(_inside_freezes, clause, freezes),
        partial(_outside_allowed_hours, clause),
        partial(_over_quota, clause, agreed, tz),
    ):
        more = list(rule(parts))
        refused += more
        parts = _rest(parts, more)
    return parts, refused


def _without_clause(announced: Announcement) -> Refused:
    said = f"the agreement has no clause {announced.clause} under which time is excluded"
    return _refused(announced, announced.span, "no_clause", said)


def _refused_whole(clause: Clause, announced: Announcement, tz: str) -> Refused | None:
    """Give the first rule that refuses an announcement as a whole, or None."""
    found = _by_ruling(clause, announced, tz) or _by_notice(clause, announced, tz)
    return _refused(announced, announced.span, *found) if found else None


def _by_ruling(clause: Clause, announced: Announcement, tz: str) -> tuple[Rule, str] | None:
    if announced.withdrawn:
        return "withdrawn", f"it was withdrawn: {announced.withdrawn_reason}"
    if announced.ruling == "refused":
        return "ruling", f"it was refused: {announced.ruling_reason}"
    if announced.ruling == "granted":
        return None
    if clause.kind != PLANNED:
        kind, by = clause.kind.replace("_", " "), " by both parties" if clause.joint else ""
        return "awaiting_grant", f"{kind} is excluded only by a grant{by}, and none was given"
    if announced.recorded_at > announced.begin:
        recorded, begin = _said(announced.recorded_at, tz), _said(announced.begin, tz)
        said = f"recorded {recorded}, after its begin {begin}: it needs a grant"
        return "late_recording", said
    return None


def _by_notice(clause: Clause, announced: Announcement, tz: str) -> tuple[Rule, str] | None:
    if clause.notice is None:
        return None
    try:
        limit = limit_after(announced.received_at, clause.notice, clause.notice_hours, tz)
    except InstantError as wrong:
        return "notice", f"the notice of {clause.notice} never ends: {wrong}"
    if limit <= announced.begin:
        return None
    hours = " in service hours" if clause.notice_hours else ""
    said = (
        f"received {_said(announced.received_at, tz)}, the notice of {clause.notice}{hours} ends"
        f" {_said(limit, tz)}, after the begin {_said(announced.begin, tz)}"
    )
    return "notice", said


def _inside_freezes(
    clause: Clause, freezes: Sequence[Freeze], parts: Sequence[_Part]
) -> Iterator[Refused]:
    if clause.kind != PLANNED:
        return
    for part in parts:
        for name, frozen in freezes:
            for span in intersect(((part.begin, part.end),), (frozen,)):
                said = f"inside the freeze of clause {name}, in which maintenance is not excluded"
                yield _refused(part.announced, span, "freeze", said)


def _outside_allowed_hours(clause: Clause, parts: Sequence[_Part]) -> Iterator[Refused]:
    if clause.allowed is None:
        return
    for part in parts:
        span = (part.begin, part.end)
        for outside in subtract((span,), clause.allowed.intervals(*span)):
            said = f"outside the hours in which clause {clause.id} allows it"
            yield _refused(part.announced, outside, "allowed_hours", said)


def _over_quota(
    clause: Clause, agreed: Agreed, tz: str, parts: Sequence[_Part]
) -> Iterator[Refused]:
    """Refuse what exceeds the quota of a month, the latest time first, cut at the exact instant."""
    if clause.quota is None:
        return
    for month, asked in _by_month(norm((p.begin, p.end) for p in parts), tz):
        counted = [span for each in asked for span in intersect((each,), agreed(*each))]
        cut = _used_up_at(counted, clause.quota)
        if cut is None:
            continue
        said = (
            f"clause {clause.id} allows {_length(clause.quota)} of agreed time a month;"
            f" in {month} it was used up at {_said(cut, tz)}"
        )
        rest = subtract(asked, ((asked[0][0], cut),))
        for part in parts:
            for span in intersect(((part.begin, part.end),), rest):
                yield _refused(part.announced, span, "quota", said)


def _by_month(spans: Intervals, tz: str) -> Iterator[tuple[str, Intervals]]:
    """Give the spans of each calendar month that has some."""
    at = spans[0][0] if spans else None
    while at is not None:
        month = period_at("month", at, tz)
        if inside := intersect(spans, (month.span,)):
            yield month.label, inside
        at = next((max(begin, month.end) for begin, end in spans if end > month.end), None)


def _used_up_at(counted: Sequence[Span], quota: int) -> int | None:
    """Give the instant at which a quota is used up and more is asked for, or None."""
    left = quota
    for begin, end in counted:
        if end - begin > left:
            return begin + left
        left -= end - begin
    return None


def _rest(parts: Sequence[_Part], refused: Sequence[Refused]) -> list[_Part]:
    """Give what of the parts is left, in order of time."""
    gone: dict[str, list[Span]] = {}
    for each in refused:
        gone.setdefault(each.announcement, []).append((each.begin, each.end))
    left = [
        _Part(begin, end, part.announced)
        for part in parts
        for begin, end in subtract(((part.begin, part.end),), norm(gone.get(part.announced.id, ())))
    ]
    return sorted(left, key=lambda part: (part.begin, part.end, part.announced.id))


def _granted(clause: Clause, part: _Part) -> Granted:
    by = part.announced
    span = (part.begin, part.end)
    return Granted(*span, clause.effect, clause.id, by.id, by.services, by.positions)


def _refused(announced: Announcement, span: Span, rule: Rule, reason: str) -> Refused:
    return Refused(*span, rule, reason, announced.clause, announced.id, announced.positions)


def _said(instant: int, tz: str) -> str:
    """Write an instant on the clock of the agreement with its offset, which tells apart an hour that exists twice."""
    local = moment_of(instant).astimezone(zone(tz))
    whole_minute = not (local.second or local.microsecond)
    return local.isoformat(sep=" ", timespec="minutes" if whole_minute else "auto")


def _length(us: int) -> str:
    minutes, rest = divmod(us, 60_000_000)
    seconds = f":{rest // 1_000_000:02}" if rest else ""
    return f"{minutes // 60}:{minutes % 60:02}{seconds} h"
