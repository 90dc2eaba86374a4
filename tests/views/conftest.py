"""A small world whose history is written as facts: two places, three probes, one foreign source, two agreements.

Probes ask every four hours, so that weeks have few results and an unconfirmed state reaches over days.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy import Connection, select

from catalogue.instants import HOUR, MINUTE, format_instant, parse_instant
from catalogue.terms import LifecycleAsserted, TermsStated
from probes.assembly import Row, assemble
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment, TcpSpec
from slamon.history import NAMES
from slamon.ledger.codec import Fact
from slamon.ledger.store import Ledger, LedgerFounded, Write
from slamon.sla.imports import ObservationsImported
from slamon.sla.intake import BatchQuarantined
from slamon.views.fold import Folder
from slamon.views.reading import Reading
from slamon.views.store import ViewStore
from slamon.views.tables import metadata

DAY = 24 * HOUR
BEGIN = parse_instant("2026-03-20T00:00:00Z")  # the clocks of Berlin change on the 29th
INTERVAL = 4 * HOUR
PROBES = ("prb-control", "prb-mail", "prb-web")
AGENTS = {"agent-bonn": "loc-bonn", "agent-outside": "loc-outside"}
SERVICES = {"svc-mail": ("prb-mail",), "svc-web": ("prb-web", "prb-mail"), "svc-paper": ()}
PROV = {"_": "I"}
LONG_HISTORIES = {"sqlite": 1_200, "postgresql": 150}
"""How many `make soak` tells to each property on each store.

