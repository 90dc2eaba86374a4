"""A small world whose history is written as facts, by agents that ask every four hours.

So weeks have few results, and an unconfirmed state reaches over days.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from catalogue.instants import HOUR, MINUTE, format_instant, parse_instant
from catalogue.terms import LifecycleAsserted, TermsStated
from probes.assembly import Row, assemble
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment
from probes.specs.lines import TcpSpec
from slamon.ledger.codec import Fact
from slamon.ledger.store import Ledger, LedgerFounded, Write
from slamon.sla.closing import PeriodClosed
from slamon.sla.heartbeats import (
    HeartbeatFact,
    HeartbeatMissed,
    HeartbeatReceived,
    HeartbeatUnheard,
    stream_of,
)
from slamon.sla.imports import ObservationsImported
from slamon.sla.intake import BatchQuarantined
from slamon.views import keeping
from slamon.views.days import Day, Desk
from slamon.views.fold import Folder
from slamon.views.objectives import judged_objectives
from slamon.views.offered import ClosingOffer
from slamon.views.reading import Reading
from slamon.views.store import ViewStore
from tests.views.worlds.promises import AGENTS, PROBES, Json, records, reports

DAY = 24 * HOUR
BEGIN = parse_instant("2026-03-20T00:00:00Z")  # the clocks of Berlin change on the 29th
INTERVAL = 4 * HOUR


@dataclass
class Agent:
    """An agent as it writes its history: how far it is, in which spool, under which assignment."""

    name: str
    until: int = BEGIN
    spool: int = 1
    assigned: AgentAssigned | None = None
    before: dict[int, Outcome] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    """Every row written, by the probe's index in its assignment, for those who count one by one."""


@dataclass
class World:
    """A ledger in a folder, its views, and agents that write into it."""

    folder: Path
    ledger: Ledger
    founded: LedgerFounded
    new_views: Callable[[], ViewStore]
    views: ViewStore
    agents: dict[str, Agent]
    stores: list[ViewStore] = field(default_factory=list)
    late: int = 0
    """How often hours were handed in again."""

    # -- writing

    def append(self, stream: str, *facts: Fact) -> None:
        """Append facts to the end of a stream."""
        after = self.ledger.version(stream)
        self.ledger.append(stream, facts, after=after, actor="tester")

    def state_promises(self) -> None:
        """State all records."""
        self._state(records())

    def _state(self, stated: Iterable[tuple[str, str, Json, Json | None]]) -> None:
        writes = []
        for kind, name, terms, lifecycle in stated:
            facts: list[Fact] = [TermsStated(catalogue="small", terms=terms)]
            facts += [LifecycleAsserted(values=lifecycle)] if lifecycle else []
            writes.append(Write(f"{kind}:{name}", facts, 0))
        self.ledger.append_all(writes, actor="tester")

    def assign(
        self,
        name: str,
        probes: tuple[str, ...] = PROBES,
        *,
        simulated: bool = False,
        location: str | None = None,
    ) -> None:
        """Tell an agent what to ask, from where it stands."""
        agent = self.agents[name]
        version = agent.assigned.version + 1 if agent.assigned else 1
        agent.assigned = AgentAssigned(
            version=version,
            location=location or AGENTS[name],
            simulated=simulated,
            probes=tuple(_assigned(probe) for probe in probes),
        )
        agent.before = {}
        self.append(f"assignment:{name}", agent.assigned)

    def probe(
        self,
        name: str,
        hours: int,
        outcome_of: Callable[[int, int], Row | None],
        *,
        aside: bool = False,
    ) -> None:
        """Let an agent probe for some hours; the rows of a span become one batch, or none where it has no slot.

        With `aside` every batch is set aside on arrival.
        """
        agent = self.agents[name]
        for begin, batch, rows in _batches(agent, agent.until + hours * HOUR, outcome_of):
            stream = f"observations:{name}:spool{agent.spool}:{format_instant(begin)[:10]}"
            if aside:
                self.append(stream, BatchQuarantined.of(batch.stored, "future", "why", begin))
            else:
                self.append(stream, batch)
                agent.rows += rows

    def probe_again(
        self, name: str, hours: int, outcome_of: Callable[[int, int], Row | None]
    ) -> None:
        """Hand in some hours once more that an agent has behind it, from a spool of their own."""
        agent = self.agents[name]
        other = Agent(name, max(BEGIN, agent.until - hours * HOUR), assigned=agent.assigned)
        self.late += 1
        for begin, batch, _ in _batches(other, agent.until, outcome_of):
            day = format_instant(begin)[:10]
            self.append(f"observations:{name}:late{self.late}:{day}", batch)

    def interrupt(self, name: str, hours: int, *, new_spool: bool) -> None:
        """Stop an agent for some hours and say so; with a new spool it has forgotten what it was."""
        agent = self.agents[name]
        gap = ProbingInterrupted(
            from_=agent.until, to=agent.until + hours * HOUR, reason="restarted"
        )
        agent.until = gap.to
        agent.before = {}
        agent.spool += new_spool
        self.append(f"interruptions:{name}", gap)

    def take_in(self, results: list[tuple[int, Outcome]], took: Sequence[int | None] = ()) -> None:
        """Import results of the paper service; `took` is the latency of each in µs, where any is told."""
        self.append(
            "imports:imp-paper",
            ObservationsImported(
                file="paper.csv",
                sha256="0" * 64,
                location="loc-bonn",
                validity_us=26 * HOUR,
                checks=("imp-paper/svc-paper",),
                check=(0,) * len(results),
                at=tuple(at for at, _ in results),
                outcome=tuple(int(outcome) for _, outcome in results),
                latency_us=tuple(took) or (None,) * len(results),
            ),
        )

    def hear(self, at: int, outcome: Outcome, took: int | None = None) -> None:
        """Hear how a report went, or that none came; `took` is how long it ran (µs).

        What is promised of it is stated when it is heard for the first time.
        """
        self.promise_reports()
        told = {"location": "loc-bonn", "validity_us": 21 * HOUR}
        fact: HeartbeatFact
        match outcome:
            case Outcome.INCONCLUSIVE:
                fact = HeartbeatUnheard(begin=at, end=at + HOUR, **told)
            case Outcome.DEGRADED:
                fact = HeartbeatMissed(due=at - HOUR, deadline=at, since=at - HOUR, **told)
            case _:
                word = "success" if outcome is Outcome.GOOD else "fail"
                fact = HeartbeatReceived(at=at, signal=word, duration_us=took, **told)
        self.append(stream_of("hb-report", at), fact)

    def promise_reports(self) -> None:
        """State what is promised of the report, once."""
        if not self.ledger.version("probe:hb-report"):
            self._state(reports())

    def close_period(self, agreement: str, label: str, now: int) -> ClosingOffer:
        """Close a period with the figures the views give, whatever they are."""
        offer = self.reading.closing(agreement, label, now)
        assert offer is not None
        closed = PeriodClosed(
            figures=offer.figures, position=offer.position, code_version="1", tzdata="2026a"
        )
        self.append(f"period:{agreement}:{label}", closed)
        return offer

    def batches(self) -> list[ObservationsRecorded]:
        """All batches in the order of the ledger."""
        entries = self.ledger.since(0, limit=100_000)
        return [entry.fact for entry in entries if isinstance(entry.fact, ObservationsRecorded)]

    # -- folding and reading

    @property
    def reading(self) -> Reading:
        """Answers from the views that follow."""
        return Reading(self.views, self.ledger, self.founded)

    def fold(self, limit: int = 10_000) -> None:
        """Fold at most so many facts into the views, in one transaction."""
        Folder(self.ledger, self.views, limit).step()

    def settle(self, now: int) -> None:
        """Keep the days that are over at an instant."""
        Folder(self.ledger, self.views).settle(now)

    def anew(self) -> ViewStore:
        """Views folded from zero in one go."""
        store = self.new_views()
        self.stores.append(store)
        Folder(self.ledger, store).catch_up()
        return store

    def read_anew(self) -> Reading:
        """Answers from views folded from zero."""
        return Reading(self.anew(), self.ledger, self.founded)

    def close(self) -> None:
        """Close everything."""
        for store in (self.views, *self.stores):
            store.close()
        self.ledger.close()


