"""Conditions on the status, the headers and the body of a page."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from probes.conditions.reply import Reply
from probes.conditions.requirement import REGEX_INPUT, Pattern, Requirement, Text, excerpt

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


def _sought(found: bool, body: bytes) -> tuple[bool, str]:  # noqa: FBT001
    # Bodies are never stored: the actual value says where, not what.
    return found, f"{'found in' if found else 'absent from'} a body of {len(body)} bytes"
