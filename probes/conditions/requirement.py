"""Conditions: each explains itself with the actual value.

Patterns come from the operator's own documents; they see at most 256 KiB.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from probes.conditions.reply import Reply
from probes.outcome import Outcome

REGEX_INPUT = 256 * 1024
EXCERPT = 200
CUT = "…"  # stands where the rest is left out


class Requirement(BaseModel, ABC):
    """A condition and how bad it is when it does not hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    severity: Literal["bad", "degraded"] = "bad"

    @abstractmethod
    def expectation(self) -> str:
        """Say in words what is expected."""

    @abstractmethod
    def look(self, reply: Reply) -> tuple[bool, str]:
        """Return whether the reply fulfils it, and the actual value in words."""

    def check(self, reply: Reply) -> Checked:
        """Hold the condition against a reply."""
        passed, actual = self.look(reply)
        failed = Outcome.DEGRADED if self.severity == "degraded" else Outcome.BAD
        return Checked(self, passed, actual, Outcome.GOOD if passed else failed)


@dataclass(frozen=True)
class Checked:
    """One condition held against one reply; `actual` is the value found, in words."""

    condition: Requirement
    passed: bool
    actual: str
    outcome: Outcome

    def told(self) -> str:
        """Say what was expected, and what was found instead."""
        return f"expected: {self.condition.expectation()}; found: {self.actual}"


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as fault:
        message = f"not a regular expression: {fault}"
        raise ValueError(message) from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
Text = Annotated[str, StringConstraints(min_length=1)]


def op_or(first: str) -> Callable[[object], str]:
    """Tell conditions on one field apart by `op`, and take one without it for the `first` that there was."""

    def op(said: object) -> str:
        found = said.get("op", first) if isinstance(said, Mapping) else getattr(said, "op", first)
        return str(found)

    return op


def excerpt(text: str) -> str:
    """Shorten to 200 characters and make control characters visible."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:EXCERPT])
    return shown if len(text) <= EXCERPT else f"{shown}{CUT}"
