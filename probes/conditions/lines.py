"""Conditions on what a target says line by line."""

from __future__ import annotations

from typing import Literal

from probes.conditions.patterns import searched
from probes.conditions.reply import Reply
from probes.conditions.requirement import Pattern, Requirement, excerpt


class BannerMatches(Requirement):
    """The pattern is found in the first line the target says."""

    field: Literal["banner"] = "banner"
    op: Literal["matches"] = "matches"
    pattern: Pattern

    def expectation(self) -> str:  # noqa: D102
        return f"banner matches {self.pattern}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.banner is None:
            return False, "no banner"
        return searched(self.pattern, reply.banner) is not None, excerpt(reply.banner)
