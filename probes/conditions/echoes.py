"""Conditions on the echoes that a host sent back."""

from __future__ import annotations

from statistics import median_low
from typing import Annotated, Literal

from pydantic import Field

from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement

MS = 1_000
PERCENT = 100


class LossAtMost(Requirement):
    """At most `percent` of the echoes were lost."""

    field: Literal["loss"] = "loss"
    op: Literal["at_most"] = "at_most"
    percent: Annotated[int, Field(ge=0, le=100)]

    def expectation(self) -> str:  # noqa: D102
        return f"at most {self.percent} % of the echoes are lost"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if not reply.echoes:
            return False, "no echo was asked for"
        lost = sum(each is None for each in reply.echoes)
        found = f"{lost} of {len(reply.echoes)} lost"
        return lost * PERCENT <= self.percent * len(reply.echoes), found


class RoundTripAtMost(Requirement):
    """The median of the round trips is at most `us` µs; too slow degrades, it does not break."""

    field: Literal["round_trip"] = "round_trip"
    op: Literal["at_most"] = "at_most"
    us: Annotated[int, Field(gt=0)]
    severity: Literal["bad", "degraded"] = "degraded"

    def expectation(self) -> str:  # noqa: D102
        return f"the median round trip takes at most {self.us / MS:g} ms"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        came = [each for each in reply.echoes if each is not None]
        if not came:
            return False, "no echo came back"
        middle = median_low(came)
        return middle <= self.us, f"{middle / MS:g} ms"
