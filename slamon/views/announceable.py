"""Under which agreements and clauses a window can be announced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from catalogue.agreements import Agreement, Exclusion
from catalogue.services import Service
from slamon.sla.announcing import FREEZE
from slamon.views.answers import Answer
from slamon.views.promised import Promises, promises
from slamon.views.rulings import versions_of
from slamon.views.words import Words


class ClauseLine(Answer):
    """A clause by which time is excluded; durations and hours as typed, `joint` if both parties must grant it."""

    clause: str
    kind: str
    effect: str
    notice: str | None
    notice_hours: str | None
    max_per_month: str | None
    joint: bool


class Announceable(Answer):
    """An agreement with clauses of exclusion; `services` are those it promises something about, by id, named."""

    agreement: str
    name: Words
    tz: str
    clauses: tuple[ClauseLine, ...]
    services: dict[str, Words]


def announceable(connection: Connection) -> tuple[Announceable, ...]:
    """All agreements under which a window can be announced, by id."""
    held = promises(connection)
    found = (_agreement(held, each) for each in held.of(Agreement))
    return tuple(sorted((e for e in found if e.clauses), key=lambda each: each.agreement))


def _agreement(held: Promises, agreement: Agreement) -> Announceable:
    versions = versions_of(held, agreement.id)
    clauses = {stated.id: stated for terms in versions for stated in terms.exclusions}
    services = {objective.service: None for terms in versions for objective in terms.objectives}
    return Announceable(
        agreement=agreement.id,
        name=agreement.name,
        tz=agreement.tz,
        clauses=tuple(_clauses(clauses.values())),
        services={service: _name(held, service) for service in services},
    )


def _clauses(stated: Iterable[Exclusion]) -> Iterator[ClauseLine]:
    for each in stated:
        if each.kind != FREEZE:
            yield ClauseLine(
                clause=each.id,
                kind=each.kind,
                effect=each.effect,
                notice=each.notice,
                notice_hours=each.notice_hours,
                max_per_month=each.max_per_month,
                joint=each.ruling == "joint",
            )


def _name(held: Promises, service: str) -> Words:
    found = held.get(Service, service)
    return found.name if found else service
