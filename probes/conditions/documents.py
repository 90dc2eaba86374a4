"""Conditions on JSON documents."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from probes.conditions.durations import duration_said
from probes.conditions.patterns import searched
from probes.conditions.reply import Reply
from probes.conditions.requirement import REGEX_INPUT, Checked, Pattern, Requirement, excerpt
from probes.conditions.timing import Within, age_told, instant_of
from probes.conditions.web import bounded, require_bounds, within
from probes.outcome import Outcome

JsonPath = Annotated[str, StringConstraints(pattern=r"^[^.\s]+(\.[^.\s]+)*$")]
Comparison = Literal["<", "<=", ">", ">=", "!="]

COMPARED: Mapping[Comparison, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
}
# draft-inadarei-api-health-check-06 §3.1, with the other words it names for each.
HEALTH = {
    **dict.fromkeys(("pass", "ok", "up"), Outcome.GOOD),
    "warn": Outcome.DEGRADED,
    **dict.fromkeys(("fail", "error", "down"), Outcome.BAD),
}


class JsonEquals(Requirement):
    """The value at a dotted path of the JSON body is exactly `value` (true is not 1)."""

    field: Literal["json"] = "json"
    op: Literal["equals"] = "equals"
    path: JsonPath
    value: bool | int | str | None

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} is {json.dumps(self.value)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, value, actual = value_at(reply.body, self.path)
        return found and _same(value, self.value), actual


class JsonOneOf(Requirement):
    """The value at a dotted path of the JSON body is one of `values`."""

    field: Literal["json"] = "json"
    op: Literal["one_of"] = "one_of"
    path: JsonPath
    values: tuple[bool | int | str | None, ...] = Field(min_length=1)

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} is {' or '.join(json.dumps(each) for each in self.values)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, value, actual = value_at(reply.body, self.path)
        return found and any(_same(value, each) for each in self.values), actual


class JsonExists(Requirement):
    """The JSON body has a value, be it null, at a dotted path."""

    field: Literal["json"] = "json"
    op: Literal["exists"] = "exists"
    path: JsonPath

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} exists"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, _, actual = value_at(reply.body, self.path)
        return found, actual


class JsonCompares(Requirement):
    """The number at a dotted path of the JSON body compares to `value` as `sign` says; both are exact decimals."""

    field: Literal["json"] = "json"
    op: Literal["compares"] = "compares"
    path: JsonPath
    sign: Comparison
    value: Annotated[Decimal, Field(allow_inf_nan=False)]

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} {self.sign} {self.value}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, value, actual = value_at(reply.body, self.path)
        if not found:
            return False, actual
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return False, f"{actual} is no number"
        return COMPARED[self.sign](Decimal(value), self.value), actual


class JsonCounts(Requirement):
    """The list or object at a dotted path of the JSON body has `minimum` to `maximum` parts."""

    field: Literal["json"] = "json"
    op: Literal["counts"] = "counts"
    path: JsonPath
    minimum: Annotated[int, Field(ge=0)] | None = None
    maximum: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _can_be_fulfilled(self) -> Self:
        require_bounds(self.minimum, self.maximum)
        return self

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} has {bounded(self.minimum, self.maximum)} parts"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, value, actual = value_at(reply.body, self.path)
        if not found:
            return False, actual
        if not isinstance(value, list | dict):
            return False, f"{actual} has no parts"
        return within(len(value), self.minimum, self.maximum), f"{len(value)} parts"


class JsonMatches(Requirement):
    """The pattern is found in the text at a dotted path of the JSON body."""

    field: Literal["json"] = "json"
    op: Literal["matches"] = "matches"
    path: JsonPath
    pattern: Pattern

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} matches {self.pattern}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, value, actual = value_at(reply.body, self.path)
        if not found:
            return False, actual
        if not isinstance(value, str):
            return False, f"{actual} is no text"
        return searched(self.pattern, value[:REGEX_INPUT]) is not None, actual


class JsonFresh(Requirement):
    """The instant at a dotted path of the JSON body is at most `within` µs from that of the reply.

    It is ISO 8601, or seconds or milliseconds since 1970; one without a zone is UTC. One as far ahead is not fresh
    either: nobody knows what its clock means.
    """

    field: Literal["json"] = "json"
    op: Literal["fresh"] = "fresh"
    path: JsonPath
    within: Within

    def expectation(self) -> str:  # noqa: D102
        return f"json {self.path} is fresher than {duration_said(self.within)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found, value, actual = value_at(reply.body, self.path)
        if not found:
            return False, actual
        told = instant_of(value)
        if told is None:
            return False, f"{actual} is no instant"
        fresh, age = age_told(told, reply, self.within)
        return fresh, f"{actual}, {age}"


class HealthPasses(Requirement):
    """The JSON body says by `status` that all is well (`pass`), not all (`warn`), or nothing (`fail`)."""

    field: Literal["health"] = "health"
    op: Literal["passes"] = "passes"

    def expectation(self) -> str:  # noqa: D102
        return "health passes"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        checked = self.check(reply)
        return checked.passed, checked.actual

    def check(self, reply: Reply) -> Checked:
        """Hold it against a reply, which says itself how bad it is."""
        found, value, actual = value_at(reply.body, "status")
        told = HEALTH.get(value.lower()) if found and isinstance(value, str) else None
        if told is None:
            said = f"{actual} is no status of health" if found else actual
            failed = Outcome.DEGRADED if self.severity == "degraded" else Outcome.BAD
            return Checked(self, passed=False, actual=said, outcome=failed)
        outcome = Outcome.DEGRADED if self.severity == "degraded" and told is Outcome.BAD else told
        return Checked(self, outcome is Outcome.GOOD, actual, outcome)


def value_at(body: bytes | None, path: str) -> tuple[bool, object, str]:
    """Whether a JSON body has a value at a dotted path, the value, and in words what is there."""
    try:
        value = _document(body or b"")
    except (
        ValueError,
        RecursionError,
        InvalidOperation,
    ):  # the last: an exponent beyond all bounds
        return False, None, "body is not JSON"
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step[:9]) < len(value):
            value = value[int(step)]
        else:
            return False, None, f"nothing at {step}"
    return True, value, _shown(value)


@lru_cache(maxsize=1)  # several conditions look at one body
def _document(body: bytes) -> object:
    found: object = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    return found


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return excerpt(str(value))
    try:
        return excerpt(json.dumps(value, default=str))
    except RecursionError:
        return "something nested deeply"


def _same(value: object, wanted: object) -> bool:
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def _no_constant(name: str) -> object:
    message = f"{name} is not JSON"
    raise ValueError(message)
