"""Conditions on repositories that are harvested (OAI-PMH)."""

from __future__ import annotations

from typing import Literal

from probes.conditions.durations import duration_said
from probes.conditions.patterns import searched
from probes.conditions.reply import Reply
from probes.conditions.requirement import Pattern, Requirement, excerpt
from probes.conditions.timing import Within

NOT_REACHED = "not reached"


class RepositoryNamed(Requirement):
    """The pattern is found in the name that the repository gives itself."""

    field: Literal["repository"] = "repository"
    op: Literal["named"] = "named"
    pattern: Pattern

    def expectation(self) -> str:  # noqa: D102
        return f"repository is named {self.pattern}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.harvest is None:
            return False, NOT_REACHED
        name = reply.harvest.name
        return searched(self.pattern, name) is not None, excerpt(name)


class RecordsFresh(Requirement):
    """The newest record is at most `within` µs old, by a datestamp that is as exact as the repository's are."""

    field: Literal["records"] = "records"
    op: Literal["fresh"] = "fresh"
    within: Within

    def expectation(self) -> str:  # noqa: D102
        return f"newest record is fresher than {duration_said(self.within)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found = reply.harvest
        if found is None:
            return False, NOT_REACHED
        since = found.at - self.within
        fresh = found.newest is not None and found.newest + found.unit > since
        return fresh, found.listed
