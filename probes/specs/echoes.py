"""ICMP: a host that is asked to send echoes back."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from probes.conditions.echoes import LossAtMost, RoundTripAtMost
from probes.specs.wire import Family, Host, Microseconds, Wire

IcmpCondition = Annotated[LossAtMost | RoundTripAtMost, Field(discriminator="field")]

GAP = 200_000  # µs between two echoes


class IcmpSpec(Wire):
    """Ask `host` for `count` echoes; unless `conditions` say otherwise one that comes back is enough."""

    kind: Literal["icmp"] = "icmp"
    host: Host
    family: Family | None = None
    count: Annotated[int, Field(ge=1, le=20)] = 3
    timeout: Microseconds
    conditions: tuple[IcmpCondition, ...] = ()

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.host}, {self.count} echoes"

    @property
    def patience(self) -> int:
        """For how long (µs) each echo is waited for, so that all of them end before the timeout."""
        return (self.timeout * 9 // 10 - GAP * (self.count - 1)) // self.count

    @model_validator(mode="after")
    def _leaves_time_for_each(self) -> Self:
        if self.patience <= 0:
            message = f"{self.count} echoes take longer than the timeout; ask for fewer"
            raise ValueError(message)
        return self