def _batches(
    agent: Agent, end: int, outcome_of: Callable[[int, int], Row | None]
) -> Iterator[tuple[int, ObservationsRecorded, list[Row]]]:
    """What an agent makes until an instant, day by day: begin, batch and its rows."""
    assigned = agent.assigned
    assert assigned is not None
    while agent.until < end:
        begin, upto = agent.until, min(end, (agent.until // DAY + 1) * DAY)
        agent.until = upto
        plan = assigned.plan(begin, upto)
        rows = [row for due, index in plan if (row := outcome_of(due, index)) is not None]
        if plan:
            batch, agent.before = assemble(assigned, begin, upto, rows, agent.before)
            yield begin, batch, rows


def _assigned(probe: str) -> AssignedProbe:
    # Each probe an hour after the one before it.
    phase = PROBES.index(probe) * HOUR
    spec = TcpSpec(host="target.example", port=25, timeout=MINUTE)
    return AssignedProbe(
        probe=probe, spec=spec, phase=phase, segments=(Segment(interval=INTERVAL),)
    )


def assert_kept_days_are_what_is_computed_now(kept: Connection, source: Connection) -> None:
    """Every day that is kept equals the same day computed from results alone, of the same views or of others."""
    span = (BEGIN - 10 * DAY, BEGIN + 60 * DAY)
    for judged in judged_objectives(source):
        wanted = {day.label: day for day in Desk(source).figures(judged, span, span[1])}
        for label, (figures, basis) in keeping.kept(kept, judged.key, "", "9999").items():
            assert Day(label, figures, basis) == wanted[label], judged.key


def row(due: int, index: int, outcome: Outcome, *, late: int = 0) -> Row:
    """An attempt that ended so; `late` in µs."""
    return Row(index, due, due + late, outcome, 20_000 if outcome is Outcome.GOOD else None)


class Chance:
    """Rows as they come, from a number that hypothesis draws."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.weights = self.random.choice([(90, 2, 5, 3), (40, 5, 50, 5), (10, 0, 90, 0)])
        self.state = Outcome.GOOD

    def __call__(self, due: int, index: int) -> Row | None:
        """Mostly as before, sometimes missing, sometimes late."""
        if self.random.random() < 0.4:
            self.state = self.random.choices(list(Outcome), self.weights)[0]
        if self.random.random() < 0.05:
            return None
        late = self.random.choice([0, 0, 0, 0, 30_000_000])
        return row(due, index, self.state, late=late)
