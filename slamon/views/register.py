"""The review as a register: recommendations and steps with what realises each, and what nothing covers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from catalogue.agreements import Agreement
from catalogue.commitments import Commitment
from catalogue.document import Text3
from catalogue.instants import moment_of
from catalogue.probing import Probe
from catalogue.recommendations import (
    Ambiguity,
    GlossaryTerm,
    Recommendation,
    Register,
    Step,
    SummaryItem,
)
from catalogue.services import Service
from catalogue.tariffs import Tariff
from slamon.views.answers import Answer, CommitmentLine
from slamon.views.listings import commitment_line
from slamon.views.offerings import OfferingLine, offerings
from slamon.views.promised import Promises

Kind = Literal["service", "agreement", "tariff", "probe"]
Filter = Literal["no_step", "no_action", "disputed", "late"]


class Realisation(Answer):
    """A record that carries a recommendation out, and where it stands in its life; of a service, what it offers."""

    kind: Kind
    id: str
    name: Text3 | str
    state: str | None
    offerings: tuple[OfferingLine, ...] = ()


class AmbiguityTold(Answer):
    """A passage that can be read in more than one way; `reading` is how it was decided to be read, since `on`."""

    ambiguity: str
    what: Text3
    treat_as: str
    reading: str | None
    on: str | None


class StepLine(Answer):
    """A next step: what it cites, and what it is proposed to cite where that is disputed."""

    step: int
    text: Text3
    delta: Text3 | None
    cites: str
    disputed: bool
    proposed_target: str | None
    commitments: tuple[CommitmentLine, ...]
    ambiguities: tuple[AmbiguityTold, ...]


class RecommendationLine(Answer):
    """A recommendation with its steps and all that realises it.

    It is late where something owed for it is overdue, or the day to look again at a decision not to act is over.
    """

    recommendation: str
    topic: int
    topic_name: Text3
    text: Text3
    status: str
    review_on: str | None
    steps: tuple[StepLine, ...]
    candidate_steps: tuple[int, ...]
    depends_on: tuple[str, ...]
    commitments: tuple[CommitmentLine, ...]
    realisations: tuple[Realisation, ...]
    ambiguities: tuple[AmbiguityTold, ...]
    no_step: bool
    no_action: bool
    disputed: bool
    late: bool


class SummaryLine(Answer):
    """A point of the summary; `coverage` says how far recommendations answer it."""

    item: str
    kind: str
    text: Text3
    maps_to: tuple[str, ...]
    coverage: str
    commitments: tuple[CommitmentLine, ...]


class TermLine(Answer):
    """A term of the review, and the words used here."""

    fr: str
    en: str
    es: str
    note: str


class RegisterTold(Answer):
    """The whole register of a review."""

    document: Text3 | None
    recommendations: tuple[RecommendationLine, ...]
    steps: tuple[StepLine, ...]
    summary: tuple[SummaryLine, ...]
    glossary: tuple[TermLine, ...]

    @property
    def uncovered(self) -> tuple[SummaryLine, ...]:
        """The points of the summary that no recommendation answers."""
        return tuple(line for line in self.summary if line.coverage == "none")


def register(held: Promises, now: int) -> RegisterTold:
    """The register as of now (µs); recommendations in the order of their numbers."""
    lines = [commitment_line(held, each, now) for each in held.of(Commitment)]
    today = moment_of(now).date()
    document = next(iter(held.of(Register)), None)
    steps = tuple(sorted(_steps(held, lines), key=lambda line: line.step))
    found = [_recommendation(held, each, lines, steps, today) for each in held.of(Recommendation)]
    return RegisterTold(
        document=document.document if document else None,
        recommendations=tuple(sorted(found, key=lambda line: _numbers(line.recommendation))),
        steps=steps,
        summary=tuple(_summary(held, lines)),
        glossary=tuple(
            TermLine(fr=each.fr, en=each.en, es=each.es, note=each.note)
            for each in held.of(GlossaryTerm)
        ),
    )


def filtered(
    lines: tuple[RecommendationLine, ...], only: Filter | None
) -> tuple[RecommendationLine, ...]:
    """The recommendations without a step, without action, with a disputed step, or late; all if none is asked for."""
    return tuple(line for line in lines if only is None or getattr(line, only))


def _numbers(recommendation: str) -> tuple[int, ...]:
    return tuple(int(part) for part in recommendation.split(".") if part.isdigit())


def _steps(held: Promises, lines: list[CommitmentLine]) -> Iterator[StepLine]:
    ordered = {each.id: each.order for each in held.of(Commitment)}
    for step in held.of(Step):
        yield StepLine(
            step=step.seq,
            text=step.text,
            delta=step.delta,
            cites=step.cites,
            disputed=step.disputed,
            proposed_target=step.proposed_target,
            commitments=tuple(each for each in lines if ordered[each.commitment] == step.seq),
            ambiguities=tuple(_ambiguities(held, step.ambiguities)),
        )


def _recommendation(
    held: Promises,
    stated: Recommendation,
    lines: list[CommitmentLine],
    steps: tuple[StepLine, ...],
    today: date,
) -> RecommendationLine:
    own = tuple(each for each in lines if each.commitment in stated.commitments)
    mine = tuple(each for each in steps if each.step in stated.steps)
    review = stated.review_on
    late = any(each.state == "overdue" for each in own) or (review is not None and review < today)
    return RecommendationLine(
        recommendation=stated.id,
        topic=stated.topic.n,
        topic_name=Text3(en=stated.topic.en, fr=stated.topic.fr, es=stated.topic.es),
        text=stated.text,
        status=stated.status,
        review_on=review.isoformat() if review else None,
        steps=mine,
        candidate_steps=stated.candidate_steps,
        depends_on=stated.depends_on,
        commitments=own,
        realisations=tuple(_realisations(held, stated, today)),
        ambiguities=tuple(_ambiguities(held, stated.ambiguities)),
        no_step=not stated.steps,
        no_action=stated.status == "no_action",
        disputed=any(each.disputed for each in mine)
        or any(s.disputed for s in steps if s.step in stated.candidate_steps),
        late=late,
    )


def _realisations(held: Promises, stated: Recommendation, today: date) -> Iterator[Realisation]:
    for name in stated.agreements:
        agreement = held.get(Agreement, name)
        if agreement:
            yield Realisation(kind="agreement", id=name, name=agreement.name, state=agreement.state)
    for name in stated.services:
        service = held.get(Service, name)
        if service:
            yield Realisation(
                kind="service",
                id=name,
                name=service.name,
                state=service.lifecycle,
                offerings=tuple(offerings(held, service, today)),
            )
    for name in stated.tariffs:
        tariff = held.get(Tariff, name)
        if tariff:
            yield Realisation(kind="tariff", id=name, name=tariff.name, state=tariff.status)
    for name in stated.probes:
        probe = held.get(Probe, name)
        if probe:
            yield Realisation(kind="probe", id=name, name=name, state=None)


def _ambiguities(held: Promises, names: tuple[str, ...]) -> Iterator[AmbiguityTold]:
    for name in names:
        found = held.get(Ambiguity, name)
        if found:
            decided = found.resolution
            yield AmbiguityTold(
                ambiguity=name,
                what=found.what,
                treat_as=found.treat_as,
                reading=decided.reading if decided else None,
                on=decided.on.isoformat() if decided else None,
            )


def _summary(held: Promises, lines: list[CommitmentLine]) -> Iterator[SummaryLine]:
    answering = {each.id: each.summary_item for each in held.of(Commitment)}
    for item in held.of(SummaryItem):
        yield SummaryLine(
            item=item.id,
            kind=item.kind,
            text=item.text,
            maps_to=item.maps_to,
            coverage=item.coverage,
            commitments=tuple(each for each in lines if answering[each.commitment] == item.id),
        )
