"""What is expected of a probe's answers: the conditions it was assigned, as the short texts of the documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from probes.conditions.text import FORMS, said
from probes.conditions.words import TextError

KINDS = {
    (each.kind.model_fields["field"].default, each.kind.model_fields["op"].default): each.kind
    for each in FORMS
}
HELD_IN = (
    "conditions",
    "expected",
    "latency",
)  # fields of an assigned probe, and of one of its steps


class Expectation(NamedTuple):
    """A condition as a short text, the outcome where it does not hold, and the step whose answer it is about."""

    text: str
    severity: str
    step: str | None = None


def expectations(
    asked: Mapping[str, object],
) -> tuple[tuple[Expectation, ...], dict[str, object]]:
    """Part what a probe is assigned into what is expected of the answers, and what is asked.

    A condition that has no short text stays where it was.
    """
    of_all, rest = _parted(asked, None)
    found: list[Expectation] = []
    steps = []
    for step in cast("list[dict[str, Any]]", asked.get("steps", [])):
        own, kept = _parted(step, str(step["name"]))
        found += own
        steps.append(kept)
    timed = [_of_its_step(each) for each in of_all] if steps else of_all
    return (*found, *timed), rest | ({"steps": steps} if steps else {})


def _parted(
    asked: Mapping[str, object], step: str | None
) -> tuple[list[Expectation], dict[str, object]]:
    found, rest = [], dict(asked)
    for name in HELD_IN:
        unsaid = []
        for told in cast("list[dict[str, Any]]", rest.pop(name, [])):
            text = _text(told)
            if text is None:
                unsaid.append(told)
            else:
                found.append(Expectation(text, str(told["severity"]), step))
        rest |= {name: unsaid} if unsaid else {}
    return found, rest


def _of_its_step(found: Expectation) -> Expectation:
    """The same, of the step whose latency it is about."""
    step = re.match(r"latency step\.(\S+) ", found.text)
    return found._replace(step=step[1]) if step else found


def _text(told: Mapping[str, Any]) -> str | None:
    kind = KINDS.get((told.get("field"), told.get("op")))
    if kind is None:
        return None
    try:
        text = said(kind.model_validate(told))
    except (ValidationError, TextError):
        return None
    return text.removesuffix(f" else {told['severity']}")
