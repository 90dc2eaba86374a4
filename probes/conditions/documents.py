"""Conditions on JSON documents."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import StringConstraints

from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement, excerpt

JsonPath = Annotated[str, StringConstraints(pattern=r"^[^.\s]+(\.[^.\s]+)*$")]


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