What is proven is about our code, the same on both; a database takes four times as long for each.
"""

Json = dict[str, Any]

CLAUSES: list[Json] = [
    {
        "id": "x1",
        "kind": "planned_maintenance",
        "effect": "remove_window",
        "notice": "P1D",
        "notice_hours": "hours-office",
        "max_per_month": "PT6H",
    },
    {"id": "x2", "kind": "customer_cause", "effect": "count_as_available"},
]


def _text(word: str) -> Json:
    return {"en": word, "fr": word, "es": word}


def _objective(name: str, service: str, data: list[str], **more: Any) -> Json:
    terms = {
        "id": name,
        "service": service,
        "indicator": "availability",
        "target": "97.00",
        "period": "calendar_month",
        "service_hours": "hours-office",
        "data": data,
        "min_coverage": "50.00",
        "remedy": {"kind": "review_item", "after_periods": 1},
    }
    return terms | more


def _agreement(name: str, zone: str, objectives: list[Json], **more: Any) -> Json:
    terms = {
        "id": name,
        "kind": "sla",
        "name": _text(name),
        "customer": "party-us",
        "provider": "party-them",
        "tz": zone,
        "in_force": {"from": "2026-03-01", "to": None},
        "recommendations": [],
        "objectives": objectives,
        "prov": PROV,
    }
    return terms | more


def _service(name: str, probes: tuple[str, ...]) -> Json:
    baseline = {
        "id": "availability",
        "indicator": "availability",
        "data": list(probes[:1]),
        "period": "calendar_month",
        "tz": "UTC",
        "service_hours": "hours-always",
        "prov": PROV,
    }
    return {
        "id": name,
        "name": _text(name),
        "provider": "party-them",
        "criticality": "low",
        "measured_by": ["probe"] if probes else ["import"],
        "funding_source": "none",
        "recommendations": [],
        "offerings": [],
        "baselines": [baseline] if name == "svc-mail" else [],
        "prov": PROV,
    }


def _hours(name: str, days: list[str], begin: str, end: str) -> Json:
    return {
        "id": name,
        "tz": "Europe/Berlin",
        "weekdays": days,
        "from": begin,
        "to": end,
        "holidays": None,
        "prov": PROV,
    }


def _probe(name: str) -> Json:
    service = next((s for s, own in SERVICES.items() if own[:1] == (name,)), None)
    return {
        "id": name,
        "kind": "tcp",
        "service": service,
        "control": service is None,
        "target": "target.example:25",
        "demo_target": "127.0.0.1:25",
        "prov": PROV,
    }


def records() -> Iterator[tuple[str, str, Json, Json | None]]:
    """All records: kind, id, terms, lifecycle."""
    for party in ("party-us", "party-them"):
        yield (
            "party",
            party,
            {"id": party, "role": "provider", "name": _text(party), "prov": PROV},
            None,
        )
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    for hours in (
        _hours("hours-always", week, "00:00", "24:00"),
        _hours("hours-office", week[:5], "07:00", "19:00"),
    ):
        yield "service_hours", hours["id"], hours, None
    for place in AGENTS.values():
        yield "location", place, {"id": place, "name": _text(place), "prov": PROV}, None
    defaults = {"interval": "PT4H", "timeout": "PT1M", "prov": PROV}
    yield "probe_defaults", "small", defaults, None
    for service, probes in SERVICES.items():
        yield "service", service, _service(service, probes), {"lifecycle": "live"}
    for probe in PROBES:
        yield "probe", probe, _probe(probe), None
    yield "import", "imp-paper", _import(), None
    in_force = {"state": "in_force", "signed_on": {"value": "2026-02-01", "precision": "day"}}
    for agreement in _agreements():
        yield "agreement", agreement["id"], agreement, in_force


def _import() -> Json:
    return {
        "id": "imp-paper",
        "service": "svc-paper",
        "kind": "csv",
        "use": "observations",
        "columns": {"observed_at": "at", "outcome": "state", "latency_ms": "ms"},
        "values": {"up": "good", "slow": "degraded", "down": "bad"},
        "validity": "PT26H",
        "tz": "UTC",
        "location": "loc-bonn",
        "prov": PROV,
    }


def _agreements() -> Iterator[Json]:
    rules = {
        "down_after": 3,
        "failing": "consecutive",
        "outage_starts": "first_failure",
        "up_after": 2,
        "locations": ["loc-bonn"],
        "quorum": 1,
        "rounding": "truncate_2",
        "control_probe": "prb-control",
    }
    strict = [
        _objective("o1", "svc-web", ["prb-web", "prb-mail"], combine="any_down"),
        _objective("o2", "svc-mail", ["prb-mail"], service_hours="hours-always"),
    ]
    yield _agreement(
        "sla-strict", "Europe/Berlin", strict, measurement_rules=rules, exclusions=CLAUSES
    )
    both = rules | {"locations": list(AGENTS.values()), "quorum": 2, "down_after": 2}
    both.pop("control_probe")
    wide = [_objective("o1", "svc-mail", ["prb-mail"], mode="shadow")]
    yield _agreement("sla-two-places", "America/New_York", wide, measurement_rules=both)
    paper = [_objective("o1", "svc-paper", ["imp-paper"], service_hours="hours-always")]
    yield _agreement("sla-paper", "Europe/Berlin", paper, exclusions=CLAUSES)


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
        writes = []
        for kind, name, terms, lifecycle in records():
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

    def take_in(self, results: list[tuple[int, Outcome]]) -> None:
        """Import results of the paper service."""
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
                latency_us=(None,) * len(results),
            ),
        )

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


def dump(
    connection: Connection,
    *,
    but: tuple[str, ...] = (),
    without: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but some, in the order of their texts, `without` some columns."""
    return {
        table.name: sorted(
            (
                tuple(row)
                for row in connection.execute(
                    select(*(c for c in table.c if c.name not in without.get(table.name, ())))
                )
            ),
            key=repr,
        )
        for table in metadata.sorted_tables
        if table.name not in but
    }


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


@dataclass(frozen=True)
class Kit:
    """What tests take from here."""

    opened: Callable[[], AbstractContextManager[World]]
    soaked: settings
    """How long to search among long histories."""
    dump: Callable[..., dict[str, list[tuple[Any, ...]]]] = dump
    row: Callable[..., Row] = row
    chance: type[Chance] = Chance
    begin: int = BEGIN
    interval: int = INTERVAL
    agents: tuple[str, ...] = tuple(AGENTS)
    probes: tuple[str, ...] = PROBES


