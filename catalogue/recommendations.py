"""The review as a register: recommendations, steps, summary, ambiguities and glossary."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from catalogue.document import Part, Record, Text3
from catalogue.references import (
    AgreementRef,
    AmbiguityRef,
    CommitmentRef,
    PartyRef,
    ProbeRef,
    RecommendationRef,
    ServiceRef,
    StepRef,
    SummaryItemRef,
    TariffRef,
)
from catalogue.values import Id


class Counts(Part):
    """How many of each the review has; checked against the register."""

    topics: int
    recommendations: int
    steps: int
    recommendations_cited_by_steps: int
    recommendations_without_step: tuple[RecommendationRef, ...]
    no_action: tuple[RecommendationRef, ...]
    summary_items: int
    uncovered: tuple[SummaryItemRef, ...]


class Register(Record):
    """The reviewed document as a whole."""

    document: Text3
    counts: Counts


class Topic(Text3):
    """The subject a recommendation stands under."""

    n: int = Field(ge=1)


class Recommendation(Record):
    """One recommendation and where slamon carries it; a decision not to act is looked at again on `review_on`."""

    id: Id
    topic: Topic
    text: Text3
    no_action: bool
    status: Literal["open", "in_progress", "fulfilled", "no_action", "ambiguous", "superseded"]
    review_on: date | None = None
    steps: tuple[StepRef, ...]
    candidate_steps: tuple[StepRef, ...]
    depends_on: tuple[RecommendationRef, ...]
    lives_in: str
    parties: tuple[PartyRef, ...]
    services: tuple[ServiceRef, ...]
    agreements: tuple[AgreementRef, ...]
    tariffs: tuple[TariffRef, ...]
    commitments: tuple[CommitmentRef, ...]
    probes: tuple[ProbeRef, ...]
    ambiguities: tuple[AmbiguityRef, ...]


class Step(Record):
    """A next step of the review and the recommendation it cites."""

    seq: int = Field(ge=1)
    cites: RecommendationRef
    disputed: bool
    proposed_target: RecommendationRef | None
    text: Text3
    delta: Text3 | None = None
    ambiguities: tuple[AmbiguityRef, ...]


class SummaryItem(Record):
    """A point of the summary and the recommendations that answer it."""

    id: Id
    kind: Literal["strategic", "tactical", "next"]
    text: Text3
    maps_to: tuple[RecommendationRef, ...]
    coverage: Literal["full", "partial", "none"]


class Resolution(Part):
    """How somebody decided that a passage is to be read, and on which day."""

    reading: str = Field(min_length=1)
    on: date


class Ambiguity(Record):
    """Where the review can be read in more than one way, and how the catalogue treats it until that is decided."""

    id: Id
    where: tuple[str, ...]
    what: Text3
    treat_as: str
    resolution: Resolution | None = None


class GlossaryTerm(Record):
    """A term of the review and the words used here."""

    fr: str
    en: str
    es: str
    note: str
