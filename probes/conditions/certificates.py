"""Conditions on certificates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement


class MinDaysLeft(Requirement):
    """The certificate is valid for at least `days` more days; too few degrade, they do not break."""

    field: Literal["certificate"] = "certificate"
    op: Literal["min_days_left"] = "min_days_left"
    days: Annotated[int, Field(ge=0)]
    severity: Literal["bad", "degraded"] = "degraded"

    def expectation(self) -> str:  # noqa: D102
        return f"certificate has at least {self.days} days left"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.days_left is None:
            return False, "no certificate"
        return reply.days_left >= self.days, f"{reply.days_left} days left"