class Places:
    """Where views stand, each in files or in a schema of their own; schemas are emptied and used again."""

    _numbers = count()  # of all places: pytest may make the kit of a database a second time

    def __init__(self, database: str | None) -> None:
        self._database = database
        self._used: list[str] = []
        self._free: list[str] = []

    def views(self, folder: Path, founded: LedgerFounded) -> ViewStore:
        """Empty views, not yet used by any test."""
        name = f"views-{next(self._numbers)}"
        if self._database is None:
            return ViewStore(folder, founded, name=name)
        if self._free:
            with psycopg.connect(self._database, autocommit=True) as connection:
                _rename(connection, self._free.pop(), name)
        self._used.append(name)
        return ViewStore(self._database, founded, name=name)

    def empty(self) -> None:
        """Empty the schemas of the world that is closed; its files go with their folder."""
        if self._database is None:
            return
        with psycopg.connect(self._database) as connection:
            made = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^views-'")
            for (name,) in made.fetchall():
                if name in self._used:
                    _rename(connection, name, f"free-{name}")
                    connection.execute(_emptied(f"free-{name}"))
                    self._free.append(f"free-{name}")
                else:  # folded anew in a test
                    connection.execute(
                        sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name))
                    )
        self._used.clear()


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    names = (sql.Identifier(each) for each in (old, new))
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(*names))


def _emptied(schema: str) -> sql.Composed:
    tables = [each.name for each in metadata.sorted_tables if each.name != "view_state"]
    clear = [sql.SQL("DELETE FROM {};").format(sql.Identifier(schema, each)) for each in tables]
    again = sql.SQL("UPDATE {} SET position = 0, recorded_at = 0")
    return sql.Composed([*clear, again.format(sql.Identifier(schema, "view_state"))])


@contextmanager
def _opened(places: Places) -> Iterator[World]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        ticks = iter(range(BEGIN, 2**62, 1_000))
        ledger = Ledger(folder / "ledger.db", NAMES, lambda: next(ticks))
        founded = ledger.found("0123456789abcdef")
        new_views = partial(places.views, folder, founded)
        agents = {each: Agent(each) for each in AGENTS}
        world = World(folder, ledger, founded, new_views, new_views(), agents)
        try:
            yield world
        finally:
            world.close()
            places.empty()


@pytest.fixture(scope="session")
def views_database(cluster: Any) -> Iterator[str]:
    """A database whose own order of texts is that of a language, and not that of bytes."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE views TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'"
        )
    yield cluster.url("views")
    cluster.drop("views")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kit(request: pytest.FixtureRequest) -> Kit:
    """The world and its tools on both stores; opened anew as often as a test asks."""
    database = request.getfixturevalue("views_database") if request.param == "postgresql" else None
    soaked = settings(max_examples=LONG_HISTORIES[request.param])
    return Kit(partial(_opened, Places(database)), soaked)


@pytest.fixture
def world(kit: Kit) -> Iterator[World]:
    """A world in which the promises stand and both agents know what to ask; all of it is folded."""
    with kit.opened() as opened:
        opened.state_promises()
        for name in AGENTS:
            opened.assign(name)
        opened.fold()
        yield opened


def batches_of(world: World) -> list[ObservationsRecorded]:
    """All batches in the order of the ledger."""
    entries = world.ledger.since(0, limit=100_000)
    return [entry.fact for entry in entries if isinstance(entry.fact, ObservationsRecorded)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Random histories take long in a database: `make test` tells them there in one test, the others are soaked."""
    for item in items:
        place = getattr(item, "callspec", None)
        if (
            place
            and place.params.get("kit") == "postgresql"
            and getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
            and item.path.name != "test_rebuilt.py"
        ):
            item.add_marker("soak")
