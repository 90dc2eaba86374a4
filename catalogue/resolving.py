"""What becomes of recommendations, and of passages that can be read in more than one way."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from catalogue.changes import Json
from catalogue.lifecycle import LifecycleError, LifecycleFact
from catalogue.recommendations import Ambiguity, Recommendation

Closing = Literal["fulfilled", "superseded"]


class RecommendationTakenUp(LifecycleFact):
    """Somebody began to act on a recommendation."""

    on: dt.date
    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is being done."""
        return {**lifecycle, "status": "in_progress", "review_on": None}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"taken up {self.on} ({self.reason})"


class NoActionDecided(LifecycleFact):
    """It was decided to do nothing, and to look at that decision again on a day."""

    on: dt.date
    review_on: dt.date
    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is left alone."""
        return {**lifecycle, "status": "no_action", "review_on": self.review_on.isoformat()}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"no action, decided {self.on}, to be reviewed {self.review_on} ({self.reason})"


class RecommendationClosed(LifecycleFact):
    """A recommendation was carried out, or something else took its place."""

    on: dt.date
    as_: Closing = Field(alias="as")
    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is closed."""
        return {**lifecycle, "status": self.as_, "review_on": None}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"{self.as_} {self.on} ({self.reason})"


class AmbiguityResolved(LifecycleFact):
    """It was decided how a passage is to be read; what it says stays readable beside that."""

    on: dt.date
    reading: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle with the reading."""
        return {**lifecycle, "resolution": {"reading": self.reading, "on": self.on.isoformat()}}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"resolved {self.on}: {self.reading}"


RecommendationFact = RecommendationTakenUp | NoActionDecided | RecommendationClosed


def take_up(recommendation: Recommendation, on: dt.date, reason: str) -> list[RecommendationFact]:
    """Decide that somebody acts on a recommendation, also on one that was closed; repeated, it changes nothing."""
    if recommendation.status == "in_progress":
        return []
    return [RecommendationTakenUp(on=on, reason=reason)]


def decide_no_action(
    recommendation: Recommendation, on: dt.date, review_on: dt.date, reason: str
) -> list[RecommendationFact]:
    """Decide to do nothing until a day; the same once more changes nothing.

    Raises:
        LifecycleError: the day of the review is not after that of the decision.

    """
    if review_on <= on:
        message = f"the decision of {on} cannot be reviewed on {review_on}; name a later day"
        raise LifecycleError(message)
    if (recommendation.status, recommendation.review_on) == ("no_action", review_on):
        return []
    return [NoActionDecided(on=on, review_on=review_on, reason=reason)]


def close(
    recommendation: Recommendation, on: dt.date, as_: Closing, reason: str
) -> list[RecommendationFact]:
    """Decide that a recommendation was carried out or superseded; repeated, it changes nothing."""
    if recommendation.status == as_:
        return []
    return [RecommendationClosed(on=on, as_=as_, reason=reason)]


def resolve(ambiguity: Ambiguity, on: dt.date, reading: str) -> list[AmbiguityResolved]:
    """Decide how a passage is read; the same reading once more changes nothing, another one takes its place."""
    if ambiguity.resolution and ambiguity.resolution.reading == reading:
        return []
    return [AmbiguityResolved(on=on, reading=reading)]
