"""Harvests: what a repository is asked by OAI-PMH 2.0, and what it must fulfil."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from probes.conditions.certificates import MinDaysLeft
from probes.conditions.harvest import RecordsFresh, RepositoryNamed
from probes.conditions.requirement import Requirement
from probes.conditions.timing import LatencyAtMost
from probes.conditions.web import StatusIn
from probes.specs.steps import OfStep
from probes.specs.web import PageAccess, ProbeUrl
from probes.specs.wire import Microseconds

IDENTIFY, RECORDS = "identify", "records"  # its steps
# OAI-PMH 2.0 §2.6 and §3.4: unreserved characters of addresses, sets by colons
MetadataPrefix = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.!~*'()-]+$", max_length=100)
]
SetSpec = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.!~*'()-]+(:[A-Za-z0-9_.!~*'()-]+)*$")
]
Deletions = Literal["ignored", "counted"]
ARGUMENTS = frozenset(
    {"verb", "metadataprefix", "from", "until", "set", "identifier", "resumptiontoken"}
)

HarvestCondition = Annotated[
    RepositoryNamed | RecordsFresh | MinDaysLeft | LatencyAtMost, Field(discriminator="field")
]


def _is_base(url: str) -> str:
    if said := arguments(url, ARGUMENTS):
        message = f"the address of a repository says no {said[0]}: the prober does"
        raise ValueError(message)
    return url


def arguments(url: str, ours: frozenset[str]) -> list[str]:
    """List the arguments in an address that the prober itself says; their letters may be small or capital."""
    named = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return [name for name, _ in named if name.lower() in ours]


class HarvestSpec(PageAccess):
    """Ask a repository who it is, and where it must be fresh, for what it has got since; `timeout` in µs bounds both.

    A record that was deleted is new only where deletions are `counted`. `latency` is of a step (`step.identify`,
    `step.records`) or of the whole.
    """

    kind: Literal["oai_pmh"] = "oai_pmh"
    url: Annotated[ProbeUrl, AfterValidator(_is_base)]
    method: Literal["GET"] = "GET"
    body: None = Field(default=None, exclude=True)
    timeout: Microseconds
    metadata_prefix: MetadataPrefix = "oai_dc"
    set_: SetSpec | None = Field(default=None, alias="set")
    deletions: Deletions = "ignored"
    expected: tuple[HarvestCondition, ...] = ()

    @cached_property
    def windows(self) -> tuple[int, ...]:
        """How old (µs) the newest record may be, by each condition that asks for that; the strictest first."""
        return tuple(
            sorted({each.within for each in self.expected if isinstance(each, RecordsFresh)})
        )

    @cached_property
    def conditions(self) -> tuple[Requirement, ...]:
        """All that is held against the replies: each must have status 200."""
        steps = (IDENTIFY, RECORDS) if self.windows else (IDENTIFY,)
        status = StatusIn(values=(200,))
        answered = (OfStep(field=status.field, step=step, condition=status) for step in steps)
        return (*answered, *self.expected)

    @property
    def host(self) -> str:
        """The host asked; probes of one host share its places."""
        return urlsplit(self.url).hostname or ""

    @property
    def target(self) -> str:
        """The target in words."""
        return self.url
