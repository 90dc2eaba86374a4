"""The life of a commitment: rescheduled, evidenced, and each due day fulfilled, missed or waived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from catalogue.changes import Json
from catalogue.commitments import Commitment, Delivery
from catalogue.document import PartialDate
from catalogue.lifecycle import LifecycleError, LifecycleFact
from catalogue.publishing import IN_FORCE
from catalogue.services import UNSPECIFIED, Service
from catalogue.tariffs import Tariff


class _OfDelivery(LifecycleFact):
    """Something that happened to what is due on a day; null where the commitment has no due day."""

    due: dt.date | None

    def _with(self, lifecycle: Json, more: Mapping[str, Any]) -> Json:
        """Return the lifecycle with more known of this delivery."""
        due = self.due.isoformat() if self.due else None
        held: Any = lifecycle.get("deliveries") or []
        found = next((each for each in held if each["due"] == due), {"due": due})
        others = [each for each in held if each["due"] != due]
        known = sorted([*others, {**found, **more}], key=lambda each: each["due"] or "")
        return {**lifecycle, "deliveries": known}


class CommitmentRescheduled(_OfDelivery):
    """Both sides agreed that something is due on another day."""

    to: dt.date
    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle with the new day."""
        return self._with(lifecycle, {"moved_to": self.to.isoformat()})

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"due {self.due} rescheduled to {self.to} ({self.reason})"


class CommitmentEvidenced(_OfDelivery):
    """Something was shown that a delivery asks for: its kind, and where it is found."""

    kind: str = Field(min_length=1)
    reference: str = Field(min_length=1)
    on: dt.date

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle with the evidence."""
        shown = {"kind": self.kind, "reference": self.reference, "on": self.on.isoformat()}
        held: Any = lifecycle.get("deliveries") or []
        due = self.due.isoformat() if self.due else None
        known: list[Any] = next(
            (each.get("evidence", []) for each in held if each["due"] == due), []
        )
        return self._with(lifecycle, {"evidence": [*known, shown]})

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"{_due(self.due)}{self.kind.replace('_', ' ')} shown {self.on}: {self.reference}"


class CommitmentFulfilled(_OfDelivery):
    """Something due was delivered.

    `by` names what closed it where no hand did, and `position` that of the ledger at which this was so.
    """

    on: PartialDate
    by: str | None = None
    position: int | None = None

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is delivered."""
        return self._with(lifecycle, {"state": "fulfilled", "on": self.on.model_dump(mode="json")})

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"{_due(self.due)}fulfilled {self.on.value}{f' by {self.by}' if self.by else ''}"


class CommitmentMissed(_OfDelivery):
    """Something due will not be delivered any more; the next due day waits."""

    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what was missed."""
        return self._with(lifecycle, {"state": "missed", "reason": self.reason})

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"{_due(self.due)}missed ({self.reason})"


class CommitmentWaived(_OfDelivery):
    """Whom something was promised does without it."""

    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is done without."""
        return self._with(lifecycle, {"state": "waived", "reason": self.reason})

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"{_due(self.due)}waived ({self.reason})"


CommitmentFact = (
    CommitmentRescheduled
    | CommitmentEvidenced
    | CommitmentFulfilled
    | CommitmentMissed
    | CommitmentWaived
)


def reschedule(
    commitment: Commitment, due: dt.date | None, to: dt.date, reason: str
) -> list[CommitmentFact]:
    """Decide that something is due on another day; repeated, it changes nothing.

    Raises:
        LifecycleError: nothing waits for that day, or it has none.

    """
    delivery = _waiting(commitment, due)
    if delivery.due is None:
        message = f"{commitment.id} has no due day; state one in its document"
        raise LifecycleError(message)
    if to == (delivery.moved_to or delivery.due):
        return []
    return [CommitmentRescheduled(due=delivery.due, to=to, reason=reason)]


def show(
    commitment: Commitment, due: dt.date | None, kind: str, reference: str, on: dt.date
) -> list[CommitmentFact]:
    """Decide that evidence of a kind was shown for a delivery; the same once more changes nothing.

    Raises:
        LifecycleError: the commitment asks for no evidence of that kind, or nothing waits for that day.

    """
    if kind not in commitment.evidence:
        asks = ", ".join(commitment.evidence) or "none"
        message = f"{commitment.id} asks for evidence of these kinds: {asks}; not for {kind}"
        raise LifecycleError(message)
    delivery = _waiting(commitment, due)
    if any((each.kind, each.reference) == (kind, reference) for each in delivery.evidence):
        return []
    return [CommitmentEvidenced(due=delivery.due, kind=kind, reference=reference, on=on)]


