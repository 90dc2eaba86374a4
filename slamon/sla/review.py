"""Breach review: what happens between a missed objective and its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, assert_never

from slamon.sla.fact import Fact


class BreachFound(Fact):
    """A closed period missed a target: the exact ratio, the target as typed, the position the figures rest on."""

    ratio: str
    target: str
    position: int


class BreachUpheld(Fact):
    """A reviewer confirmed the breach."""

    reason: str


class BreachWaived(Fact):
    """A reviewer forgave the breach; its figure stays. `clause` is that of the agreement, if it names one."""

    reason: str
    clause: str | None = None


class BreachWithdrawn(Fact):
    """A restatement of the period took the breach away; the new figures rest on `position`."""

    reason: str
    position: int


ReviewFact = BreachFound | BreachUpheld | BreachWaived | BreachWithdrawn


class NoReview(Fact):
    """No breach was found."""


class OpenReview(Fact):
    """A breach waits for a decision."""

    breach: BreachFound


class EndedReview(Fact):
    """A breach was decided on, or it has vanished."""

    breach: BreachFound
    outcome: Literal["upheld", "waived", "withdrawn"]
    reason: str


Review = NoReview | OpenReview | EndedReview

START: Review = NoReview()


class ReviewError(Exception):
    """The review does not allow this decision; the message says why."""


def evolve(review: Review, fact: ReviewFact) -> Review:
    """Give the state after a fact."""
    match fact:
        case BreachFound():
            return OpenReview(breach=fact)
        case BreachUpheld():
            return EndedReview(breach=_breach(review), outcome="upheld", reason=fact.reason)
        case BreachWaived():
            return EndedReview(breach=_breach(review), outcome="waived", reason=fact.reason)
        case BreachWithdrawn():
            return EndedReview(breach=_breach(review), outcome="withdrawn", reason=fact.reason)
    assert_never(fact)


def fold(facts: Iterable[ReviewFact]) -> Review:
    """Give the state after all facts of a breach."""
    review = START
    for fact in facts:
        review = evolve(review, fact)
    return review


def find(review: Review, found: BreachFound) -> list[ReviewFact]:
    """Record that a closed period missed its target; what stands is not found again, what was withdrawn is."""
    match review:
        case NoReview() | EndedReview(outcome="withdrawn"):
            return [found]
        case OpenReview() | EndedReview():
            return []
    assert_never(review)


def withdraw(review: Review, *, reason: str, position: int) -> list[ReviewFact]:
    """Take back a breach that vanished with a restatement, whatever was decided on it; repeated, it changes nothing."""
    match review:
        case NoReview() | EndedReview(outcome="withdrawn"):
            return []
        case OpenReview() | EndedReview():
            return [BreachWithdrawn(reason=_stated(reason), position=position)]
    assert_never(review)


def uphold(review: Review, *, reason: str) -> list[ReviewFact]:
    """Confirm a breach; repeated, it changes nothing.

    Raises:
        ReviewError: there is no breach, it was waived, or no reason is given.

    """
    return _decide(review, BreachUpheld(reason=_stated(reason)))


def waive(review: Review, *, reason: str, clause: str | None = None) -> list[ReviewFact]:
    """Forgive a breach and leave its figure; repeated, it changes nothing.

    Raises:
        ReviewError: there is no breach, it was upheld, or no reason is given.

    """
    return _decide(review, BreachWaived(reason=_stated(reason), clause=clause))


def _decide(review: Review, decision: BreachUpheld | BreachWaived) -> list[ReviewFact]:
    wanted = "upheld" if isinstance(decision, BreachUpheld) else "waived"
    match review:
        case OpenReview():
            return [decision]
        case EndedReview(outcome=outcome) if outcome == wanted:
            return []
        case EndedReview(outcome=outcome):
            raise ReviewError(f"the breach was already {outcome} and cannot be {wanted}")
        case NoReview():
            raise ReviewError(f"no breach was found here, so none can be {wanted}")
    assert_never(review)


def _stated(reason: str) -> str:
    if not reason.strip():
        raise ReviewError("a decision needs a reason")
    return reason.strip()


def _breach(review: Review) -> BreachFound:
    if isinstance(review, NoReview):
        raise ReviewError("a decision stands in the history without a breach")
    return review.breach
