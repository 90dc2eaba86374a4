"""Steps: several pages one after another, of which later ones use what earlier ones said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from probes.conditions.documents import JsonPath
from probes.conditions.reply import Reply
from probes.conditions.requirement import Checked, Pattern, Requirement
from probes.conditions.timing import LatencyAtMost
from probes.conditions.web import HeaderName, StatusIn
from probes.outcome import Outcome
from probes.specs.web import PageCondition, PageRequest, ProbeUrl, WebAccess
from probes.specs.wire import Microseconds, Wire

MOST = 20

Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
NAMED = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")


def _has_one_group(pattern: str) -> str:
    if re.compile(pattern).groups != 1:
        message = "a pattern that extracts has exactly one group"
        raise ValueError(message)
    return pattern


Group = Annotated[Pattern, AfterValidator(_has_one_group)]


class FromJson(Wire):
    """The text or number at a dotted path of the JSON body; a `secret` one is told to nobody."""

    source: Literal["json"] = "json"
    path: JsonPath
    secret: bool = False


class FromBody(Wire):
    """What the one group of a pattern holds where it is first found in the first 256 KiB of the body."""

    source: Literal["body"] = "body"
    pattern: Group
    secret: bool = False


class FromHeader(Wire):
    """What a header says."""

    source: Literal["header"] = "header"
    name: HeaderName
    secret: bool = False


Extract = Annotated[FromJson | FromBody | FromHeader, Field(discriminator="source")]


class Step(PageRequest):
    """One page; `{variable}` in its address, headers and body stands for what an earlier step extracted."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
    url: ProbeUrl
    conditions: tuple[PageCondition, ...] = (StatusIn(values=(200,)),)
    extract: dict[Variable, Extract] = Field(default={})

    @model_validator(mode="after")
    def _knows_its_host(self) -> Self:
        if NAMED.search(urlsplit(self.url).netloc):
            message = "a variable must not change the host that is asked"
            raise ValueError(message)
        return self

    @property
    def uses(self) -> set[str]:
        """The variables it needs."""
        texts = (self.url, self.body or "", *self.headers.values())
        return {name for text in texts for name in NAMED.findall(text)}


class OfStep(Requirement):
    """A condition on the reply of one step; one that was not reached does not fulfil it."""

    step: str
    condition: Requirement

    def expectation(self) -> str:  # noqa: D102
        return f"step {self.step}: {self.condition.expectation()}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        checked = self.check(reply)
        return checked.passed, checked.actual

    def check(self, reply: Reply) -> Checked:
        """Hold it against the reply of its step."""
        found = reply.steps.get(self.step)
        if found is None:
            return Checked(self, passed=False, actual="not reached", outcome=Outcome.DEGRADED)
        checked = self.condition.check(found)
        return Checked(self, checked.passed, checked.actual, checked.outcome)


class StepsSpec(WebAccess):
    """Walk through pages with one jar of cookies; the first step that is bad ends it.

    `timeout` in µs bounds all of it; `latency` is of the whole (`total`) or of a step (`step.NAME`).
    """

    kind: Literal["steps"] = "steps"
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MOST)
    timeout: Microseconds
    latency: tuple[LatencyAtMost, ...] = ()

    @model_validator(mode="after")
    def _can_be_walked(self) -> Self:
        names = [each.name for each in self.steps]
        if len(set(names)) != len(names):
            message = "each step has a name of its own"
            raise ValueError(message)
        timed = {"total", *(f"step.{name}" for name in names)}
        if foreign := [each.phase for each in self.latency if each.phase not in timed]:
            message = f"there is no step of the phase {foreign[0]}"
            raise ValueError(message)
        _require_known(self.steps)
        return self

    @cached_property
    def conditions(self) -> tuple[Requirement, ...]:
        """All that is held against the replies, step by step."""
        of_steps = tuple(
            OfStep(field=each.field, step=step.name, condition=each)
            for step in self.steps
            for each in step.conditions
        )
        return (*of_steps, *self.latency)

    @property
    def host(self) -> str:
        """The host asked first; probes of one host share its places."""
        return urlsplit(self.steps[0].url).hostname or ""

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.steps[0].url} in {len(self.steps)} steps"


def _require_known(steps: Iterable[Step]) -> None:
    known: set[str] = set()
    for step in steps:
        if missing := sorted(step.uses - known):
            message = f"no step before {step.name} extracts {{{missing[0]}}}"
            raise ValueError(message)
        known |= step.extract.keys()
