"""Attestations: what was answered, what is due, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from sqlalchemy import Connection, select

from catalogue.attesting import UNITS, asked_since
from catalogue.instants import HOUR, format_instant
from catalogue.parties import Party
from catalogue.periods import Period
from catalogue.probing import Attestation
from catalogue.services import Service
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.sla import attesting
from slamon.sla.attesting import AttestationAnswered
from slamon.views.answers import Answer
from slamon.views.filetables import attestation_answer
from slamon.views.promised import Promises
from slamon.views.writing import insert

REMIND_US = 7 * 24 * HOUR
"""So long (µs) after its period an answer is due, then it is overdue."""

AttestationState = Literal["open", "due", "overdue"]


class AnswerLine(Answer):
    """An answer that holds for a period; where it took an earlier one back, `because` says why."""

    period: str
    answer: attesting.Answer
    party: str
    note: str
    because: str | None
    actor: str
    recorded_at: str
    position: int


class AttestationLine(Answer):
    """A question that is asked `every` so often about a service.

    Unanswered periods that are over are `due`, after a week `overdue`; `state` is that of the worst, and `open` where
    nothing waits. `next` is the period that goes on, about which it will be asked from `next_due` on. `answers` are
    those that hold, the newest period first. Periods are asked about from the one in which the question was first
    stated.
    """

    attestation: str
    service: str
    service_name: str
    question: str
    every: str
    answered_by: str
    party_name: str
    tz: str
    state: AttestationState
    due: tuple[str, ...]
    overdue: tuple[str, ...]
    next_: str | None = Field(alias="next")
    next_due: str | None
    answers: tuple[AnswerLine, ...]


def applied(connection: Connection, entry: Entry, fact: AttestationAnswered) -> None:
    """A party answered."""
    row = {
        "attestation": entry.stream.partition(":")[2],
        **fact.model_dump(),
        "actor": entry.actor,
        "recorded_at": entry.recorded_at,
        "position": entry.position,
    }
    connection.execute(insert(attestation_answer).values(row))


def listed(
    connection: Connection, ledger: Ledger, held: Promises, now: int
) -> tuple[AttestationLine, ...]:
    """All attestations at an instant (µs), by id."""
    return tuple(_line(connection, ledger, held, each, now) for each in held.of(Attestation))


def zone_of(held: Promises, record: Attestation) -> str:
    """The zone in which an attestation counts its periods: that of the site of those who answer."""
    party = held.get(Party, record.answered_by)
    while party is not None and party.site is None:
        above = party.parent or party.reports_to
        party = held.get(Party, above) if above else None
    return party.site.tz if party and party.site else "UTC"


def _line(
    connection: Connection, ledger: Ledger, held: Promises, record: Attestation, now: int
) -> AttestationLine:
    tz = zone_of(held, record)
    answers = {each.period: each for each in _answers(connection, record.id)}
    asked = list(_asked(ledger, record, now, tz))
    waiting = [each for each in asked if each.end <= now and each.label not in answers]
    overdue = tuple(each.label for each in waiting if each.end + REMIND_US <= now)
    due = tuple(each.label for each in waiting if each.end + REMIND_US > now)
    going = asked[-1] if asked and asked[-1].label not in answers else None
    service, party = held.get(Service, record.service), held.get(Party, record.answered_by)
    return AttestationLine(
        attestation=record.id,
        service=record.service,
        service_name=service.name.en if service else record.service,
        question=record.question.en,
        every=record.every,
        answered_by=record.answered_by,
        party_name=party.name.en if party else record.answered_by,
        tz=tz,
        state="overdue" if overdue else "due" if due else "open",
        due=due,
        overdue=overdue,
        next_=going.label if going else None,
        next_due=format_instant(going.end) if going else None,
        answers=tuple(sorted(answers.values(), key=lambda each: each.period, reverse=True)),
    )


def _asked(ledger: Ledger, record: Attestation, now: int, tz: str) -> Iterator[Period]:
    first = next(iter(ledger.stream(f"attestation:{record.id}")), None)
    if first is not None and record.every in UNITS:
        yield from asked_since(record.every, min(first.recorded_at, now), now, tz)


def _answers(connection: Connection, attestation: str) -> Iterator[AnswerLine]:
    """Every answer, the one that holds for a period last."""
    rows = connection.execute(
        select(attestation_answer)
        .where(attestation_answer.c.attestation == attestation)
        .order_by(attestation_answer.c.position)
    )
    for row in rows:
        yield AnswerLine(
            period=row.period,
            answer=row.answer,
            party=row.party,
            note=row.note,
            because=row.because,
            actor=row.actor,
            recorded_at=format_instant(row.recorded_at),
            position=row.position,
        )
