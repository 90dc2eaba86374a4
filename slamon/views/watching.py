"""The read side of operations: what probes saw, what came of their slots, and how the agents do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slamon.ledger.store import Ledger
from slamon.views import asked, slots
from slamon.views.agents import AgentLine, agents, with_completeness, with_refills
from slamon.views.alarms import QuarantineLine, quarantine
from slamon.views.answers import ProbeLine
from slamon.views.attention import attended, labelled
from slamon.views.blackout import with_blackouts
from slamon.views.completeness import Completeness, completeness
from slamon.views.handed import handed_in
from slamon.views.judging import Frame
from slamon.views.past import Tables
from slamon.views.promised import promises
from slamon.views.refilled import refilled
from slamon.views.results import ObservationLine, ResultCount
from slamon.views.silent import with_silences
from slamon.views.slottold import SlotTold


class Watching:
    """Answers about what was observed; each call sees one state."""

    def __init__(self, store: Tables, ledger: Ledger, upto: int | None = None) -> None:
        self._store = store
        self._ledger = ledger
        self._upto = upto

    @contextmanager
    def _frame(self, now: int) -> Iterator[Frame]:
        with self._store.reading() as connection:
            yield Frame.at(connection, now, past=self._upto is not None)

    def observations(
        self, check: str | None, service: str | None, after: tuple[str, ...] | None, limit: int
    ) -> tuple[ObservationLine, ...]:
        """Stretches of equal results by (day, check, location, first_at)."""
        with self._store.reading() as connection:
            lines = asked.observations(connection, check, service, after, limit)
            return labelled(promises(connection), lines)

    def probes(self, now: int) -> tuple[ProbeLine, ...]:
        """Probes as assigned, with their newest results."""
        with self._frame(now) as frame:
            lines = asked.probes(frame.connection, self._ledger)
            return attended(frame.connection, self._ledger, frame.held, lines, now)

    def slot(
        self, probe: str, instant: int, now: int, location: str | None = None
    ) -> SlotTold | None:
        """What came of the slot due last by an instant (µs), at one place or at all; None of an unknown probe."""
        with self._frame(now) as frame:
            return slots.slot(frame, self._ledger, probe, instant, location)

    def results(self, check: str) -> tuple[ResultCount, ...]:
        """How many results a check has at each place, by what they rest on."""
        with self._store.reading() as connection:
            return asked.counted(connection, check)

    def reported_until(self, agent: str) -> int | None:
        """The instant (µs) up to which an agent has handed in; None if it never has."""
        with self._store.reading() as connection:
            return handed_in(connection).get(agent)

    def agents(self, now: int) -> tuple[AgentLine, ...]:
        """The agents: how far each has handed in, and what of it somebody must look at."""
        with self._store.reading() as connection:
            found = with_refills(agents(connection, now), refilled(connection, self._ledger))
            found = with_silences(connection, self._ledger, found, now)
            found = with_blackouts(connection, found, now)
            return with_completeness(found, completeness(connection, self._ledger, now))

    def completeness(self, now: int) -> tuple[Completeness, ...]:
        """How many of its slots each agent has observed, in the last full hour and day before an instant (µs)."""
        with self._store.reading() as connection:
            return completeness(connection, self._ledger, now)

    def quarantine(self) -> tuple[QuarantineLine, ...]:
        """The batches that were set aside, the newest first."""
        with self._store.reading() as connection:
            return quarantine(connection)
