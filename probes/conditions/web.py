"""Conditions on the status, the headers, the address and the body of a page."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from probes.conditions.durations import duration_said
from probes.conditions.patterns import searched
from probes.conditions.reply import Reply
from probes.conditions.requirement import REGEX_INPUT, Pattern, Requirement, Text, excerpt
from probes.conditions.timing import Within, age_told, micros

HeaderName = Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")]

SPOKEN = ("1.0", "1.1")


def _is_range(text: str) -> str:
    first, last = bounds(text)
    if not 100 <= first <= last <= 599:  # noqa: PLR2004 - what a status can be (RFC 9110 §15)
        message = f"{text} holds no status"
        raise ValueError(message)
    return text


def bounds(text: str) -> tuple[int, int]:
    """The first and the last status of a range: `2xx` or `200-204`."""
    if text.endswith("xx"):
        return int(text[0]) * 100, int(text[0]) * 100 + 99
    first, _, last = text.partition("-")
    return int(first), int(last)


Status = Annotated[int, Field(ge=100, le=599)]
StatusRange = Annotated[
    str,
    StringConstraints(pattern=r"^([1-5]xx|[0-9]{3}-[0-9]{3})$"),
    AfterValidator(_is_range),
]


class StatusIn(Requirement):
    """The HTTP status is one of `values`, or in one of their ranges (`2xx`, `200-204`)."""

    field: Literal["status"] = "status"
    op: Literal["in"] = "in"
    values: tuple[Status | StatusRange, ...] = Field(min_length=1)

    @cached_property
    def _ranges(self) -> tuple[tuple[int, int], ...]:
        return tuple(bounds(each) for each in self.values if isinstance(each, str))

    def covers(self, status: int | None) -> bool:
        """Whether a status is among them."""
        if status in self.values:
            return True
        return status is not None and any(low <= status <= high for low, high in self._ranges)

    def expectation(self) -> str:  # noqa: D102
        return f"status is {' or '.join(map(str, self.values))}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        actual = "no status" if reply.status is None else str(reply.status)
        return self.covers(reply.status), actual


def _is_spoken(version: str) -> str:
    if version not in SPOKEN:
        message = f"probes speak HTTP/1.1 and hear {' and '.join(SPOKEN)}, no other version"
        raise ValueError(message)
    return version


class HttpVersionIn(Requirement):
    """The reply is of one of these versions of HTTP. Probes speak 1.1: a target that also speaks 2 answers in 1.1."""

    field: Literal["http_version"] = "http_version"
    op: Literal["in"] = "in"
    values: tuple[Annotated[str, AfterValidator(_is_spoken)], ...] = Field(min_length=1)

    def expectation(self) -> str:  # noqa: D102
        return f"HTTP version is {' or '.join(self.values)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        return reply.http_version in self.values, reply.http_version or "no HTTP"


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
        return searched(self.pattern, value) is not None, excerpt(value)


class HeaderAbsent(Requirement):
    """The reply has no header of that name."""

    field: Literal["header"] = "header"
    op: Literal["absent"] = "absent"
    name: HeaderName

    def expectation(self) -> str:  # noqa: D102
        return f"header {self.name} is absent"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        value = reply.headers.get(self.name.lower())
        return value is None, "header absent" if value is None else excerpt(value)


class HeaderFresh(Requirement):
    """The date in a header (`Last-Modified`, `Date`) is at most `within` µs from the instant of the reply."""

    field: Literal["header"] = "header"
    op: Literal["fresh"] = "fresh"
    name: HeaderName
    within: Within

    def expectation(self) -> str:  # noqa: D102
        return f"header {self.name} is fresher than {duration_said(self.within)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        value = reply.headers.get(self.name.lower())
        if value is None:
            return False, "header absent"
        try:
            told = micros(parsedate_to_datetime(value))
        except (ValueError, OverflowError):
            return False, f"{excerpt(value)} is no date"
        return age_told(told, reply, self.within)


class UrlMatches(Requirement):
    """The pattern is found in the address at which the redirects ended."""

    field: Literal["url"] = "url"
    op: Literal["matches"] = "matches"
    pattern: Pattern

    def expectation(self) -> str:  # noqa: D102
        return f"url matches {self.pattern}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.url is None:
            return False, "no address"
        return searched(self.pattern, reply.url) is not None, excerpt(reply.url)


class SizeBetween(Requirement):
    """The body, unpacked, has at least `minimum` and at most `maximum` bytes."""

    field: Literal["size"] = "size"
    op: Literal["between"] = "between"
    minimum: Annotated[int, Field(ge=0)] | None = None
    maximum: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _can_be_fulfilled(self) -> Self:
        require_bounds(self.minimum, self.maximum)
        return self

    def expectation(self) -> str:  # noqa: D102
        return f"size is {bounded(self.minimum, self.maximum)} bytes"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.body is None:
            return False, "no body"
        return within(len(reply.body), self.minimum, self.maximum), f"{len(reply.body)} bytes"


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
        found = self.text.encode() in reply.body
        return found, _sought(found, reply.body)


class BodyLacks(Requirement):
    """The body does not contain the text; where there is no body, nobody can say so."""

    field: Literal["body"] = "body"
    op: Literal["lacks"] = "lacks"
    text: Text

    def expectation(self) -> str:  # noqa: D102
        return f"body does not contain {self.text!r}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.body is None:
            return False, "no body"
        found = self.text.encode() in reply.body
        return not found, _sought(found, reply.body)


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
        found = searched(self.pattern, text) is not None
        return found, _sought(found, reply.body)


def _sought(found: bool, body: bytes) -> str:  # noqa: FBT001
    # Bodies are never stored: the actual value says where, not what.
    return f"{'found in' if found else 'absent from'} a body of {len(body)} bytes"


def require_bounds(minimum: int | None, maximum: int | None) -> None:
    """Refuse bounds that nothing, or everything, lies between.

    Raises:
        ValueError: they are no bounds.

    """
    if minimum is None and maximum is None:
        message = "a minimum or a maximum is needed"
        raise ValueError(message)
    if minimum is not None and maximum is not None and minimum > maximum:
        message = f"nothing is at least {minimum} and at most {maximum}"
        raise ValueError(message)


def within(value: int, minimum: int | None, maximum: int | None) -> bool:
    """Whether a number lies between bounds, both of which belong to them."""
    return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)


def bounded(minimum: int | None, maximum: int | None) -> str:
    """Say bounds in words."""
    if minimum is None:
        return f"at most {maximum}"
    return f"at least {minimum}" if maximum is None else f"{minimum} to {maximum}"