def fulfil(
    commitment: Commitment,
    due: dt.date | None,
    on: PartialDate,
    dependencies: Iterable[Commitment],
) -> list[CommitmentFact]:
    """Decide that something was delivered, by all the evidence it asks for; repeated, it changes nothing.

    Raises:
        LifecycleError: evidence is missing, what it depends on is open, or nothing waits for that day.

    """
    if _is_fulfilled(commitment, due):
        return []
    delivery = _waiting(commitment, due)
    shown = {each.kind for each in delivery.evidence}
    if missing := [kind for kind in commitment.evidence if kind not in shown]:
        message = f"{commitment.id} is not fulfilled without {' and '.join(missing)}; show it first"
        raise LifecycleError(message)
    for other in dependencies:
        if not other.was_fulfilled and other.waiting() is not None:
            message = (
                f"{commitment.id} depends on {other.id}, which is open; fulfil or waive it first"
            )
            raise LifecycleError(message)
    return [CommitmentFulfilled(due=delivery.due, on=on)]


def fulfil_by(
    commitment: Commitment, by: str, on: dt.date, *, position: int
) -> list[CommitmentFact]:
    """Decide that what the terms name as its end has come about; what is closed already stays so."""
    delivery = commitment.waiting()
    if delivery is None:
        return []
    day = PartialDate(value=on.isoformat(), precision="day")
    return [CommitmentFulfilled(due=delivery.due, on=day, by=by, position=position)]


def came_about(
    commitment: Commitment, tariff: Tariff | None, services: Iterable[Service], today: dt.date
) -> tuple[str, dt.date] | None:
    """Say whether what the terms name as its end has come about: what it was, and on which day; null if not.

    `tariff` is the one that the terms name. A check of the catalogue is met on the day on which that is found.
    """
    if commitment.closes_on is None:
        return None
    if commitment.closes_on.event:
        if tariff is None or tariff.status not in IN_FORCE:
            return None
        return f"{commitment.closes_on.event} {tariff.id}", tariff.published_on or today
    sources = [each.funding_source for each in services]
    if not sources or UNSPECIFIED in sources:
        return None
    return str(commitment.closes_on.check), today


def miss(commitment: Commitment, due: dt.date | None, reason: str) -> list[CommitmentFact]:
    """Decide that something due will not be delivered any more; repeated, it changes nothing.

    Raises:
        LifecycleError: nothing waits for that day.

    """
    if commitment.delivery(due or commitment.due).state == "missed":
        return []
    return [CommitmentMissed(due=_waiting(commitment, due).due, reason=reason)]


def waive(commitment: Commitment, due: dt.date | None, reason: str) -> list[CommitmentFact]:
    """Decide to do without something due; repeated, it changes nothing.

    Raises:
        LifecycleError: nothing waits for that day.

    """
    if commitment.delivery(due or commitment.due).state == "waived":
        return []
    return [CommitmentWaived(due=_waiting(commitment, due).due, reason=reason)]


def _is_fulfilled(commitment: Commitment, due: dt.date | None) -> bool:
    if commitment.recur and due is None:
        return False  # the next due day is meant
    return "fulfilled" in {commitment.state, commitment.delivery(due or commitment.due).state}


def _waiting(commitment: Commitment, due: dt.date | None) -> Delivery:
    """The delivery that a decision is about: of a due day, or the one that waits."""
    waiting = commitment.waiting()
    if waiting is None:
        message = f"{commitment.id} is {commitment.closed_as}: nothing of it waits"
        raise LifecycleError(message)
    if due in {None, waiting.due}:
        return waiting
    found = commitment.delivery(due)
    if found.state is not None:
        message = f"what {commitment.id} owed on {due} is {found.state}"
        raise LifecycleError(message)
    if not _is_due_on(commitment, due):
        message = f"{commitment.id} is not due on {due}; {waiting.due} is what waits"
        raise LifecycleError(message)
    return found


def _is_due_on(commitment: Commitment, day: dt.date | None) -> bool:
    for due in commitment.due_days():
        if due == day:
            return True
        if due is None or day is None or due > day:
            return False
    return False


def _due(due: dt.date | None) -> str:
    return f"due {due}: " if due else ""
