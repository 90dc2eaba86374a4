"""Conditions on certificates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement


class MinDaysLeft(Requirement):
    """Each certificate of the chain is valid for at least `days` more days; too few degrade, they do not break."""

    field: Literal["certificate"] = "certificate"
    op: Literal["min_days_left"] = "min_days_left"
    days: Annotated[int, Field(ge=0)]
    severity: Literal["bad", "degraded"] = "degraded"

    def expectation(self) -> str:  # noqa: D102
        return f"certificate has at least {self.days} days left"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if not reply.certificates:
            return False, "no certificate"
        # An intermediate that ends first breaks the chain just as well.
        first = min(reply.certificates, key=lambda each: each.until)
        left = first.days_left(reply.at)
        whose = "" if first is reply.certificates[0] else f" of {first.subject}, which it rests on"
        return left >= self.days, f"{left} days left{whose}"
