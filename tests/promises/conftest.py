"""An agreement about a shop, from its documents to its figures: what is promised, what was seen, what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalogue.changes import Change
from catalogue.instants import format_instant, parse_instant
from catalogue.plan import plan
from catalogue.reader import read
from catalogue.terms import TermsCorrected, TermsStated
from probes.outcome import Outcome
from slamon.app import catalogue as applying
from slamon.app import declarations, exclusions, fallback, imports, lifecycles, restating, reviews
from slamon.app.acts import Act
from slamon.app.exclusions import Asked
from slamon.history import NAMES
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.sla.closing import PeriodClosed
from slamon.sla.declaring import StateDeclared
from slamon.sla.judgement import Judgement, ObjectiveJudgement
from slamon.views.fold import Folder
from slamon.views.promised import promises
from slamon.views.reading import Reading
from slamon.views.store import ViewStore

AGREEMENT = "sla-shop"
SERVICE = "svc-shop"
OUTCOMES = {"up": Outcome.GOOD, "slow": Outcome.DEGRADED, "down": Outcome.BAD, "?": Outcome.INCONCLUSIVE}  # fmt: skip
VALIDITY_US = 90_000 * 3_600_000_000  # a result speaks until the next one

AROUND = """
providers:
- {id: host, role: provider, name: {en: Host, fr: Host, es: Host}, prov: {_: I}}
services:
- {id: svc-shop, name: {en: Shop, fr: Shop, es: Shop}, provider: host, lifecycle: live, criticality: low,
   measured_by: [import], funding_source: unspecified, recommendations: [], offerings: [], prov: {_: I}}
- {id: svc-store, name: {en: Store, fr: Store, es: Store}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {_: I}}
defaults: {interval: PT1M, timeout: PT10S, prov: {_: I}}
probes:
- {id: prb-store, kind: tcp, service: svc-store,
   target: "store.example:25", demo_target: "127.0.0.1:18025", prov: {_: I}}
locations:
- {id: loc-a, name: {en: A, fr: A, es: A}, prov: {_: I}}
calendars:
- {id: cal, name: {en: C, fr: C, es: C}, tz: UTC,
   days: [{date: 2026-03-06, name: {en: D, fr: D, es: D}, status: confirmed, prov: I}], prov: {_: I}}
service_hours:
- {id: always, tz: UTC, weekdays: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00",
   holidays: null, prov: {_: I}}
