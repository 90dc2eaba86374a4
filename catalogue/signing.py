"""The life of a service agreement: negotiated, signed, begun, terminated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from catalogue.agreements import Agreement
from catalogue.changes import Json
from catalogue.document import PartialDate
from catalogue.lifecycle import LifecycleError, LifecycleFact

OPEN = frozenset({"proposed", "negotiating"})
OVER = frozenset({"expired", "terminated"})


class NegotiationBegan(LifecycleFact):
    """The parties began to talk about a proposed agreement."""

    on: dt.date

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is negotiated."""
        return {**lifecycle, "state": "negotiating"}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"negotiated since {self.on}"


class AgreementSigned(LifecycleFact):
    """Both parties signed, on a day known to a stated precision.

    `enforces` names the objectives that were in shadow mode until then and bind from then on.
    """

    on: PartialDate
    enforces: tuple[str, ...] = ()

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is signed."""
        state = "in_force" if lifecycle.get("state") == "in_force" else "signed"
        signed: dict[str, Any] = {"state": state, "signed_on": self.on.model_dump(mode="json")}
        return {**lifecycle, **signed, **({"enforces": [*self.enforces]} if self.enforces else {})}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        bound = f", which ends the shadow mode of {', '.join(self.enforces)}"
        return f"signed {self.on.value}{bound if self.enforces else ''}"


class AgreementBegan(LifecycleFact):
    """An agreement whose terms leave its first day open came into force, such as a trial when access was given."""

    on: dt.date

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is in force."""
        return {**lifecycle, "state": "in_force", "began_on": self.on.isoformat()}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"in force since {self.on}"


class AgreementTerminated(LifecycleFact):
    """An agreement ended before its time; `on` is its last day."""

    on: dt.date
    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what was ended."""
        return {**lifecycle, "state": "terminated", "ended_on": self.on.isoformat()}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"terminated with {self.on} as its last day ({self.reason})"


def negotiate(agreement: Agreement, on: dt.date) -> list[NegotiationBegan]:
    """Decide that talks began; repeated, it changes nothing.

    Raises:
        LifecycleError: it was signed already.

    """
    if agreement.state == "negotiating":
        return []
    if agreement.state != "proposed":
        message = f"{agreement.id} is {agreement.state.replace('_', ' ')}: it is negotiated no more"
        raise LifecycleError(message)
    return [NegotiationBegan(on=on)]


def sign(
    agreement: Agreement, on: PartialDate, *, keep_in_shadow: Sequence[str] = ()
) -> list[AgreementSigned]:
    """Decide that an agreement was signed: from that day its objectives bind, but those kept in shadow mode.

    Repeated, it changes nothing.

    Raises:
        LifecycleError: it was signed on another day, is over, or has no objective of a name given.

    """
    _are_objectives(agreement, keep_in_shadow)
    if agreement.state in OVER:
        message = f"{agreement.id} is {agreement.state}; what is over cannot be signed"
        raise LifecycleError(message)
    if agreement.signed_on is not None:
        if agreement.signed_on == on:
            return []
        message = (
            f"{agreement.id} was signed {agreement.signed_on.value}; "
            "if that is wrong, correct it in its document"
        )
        raise LifecycleError(message)
    shadowed = (o.id for o in agreement.objectives if o.mode == "shadow")
    return [AgreementSigned(on=on, enforces=tuple(o for o in shadowed if o not in keep_in_shadow))]


def begin(agreement: Agreement, on: dt.date) -> list[AgreementBegan]:
    """Decide that an agreement came into force whose terms leave the day open; repeated, it changes nothing.

    Raises:
        LifecycleError: its terms or an earlier fact name the day, or it is over.

    """
    if agreement.began_on == on:
        return []
    stated = agreement.in_force.from_ or agreement.began_on
    if stated is not None or agreement.state in OVER:
        since = stated.value if isinstance(stated, PartialDate) else stated
        why = f"is in force from {since}" if stated else f"is {agreement.state}"
        message = f"{agreement.id} {why}, and cannot begin on {on}"
        raise LifecycleError(message)
    return [AgreementBegan(on=on)]


def terminate(agreement: Agreement, on: dt.date, reason: str) -> list[AgreementTerminated]:
    """Decide that an agreement ends with a day; repeated, it changes nothing.

    Raises:
        LifecycleError: nobody signed it, or it does not reach that day.

    """
    if agreement.ended_on == on:
        return []
    if agreement.state in OPEN:
        message = (
            f"{agreement.id} is {agreement.state}: what nobody signed is withdrawn, not terminated"
        )
        raise LifecycleError(message)
    first, last = agreement.first_day, agreement.last_day
    if (first and on < first) or (last and on > last):
        held = f"from {first or 'a day not known'} to {last or 'no end'}"
        message = f"{agreement.id} is in force {held}; {on} is no day of it"
        raise LifecycleError(message)
    return [AgreementTerminated(on=on, reason=reason)]


def _are_objectives(agreement: Agreement, named: Sequence[str]) -> None:
    known = [objective.id for objective in agreement.objectives]
    if unknown := [name for name in named if name not in known]:
        has = ", ".join(known) or "none"
        message = f"{agreement.id} has no objective {unknown[0]!r}; it has {has}"
        raise LifecycleError(message)
