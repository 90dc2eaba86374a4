"""Conditions: what a reply must fulfil for a probe to be good, each explaining itself with the actual value.

Patterns come from the operator's own documents; they see at most 256 KiB, but nothing interrupts one that
backtracks without end.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from probes.outcome import Outcome

REGEX_INPUT = 256 * 1024
EXCERPT = 200


@dataclass(frozen=True)
class Reply:
    """What the target said; a part that does not apply to the kind of probe is None.

    `headers` have lower-case names; `days_left` are whole days until the certificate ends.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    banner: str | None = None
    answers: tuple[str, ...] | None = None
    days_left: int | None = None


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


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as fault:
        message = f"not a regular expression: {fault}"
        raise ValueError(message) from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
Text = Annotated[str, StringConstraints(min_length=1)]
JsonPath = Annotated[str, StringConstraints(pattern=r"^[^.\s]+(\.[^.\s]+)*$")]
Status = Annotated[int, Field(ge=100, le=599)]


class StatusIn(Requirement):
    """The HTTP status is one of `values`."""

    field: Literal["status"] = "status"
    op: Literal["in"] = "in"
    values: tuple[Status, ...] = Field(min_length=1)

    def expectation(self) -> str:  # noqa: D102
        return f"status is {' or '.join(map(str, self.values))}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        actual = "no status" if reply.status is None else str(reply.status)
        return reply.status in self.values, actual


class HeaderMatches(Requirement):
    """The named response header exists and the pattern is found in it."""

    field: Literal["header"] = "header"
    op: Literal["matches"] = "matches"
    name: Text
    pattern: Pattern

    def expectation(self) -> str:  # noqa: D102
        return f"header {self.name} matches {self.pattern}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        value = reply.headers.get(self.name.lower())
        if value is None:
            return False, "header absent"
        return re.search(self.pattern, value) is not None, excerpt(value)


class BodyContains(Requirement):
    """The body contains the text, letter by letter."""

    field: Literal["body"] = "body"
    op: Literal["contains"] = "contains"
    text: Text

    def expectation(self) -> str:  # noqa: D102
        return f"body contains {self.text!r}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.body is None:
            return False, "no body"
        return _sought(self.text.encode() in reply.body, reply.body)


class BodyMatches(Requirement):
    """The pattern is found in the first 256 KiB of the body."""

    field: Literal["body"] = "body"
    op: Literal["matches"] = "matches"
    pattern: Pattern

    def expectation(self) -> str:  # noqa: D102
        return f"body matches {self.pattern}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.body is None:
            return False, "no body"
        text = reply.body[:REGEX_INPUT].decode(errors="replace")
        return _sought(re.search(self.pattern, text) is not None, reply.body)


class JsonEquals(Requirement):
    """The value at a dotted path of the JSON body is exactly `value` (true is not 1)."""

    field: Literal["json"] = "json"
    op: Literal["equals"] = "equals"
    path: JsonPath
    value: bool | int | str | None

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} is {json.dumps(self.value)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, value, actual = _value_at(reply.body, self.path)
        same = isinstance(value, bool) == isinstance(self.value, bool) and value == self.value
        return found and same, actual


class JsonExists(Requirement):
    """The JSON body has a value, be it null, at a dotted path."""

    field: Literal["json"] = "json"
    op: Literal["exists"] = "exists"
    path: JsonPath

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} exists"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, _, actual = _value_at(reply.body, self.path)
        return found, actual


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
        return re.search(self.pattern, reply.banner) is not None, excerpt(reply.banner)


class AnswersNotEmpty(Requirement):
    """The name server answers with at least one record of the asked type."""

    field: Literal["answers"] = "answers"
    op: Literal["not_empty"] = "not_empty"

    def expectation(self) -> str:  # noqa: D102
        return "answers are not empty"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if not reply.answers:
            return False, "no answers"
        return True, excerpt(", ".join(reply.answers))


_Body = Annotated[BodyContains | BodyMatches, Field(discriminator="op")]
_Json = Annotated[JsonEquals | JsonExists, Field(discriminator="op")]
HttpCondition = Annotated[
    StatusIn | HeaderMatches | _Body | _Json | MinDaysLeft, Field(discriminator="field")
]
TcpCondition = BannerMatches
DnsCondition = AnswersNotEmpty


def excerpt(text: str) -> str:
    """Shorten to 200 characters and make control characters visible."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:EXCERPT])
    return shown if len(text) <= EXCERPT else f"{shown}…"


def _sought(found: bool, body: bytes) -> tuple[bool, str]:  # noqa: FBT001
    # Bodies are never stored: the actual value says where, not what.
    return found, f"{'found in' if found else 'absent from'} a body of {len(body)} bytes"


def _value_at(body: bytes | None, path: str) -> tuple[bool, object, str]:
    try:
        value: object = json.loads(body or b"", parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False, None, "body is not JSON"
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return False, None, f"nothing at {step}"
    return True, value, excerpt(json.dumps(value, default=str))


def _no_constant(name: str) -> object:
    message = f"{name} is not JSON"
    raise ValueError(message)
