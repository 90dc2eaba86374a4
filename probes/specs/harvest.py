"""Harvests: what a repository is asked by OAI-PMH 2.0, and what it must fulfil."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from probes.conditions.certificates import MinDaysLeft
from probes.conditions.harvest import RecordsFresh, RepositoryNamed
from probes.conditions.requirement import Requirement
from probes.conditions.timing import LatencyAtMost
from probes.specs.interviews import InterviewSpec

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


class HarvestSpec(InterviewSpec):
    """Ask a repository who it is, and where it must be fresh, for what it has got since.

    A record that was deleted is new only where deletions are `counted`. `latency` is of a step (`step.identify`,
    `step.records`) or of the whole.
    """

    OURS: ClassVar[frozenset[str]] = ARGUMENTS

    kind: Literal["oai_pmh"] = "oai_pmh"
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

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of its steps: records are asked for only where they must be fresh."""
        return (IDENTIFY, RECORDS) if self.windows else (IDENTIFY,)

    @cached_property
    def conditions(self) -> tuple[Requirement, ...]:
        """All that is held against the replies."""
        return (*self.answered(), *self.expected)
