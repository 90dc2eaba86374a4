"""Conditions on a database server: what it is, how full it is, and how its replication stands."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from probes.conditions.durations import duration_said
from probes.conditions.reply import DatabaseAnswer, Reply
from probes.conditions.requirement import Requirement, excerpt
from probes.conditions.timing import Within

PERCENT = 100
NO_ANSWER = DatabaseAnswer("")
UNTOLD = "it was not told"

Role = Literal["primary", "replica"]


class ServerVersionAtLeast(Requirement):
    """The server is of this version or a later one; as many numbers are compared as are stated."""

    field: Literal["version"] = "version"
    op: Literal["at_least"] = "at_least"
    least: Annotated[str, StringConstraints(pattern=r"^\d{1,6}(\.\d{1,6}){0,3}$")]

    def expectation(self) -> str:  # noqa: D102
        return f"version is {self.least} or later"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        said = _of(reply).version
        wanted, found = _numbers(self.least), _numbers(said)
        filled = found + (0,) * (len(wanted) - len(found))  # version 15 is at least 15.0
        return bool(found) and filled >= wanted, excerpt(said) or UNTOLD


class RoleIs(Requirement):
    """The server is a primary, or follows one."""

    field: Literal["role"] = "role"
    op: Literal["is"] = "is"
    role: Role

    def expectation(self) -> str:  # noqa: D102
        return f"it is a {self.role}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        replica = _of(reply).replica
        if replica is None:
            return False, UNTOLD
        found = "replica" if replica else "primary"
        return found == self.role, f"it is a {found}"


class ReadOnlyIs(Requirement):
    """The server takes no writes, or does take them."""

    field: Literal["read_only"] = "read_only"
    op: Literal["is"] = "is"
    value: bool

    def expectation(self) -> str:  # noqa: D102
        return "it takes no writes" if self.value else "it takes writes"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found = _of(reply).read_only
        if found is None:
            return False, UNTOLD
        return found == self.value, "it is read-only" if found else "it takes writes"


class ReplicationRuns(Requirement):
    """The server follows its primary: it receives what is written there, and replays it."""

    field: Literal["replication"] = "replication"
    op: Literal["running"] = "running"

    def expectation(self) -> str:  # noqa: D102
        return "replication is running"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        answer = _of(reply)
        return answer.following is True, excerpt(answer.stands) or UNTOLD


class LagAtMost(Requirement):
    """The server receives from its primary, and is at most `most` µs behind it."""

    field: Literal["lag"] = "lag"
    op: Literal["at_most"] = "at_most"
    most: Within

    def expectation(self) -> str:  # noqa: D102
        return f"replication lags by at most {duration_said(self.most)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        answer = _of(reply)
        if answer.lag is None:
            return False, excerpt(answer.stands) or UNTOLD
        return answer.lag <= self.most, f"{duration_said(answer.lag)} behind"


class ReplicasAtLeast(Requirement):
    """At least `count` others follow the server."""

    field: Literal["replicas"] = "replicas"
    op: Literal["at_least"] = "at_least"
    count: Annotated[int, Field(gt=0, le=1000)]

    def expectation(self) -> str:  # noqa: D102
        return f"at least {self.count} follow it"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found = _of(reply).replicas
        return (False, UNTOLD) if found is None else (found >= self.count, f"{found} follow it")


class ConnectionsAtMost(Requirement):
    """At most `percent` of the connections that the server allows are taken, this one counted; more degrades."""

    field: Literal["connections"] = "connections"
    op: Literal["at_most"] = "at_most"
    percent: Annotated[int, Field(ge=0, le=100)]
    severity: Literal["bad", "degraded"] = "degraded"

    def expectation(self) -> str:  # noqa: D102
        return f"at most {self.percent} % of its connections are taken"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        taken = _of(reply).connections
        if taken is None:
            return False, UNTOLD
        found, most = taken
        return found * PERCENT <= self.percent * most, f"{found} of {most} are taken"


def _of(reply: Reply) -> DatabaseAnswer:
    return reply.database or NO_ANSWER


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d{1,6}(?:\.\d{1,6}){0,3}", version, re.ASCII)
    return tuple(int(each) for each in found[0].split(".")) if found else ()
