"""What each agent is told to ask: that of this machine and those enrolled, as soon as anything of it has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from catalogue.recorded import RecordedDocumentError
from probes.spec import AgentAssigned
from slamon.app import agents
from slamon.app.wires import NEWEST, OLDEST, readable
from slamon.cli.assigning import AGENT, Targets, assign, compile_probes, told_ahead
from slamon.cli.house import House, now
from slamon.ledger.store import ConflictError
from slamon.views.enrolled import EnrolmentLine, enrolments, position_of
from slamon.views.promised import promises

WireOf = Callable[[str], int | None]
"""The wire that an agent speaks; None of one that this process has not heard of."""


def places(own: str, enrolled: Sequence[EnrolmentLine]) -> dict[str, str]:
    """The agent that measures from each location: ours, then of those let in the one that came first."""
    found = {own: AGENT}
    for line in enrolled:
        if line.revoked_at is None:
            found.setdefault(line.location, line.agent)
    return found


class Telling:
    """Tells agents what to ask; `wrong` says of whom that cannot be done, `fastest` the shortest interval of ours."""

    def __init__(self, house: House, location: str, targets: Targets, wire_of: WireOf) -> None:
        self._house = house
        self._location = location
        self._targets = targets
        self._wire_of = wire_of
        self._told: object = None
        self.wrong: list[str] = []
        self.fastest: int | None = None

    def forget(self) -> None:
        """Tell all of them again next time."""
        self._told = None

    def tell(self) -> None:
        """Tell each agent its list if catalogue, enrolments, a wire or the week have changed since the last time."""
        with self._house.store.reading() as connection:
            news, enrolled = self._news(connection)
        if news == self._told:
            return
        self.wrong = []
        at = {agent: place for place, agent in places(self._location, enrolled).items()}
        assigned = self._tell_one(AGENT, self._location, NEWEST)
        self.fastest = fastest_of(assigned) if assigned else self.fastest
        for line in enrolled:
            if line.agent in at:
                self._tell_one(line.agent, line.location, self._wire(line.agent))
            else:
                self._tell_nothing(line)
        self._told = None if self.wrong else news

    def _news(self, connection: Connection) -> tuple[object, tuple[EnrolmentLine, ...]]:
        enrolled = enrolments(connection)
        wires = tuple(self._wire_of(line.agent) for line in enrolled)
        week, _ = told_ahead(now())
        return (promises(connection).position, position_of(connection), wires, week), enrolled

    def _wire(self, agent: str) -> int:
        """The wire of an agent; of one not heard of since the start what its list tells, else the oldest."""
        if (heard := self._wire_of(agent)) is not None:
            return heard
        current = agents.assignment(self._house.ledger, agent)
        plain = current is None or all(readable(each, OLDEST) for each in current.probes)
        return OLDEST if plain else NEWEST

    def _tell_one(self, agent: str, location: str, wire: int) -> AgentAssigned | None:
        try:
            return assign(self._house, agent, location, self._targets, wire)
        except (ConflictError, RecordedDocumentError) as wrong:
            self.wrong.append(f"{agent} cannot be told what to ask: {wrong}")
            return None

    def _tell_nothing(self, line: EnrolmentLine) -> None:
        """Nothing is due any more of an agent that was revoked, or that another one stands before."""
        ledger = self._house.ledger
        current = agents.assignment(ledger, line.agent)
        if current and current.probes:
            agents.assign(ledger, line.agent, [], location=line.location, actor="slamon")


def fastest_of(assigned: AgentAssigned) -> int | None:
    """The shortest interval (µs) of a list."""
    return min((s.interval for probe in assigned.probes for s in probe.segments), default=None)


def left_out(house: House, location: str, wire: int) -> list[str]:
    """The probes of a location of which an agent of that wire cannot be told."""
    if wire >= NEWEST:
        return []
    with house.store.reading() as connection:
        asked = compile_probes(promises(connection), Targets(), location=location)
    return [each.probe for each in asked if not readable(each, wire)]
