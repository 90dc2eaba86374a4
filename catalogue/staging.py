"""The stages of a service: proposed, on trial, live, retained, being integrated, retired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from catalogue.changes import Json
from catalogue.lifecycle import LifecycleError, LifecycleFact
from catalogue.services import Lifecycle, Service

NEXT: Mapping[Lifecycle, tuple[Lifecycle, ...]] = {
    "proposed": ("trial", "live", "retired"),
    "trial": ("live", "proposed", "retired"),
    "live": ("retained", "integrating", "retired"),
    "retained": ("live", "integrating", "retired"),
    "integrating": ("live", "retained", "retired"),
    "retired": ("live",),
}
"""Where a service may go from each stage; one that was retired may be taken up again."""


class ServiceMoved(LifecycleFact):
    """A service reached another stage of its life on a day."""

    to: Lifecycle
    on: dt.date
    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle with the stage that was reached."""
        return {**lifecycle, "lifecycle": self.to}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"{self.to} since {self.on} ({self.reason})"


def move(service: Service, to: Lifecycle, on: dt.date, reason: str) -> list[ServiceMoved]:
    """Decide that a service goes to another stage; where it is there already, nothing happens.

    Raises:
        LifecycleError: no way leads there from where it is.

    """
    if service.lifecycle == to:
        return []
    if to not in NEXT[service.lifecycle]:
        ways = " or ".join(NEXT[service.lifecycle])
        message = f"{service.id} is {service.lifecycle}, and goes from there to {ways} only"
        raise LifecycleError(message)
    return [ServiceMoved(to=to, on=on, reason=reason)]