- {id: office, tz: UTC, weekdays: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00", holidays: cal, prov: {_: I}}
windows:
- {id: win-conference, name: {en: W, fr: W, es: W}, from: "2026-03-10T00:00:00Z", to: "2026-03-20T00:00:00Z",
   effect: tighter_target, prov: {_: I}}
imports:
"""
OBSERVED = """- {{id: {name}, service: svc-shop, kind: csv, use: observations,
   columns: {{observed_at: at, outcome: o, latency_ms: ms}},
   values: {{up: good}}, validity: PT90000H, tz: UTC, location: loc-a, prov: {{_: I}}}}
"""
CASES = """- {id: imp-desk, service: svc-shop, kind: csv,
   columns: {ticket: t, opened: o, first_response: r, resolved: s, priority: p, paused_minutes: m}, tz: UTC,
   prov: {_: I}}
- {id: imp-days, service: svc-shop, kind: csv, use: levels, columns: {at: at, value: v}, tz: UTC, prov: {_: I}}
"""
TERMS = """agreements:
- id: sla-shop
  kind: sla
  name: {{en: S, fr: S, es: S}}
  customer: host
  provider: host
  tz: {tz}
  {signed}
  in_force: {{from: {first}, to: {last}}}
  recommendations: []
  {mark}
  objectives:
  {objectives}
  exclusions: [{clauses}]
  {rules}
  prov: {{_: I}}
"""
SIGNED = 'state: in_force\n  signed_on: {value: "2024-01-01", precision: day}'
USUAL = {
    "service": SERVICE,
    "indicator": "availability",
    "period": "calendar_month",
    "service_hours": "always",
    "data": "[imp-a]",
    "remedy": "{kind: review_item, after_periods: 1}",
}
DOWN_AT_ONCE = (
    "measurement_rules: {down_after: 1, failing: consecutive, outage_starts: first_failure, up_after: 1, "
    "locations: [loc-a], quorum: 1, rounding: truncate_2}"
)


def objective(name: str, **terms: str) -> str:
    """Write an objective; what is not said is usual."""
    said = {"id": name, **USUAL, **terms}
    return "- {" + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}"


@dataclass
class House:
    """A ledger and its views; the clock stands where it is put."""

    folder: Path
    clock: int
    ledger: Ledger = field(init=False)
    founded: LedgerFounded = field(init=False)
    store: ViewStore = field(init=False)

    def __post_init__(self) -> None:
        """Found the ledger."""
        self.ledger = Ledger(self.folder / "ledger.db", NAMES, lambda: self.clock)
        self.founded = self.ledger.found("0" * 16)
        self.store = ViewStore(self.folder, self.founded)

    def at(self, instant: str) -> House:
        """Let it be so late."""
        self.clock = parse_instant(instant)
        return self

    # -- what is promised and what was seen

    def promise(
        self,
        *objectives: str,
        clauses: str = "",
        first: str = "2026-01-01",
        last: str = "null",
        tz: str = "UTC",
        mark: str = "",
        rules: str = DOWN_AT_ONCE,
        signed: str = SIGNED,
    ) -> House:
        """State or amend the agreement, and all that it needs."""
        sources = "".join(OBSERVED.format(name=f"imp-{each}") for each in "abc")
        terms = TERMS.format(
            objectives="\n  ".join(objectives),
            clauses=clauses,
            first=first,
            last=last,
            tz=tz,
            mark=mark,
            rules=rules,
            signed=signed,
        )
        folder = self.folder / "shop"
        folder.mkdir(exist_ok=True)
        (folder / "shop.yaml").write_text(AROUND + sources + CASES + terms, encoding="utf-8")
        catalogue = read([folder])
        with self.store.reading() as connection:
            known = {key: held.known for key, held in promises(connection).records.items()}
        made = plan(catalogue, known, date(2026, 1, 1))
        applying.apply(self.ledger, made, known, actor="tester", reason="said")
        return self.fold()

    def rewrite(self, path: str, value: Any) -> House:
        """Put the terms otherwise past the reader of documents, as an older release would have."""
        stream = "agreement:sla-shop"
        entries = list(self.ledger.stream(stream))
        stated = next(each.fact for each in entries if isinstance(each.fact, TermsStated))
        change = Change(path=path, old=stated.terms[path], new=value)
        fact = TermsCorrected(reason="as it was", changes=(change,))
        self.ledger.append(stream, [fact], after=len(entries), actor="tester")
        return self.fold()

    def saw(self, *rows: str, source: str = "imp-a") -> House:
        """Take in results, each like "2026-03-01T00:00Z up 120" (outcome, milliseconds); the last comes again now."""
        results = []
        _, *last = rows[-1].split()
        for row in (*rows, " ".join([format_instant(self.clock), *last])):
            at, outcome, *took = row.split()
            latency = int(took[0]) * 1_000 if took else None
            check = source if source.startswith("prb") else f"{source}/{SERVICE}"
            results.append(imports.Result(check, parse_instant(at), OUTCOMES[outcome], latency))
        origin = imports.Source(source, "loc-a", VALIDITY_US)
        imports.record(self.ledger, origin, FILE, results, actor="tester")
        return self.fold()

    def tickets(self, *rows: str) -> House:
        """Take in tickets, each like "t1 P1 opened answered resolved minutes-paused"; - for not yet."""
        found = []
        for row in rows:
            name, priority, *instants, paused = row.split()
            opened, answered, resolved = (None if i == "-" else parse_instant(i) for i in instants)
            assert opened is not None
            pause = int(paused) * 60_000_000
            found.append(imports.Ticket(name, opened, answered, resolved, priority, pause))
        imports.record_tickets(self.ledger, "imp-desk", FILE, found, actor="tester")
        return self.fold()

    def levels(self, *rows: str) -> House:
        """Take in numbers, each like "2026-03-01T00:00Z 4.5"."""
        found = [imports.Level(parse_instant(row.split()[0]), row.split()[1]) for row in rows]
        imports.record_levels(self.ledger, "imp-days", FILE, found, actor="tester")
        return self.fold()

    def exclude(
        self,
        begin: str,
        end: str,
        clause: str = "x1",
        *,
        grant: bool = True,
        of: tuple[str, ...] = (),
    ) -> str:
        """Announce a window of some services or of all, which the customer has known of since New Year."""
        asked = Asked(
            clause=clause,
            services=of,
            begin=begin,
            end=end,
            received_at="2026-01-01T00:00Z",
            evidence="mail",
            reason="works",
        )
        versions = self.reading.versions(AGREEMENT)
        said = exclusions.announce(
            self.ledger, AGREEMENT, asked, versions=versions, now=self.clock, actor="tester"
        )
        if grant:
            exclusions.grant(self.ledger, AGREEMENT, said.exclusion, reason="yes", actor="tester")
        self.fold()
        return said.exclusion

    def declare(self, state: Any, begin: str, end: str) -> House:
        """Let people say how the service was."""
        said = StateDeclared(
            state=state,
            begin=parse_instant(begin),
            end=parse_instant(end),
            reason="they called",
            evidence="log",
        )
        name = declarations.id_of(said.begin)
        declarations.declare(
            self.ledger, SERVICE, name, said, services={SERVICE}, now=self.clock, actor="tester"
        )
        return self.fold()

    def act(self, name: str, act: Act) -> House:
        """Record what somebody did with a record."""
        lifecycles.record(self.ledger, name, act, self.reading.catalogue(), actor="ann")
        return self.fold()

    # -- what it comes to

    def fold(self) -> House:
        """Bring the views up to the ledger."""
        Folder(self.ledger, self.store).catch_up()
        return self

    @property
    def reading(self) -> Reading:
        """Answers from the views."""
        return Reading(self.store, self.ledger, self.founded)

    def judge(self, label: str) -> dict[str, ObjectiveJudgement]:
        """Every objective in a period."""
        found: Judgement | None = self.reading.judge(AGREEMENT, label, self.clock)
        assert found is not None
        return {each.objective: each for each in found.objectives}

    def one(self, label: str) -> ObjectiveJudgement:
        """The only objective in a period."""
        (found,) = self.judge(label).values()
        return found

    def close(self, label: str) -> dict[str, ObjectiveJudgement]:
        """Close a period, and give its figures."""
        offer = self.reading.closing(AGREEMENT, label, self.clock)
        assert offer is not None
        closed = PeriodClosed(
            figures=offer.figures, position=offer.position, code_version="1", tzdata="1"
        )
        reviews.close(
            self.ledger,
            AGREEMENT,
            label,
            closed,
            period_end=offer.period_end,
            until=offer.until,
            actor="rita",
        )
        self.fold()
        return {each.objective: each for each in offer.figures}

    def close_due(self) -> list[str]:
        """Let periods close by themselves; their labels."""
        done = fallback.close_due(self.ledger, self.reading, self.clock)
        self.fold()
        return [each.label for each in done]

    def restate(self) -> list[str]:
        """Restate what late facts have changed; the labels."""
        done = restating.restate_due(self.ledger, self.reading, self.clock)
        self.fold()
        return [each.label for each in done]

    def waive(self, breach: str) -> House:
        """Forgive a breach."""
        reviews.waive(self.ledger, breach, reason="agreed", clause=None, actor="rita")
        return self.fold()

    def shut(self) -> None:
        """Close ledger and views."""
        self.store.close()
        self.ledger.close()


FILE = imports.File("a.csv", "0" * 64)


@pytest.fixture(scope="session")
def new_house() -> Callable[[Path], House]:
    """Found a house in a folder, on the first of January 2026; who asks shuts it."""
    return lambda folder: House(folder, parse_instant("2026-01-01T00:00Z"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty house on the first of January 2026; what is late comes later."""
    made = House(tmp_path, parse_instant("2026-01-01T00:00Z"))
    yield made
    made.shut()


@pytest.fixture(scope="session")
def promised() -> Callable[..., str]:
    """Write an objective of a document; what is not said is usual."""
    return objective
