"""What became of announced exclusions, objective by objective: what was granted, and which rule refused the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, cast

from pydantic import Field
from sqlalchemy import Connection

from catalogue.agreements import Agreement
from catalogue.instants import format_instant
from catalogue.intervals import Intervals, intersect, norm
from slamon.sla.exclusions import Announcement, Granted, Refused, Rule, Ruling
from slamon.sla.judgement import Effect
from slamon.views.answers import Answer
from slamon.views.objectives import Judged, objectives
from slamon.views.promised import Promises, promises

ExclusionStatus = Literal["announced", "granted", "refused", "withdrawn"]


class ExclusionPart(Answer):
    """Time of a window: excluded with an `effect`, or kept in the judgement by a `rule` for a `reason`."""

    from_: str = Field(alias="from")
    to: str
    effect: Effect | None
    rule: Rule | None
    reason: str | None


class ExclusionFate(Answer):
    """What an announcement came to in an objective; no parts: the objective is not in force in the window."""

    objective: str
    service: str
    parts: tuple[ExclusionPart, ...]


class ExclusionLine(Answer):
    """An announced exclusion; `status` is the ruling on it, if there is one, `because` its reason.

    No `services` means all of the agreement. `positions` are those of its facts in the ledger.
    """

    agreement: str
    exclusion: str
    clause: str
    kind: str | None
    services: tuple[str, ...]
    from_: str = Field(alias="from")
    to: str
    tz: str
    received_at: str
    recorded_at: str
    evidence: str
    reason: str
    status: ExclusionStatus
    ruling: Ruling | None
    because: str | None
    positions: tuple[int, ...]
    objectives: tuple[ExclusionFate, ...]

    @property
    def excludes(self) -> bool:
        """Whether any of the window is excluded in any objective."""
        return any(part.effect for fate in self.objectives for part in fate.parts)

    @property
    def kept_by(self) -> tuple[Rule, ...]:
        """The rules that keep some of the window in the judgement of some objective."""
        rules = {part.rule for fate in self.objectives for part in fate.parts if part.rule}
        return tuple(sorted(rules))


def versions_of(held: Promises, agreement: str) -> tuple[Agreement, ...]:
    """The terms of an agreement, version by version; none where there is no such agreement."""
    if held.get(Agreement, agreement) is None:
        return ()
    return tuple(cast("Agreement", terms) for terms, _, _ in held.versions("agreement", agreement))


def exclusions(connection: Connection, agreement: str | None) -> tuple[ExclusionLine, ...]:
    """Announced exclusions by agreement and begin, of one agreement or of all."""
    held = promises(connection)
    return tuple(
        _line(held, each) for each in held.announced if agreement in {None, each.agreement}
    )


def exclusion(connection: Connection, agreement: str, name: str) -> ExclusionLine | None:
    """One announced exclusion, or None where nothing was announced under that id."""
    held = promises(connection)
    found = (e for e in held.announced if (e.agreement, e.id) == (agreement, name))
    return next((_line(held, each) for each in found), None)


def _line(held: Promises, announced: Announcement) -> ExclusionLine:
    terms = versions_of(held, announced.agreement)
    kinds = {clause.id: clause.kind for version in terms for clause in version.exclusions}
    because = announced.withdrawn_reason if announced.withdrawn else announced.ruling_reason
    return ExclusionLine(
        agreement=announced.agreement,
        exclusion=announced.id,
        clause=announced.clause,
        kind=kinds.get(announced.clause),
        services=announced.services,
        from_=format_instant(announced.begin),
        to=format_instant(announced.end),
        tz=terms[-1].tz if terms else "UTC",
        received_at=format_instant(announced.received_at),
        recorded_at=format_instant(announced.recorded_at),
        evidence=announced.evidence,
        reason=announced.reason,
        status="withdrawn" if announced.withdrawn else announced.ruling or "announced",
        ruling=announced.ruling,
        because=because or None,
        positions=announced.positions,
        objectives=tuple(_fates(held, announced)),
    )


def _fates(held: Promises, announced: Announcement) -> Iterator[ExclusionFate]:
    by_objective: dict[tuple[str, str], list[Judged]] = {}
    for each in objectives(held):
        if isinstance(each, Judged) and each.agreement == announced.agreement:
            key = (each.terms.objective, each.terms.service)
            by_objective.setdefault(key, []).append(each)
    for (objective, service), versions in by_objective.items():
        if any(_said_of(announced, each) for each in versions):
            parts = tuple(_parts(announced, versions))
            yield ExclusionFate(objective=objective, service=service, parts=parts)


def _said_of(announced: Announcement, judged: Judged) -> list[Granted | Refused]:
    both: tuple[Granted | Refused, ...] = (*judged.terms.exclusions, *judged.terms.refused)
    return [each for each in both if each.announcement == announced.id]


Said = tuple[Effect | None, Rule | None, str | None]


def _parts(announced: Announcement, versions: Sequence[Judged]) -> Iterator[ExclusionPart]:
    """What every version of an objective says while it is in force, neighbours that say the same joined."""
    spans: dict[Said, Intervals] = {}
    for judged in versions:
        for each in _said_of(announced, judged):
            inside = intersect(((each.begin, each.end),), norm(judged.in_force))
            spans[_said(each)] = norm((*spans.get(_said(each), ()), *inside))
    found = [(span, said) for said, many in spans.items() for span in many]
    for (begin, end), (effect, rule, reason) in sorted(found, key=lambda each: each[0]):
        yield ExclusionPart(
            from_=format_instant(begin),
            to=format_instant(end),
            effect=effect,
            rule=rule,
            reason=reason,
        )


def _said(each: Granted | Refused) -> Said:
    return (
        (each.effect, None, None) if isinstance(each, Granted) else (None, each.rule, each.reason)
    )
