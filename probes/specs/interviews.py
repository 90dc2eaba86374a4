"""Interviews: what services have in common that are asked one thing after another by GET."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, model_validator

from probes.conditions.requirement import Requirement
from probes.conditions.web import StatusIn
from probes.specs.steps import OfStep
from probes.specs.web import PageAccess, ProbeUrl
from probes.specs.wire import Microseconds

ANSWERED = StatusIn(values=(200,))


def arguments(url: str, ours: frozenset[str]) -> list[str]:
    """List the arguments in an address that the prober itself says, be their letters small or capital."""
    named = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return [name for name, _ in named if name.lower() in ours]


class InterviewSpec(PageAccess, ABC):
    """Ask a service in steps; `timeout` in µs bounds all of them, and each must be answered with status 200."""

    OURS: ClassVar[frozenset[str]]

    url: ProbeUrl
    method: Literal["GET"] = "GET"
    body: None = Field(default=None, exclude=True)
    timeout: Microseconds

    @model_validator(mode="after")
    def _leaves_its_arguments_to_the_prober(self) -> Self:
        if said := arguments(self.url, self.OURS):
            message = f'the address must not say "{said[0]}": the prober does'
            raise ValueError(message)
        return self

    @property
    @abstractmethod
    def steps(self) -> tuple[str, ...]:
        """The names of its steps."""

    def answered(self) -> Iterator[Requirement]:
        """Yield for each step that it must be answered."""
        for step in self.steps:
            yield OfStep(field=ANSWERED.field, step=step, condition=ANSWERED)

    @property
    def host(self) -> str:
        """The host asked; probes of one host share its places."""
        return urlsplit(self.url).hostname or ""

    @property
    def target(self) -> str:
        """The target in words."""
        return self.url
