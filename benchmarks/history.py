"""A history of a fleet in a real ledger: promises, one agent, a result of each probe a minute, as an agent closes them.

Outages, single failures, lost slots and latencies are drawn from a seed and are the same on every run. Half a
billion results are written in minutes, so the rows are inserted as the ledger stores them, by the store's own
means and in large transactions; a test proves that appending the same batches leaves the same bytes.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from random import Random

import psycopg
from eventsourcing.persistence import JSONTranscoder

from benchmarks.fates import FIRST_DAY, MINUTE, MINUTES, Fleet, Told, told
from benchmarks.promises import ALWAYS, LOCATION, OFFICE, probe_id, promises, service_id
from probes.batch import NO_LATENCY, Edge, Missing, ObservationsRecorded
from probes.closing import DAY, ROWS
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.app.agents import assign
from slamon.history import NAMES
from slamon.ledger.codec import Entry, FactMapper, stamp
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger

AGENT = "agent-bonn"
SPOOL = "5f0c9d2e"
LEDGER_ID = "0123456789abcdef"
TIMEOUT = 10_000_000
ARRIVAL = 500_000  # from the end of a batch to its commit
POOL = 1_000_000  # prepared latencies, of which every batch is a window

Stored = tuple[str, int, str, bytes]


@dataclass(frozen=True)
class History:
    """What was written: how many facts of observations with how many results, and the last position."""

    fleet: Fleet
    facts: int
    observations: int
    position: int


def write(
    place: Place,
    probes: int,
    days: int,
    *,
    rows: int = ROWS,
    seed: int = 0,
    first_day: date = FIRST_DAY,
    workers: int = 0,
) -> History:
    """Found a ledger and fill it; `workers` processes generate.

    The history is recorded as it happened: its facts were known half a second after the end of their spans.
    """
    fleet = Fleet(probes, days, rows, seed, first_day)
    with closing(Ledger(place, NAMES, lambda: fleet.begin - DAY)) as ledger:
        found(ledger, fleet)
    facts = observations = 0

    def told() -> Iterator[Stored]:
        nonlocal facts, observations
        for day, count in _days(fleet, workers):
            facts += len(day)
            observations += count
            yield from day

    _insert(place, told(), fleet.end + ARRIVAL)
    with closing(Ledger(place, NAMES, lambda: fleet.end)) as ledger:
        return History(fleet, facts, observations, ledger.position())


def found(ledger: Ledger, fleet: Fleet) -> None:
    """Begin a ledger with the promises and what the agent is told to ask."""
    ledger.found(LEDGER_ID)
    ledger.append_all(list(promises(fleet.probes, (OFFICE, ALWAYS))), actor="benchmark")
    assign(ledger, AGENT, _assigned(fleet).probes, location=LOCATION, actor="benchmark")


def recorded_at(batch: ObservationsRecorded) -> int:
    """When a batch was committed (µs)."""
    return batch.end + ARRIVAL


def stream(fleet: Fleet, day: int) -> str:
    """The stream of the batches of a day."""
    begin = datetime.fromtimestamp((fleet.begin + day * DAY) / 1_000_000, UTC)
    return f"observations:{AGENT}:{SPOOL}:{begin:%Y-%m-%d}"


def batches(fleet: Fleet, day: int) -> Iterator[ObservationsRecorded]:
    """Yield the batches of a day, closed as an agent closes them that looks after every result."""
    exceptional = told(fleet, day)
    first, last = day * MINUTES * fleet.probes, (day + 1) * MINUTES * fleet.probes
    begin, slot = fleet.begin + day * DAY, first
    while slot < last:
        upto = min(slot + fleet.probes, last, exceptional.change_after(slot))
        upto = min(upto, exceptional.full(slot, upto, fleet.rows))
        end = fleet.due(upto) if upto < last else fleet.begin + (day + 1) * DAY
        yield _batch(fleet, exceptional, (begin, end), (slot, upto))
        begin, slot = end, upto


@dataclass(frozen=True)
class _Pool:
    """Prepared columns of many rounds in plan order; a window of them is the rows of a batch."""

    rounds: int
    latency: array[int]
    lateness: array[int]
    good: list[Evidence]
    bad: list[Evidence]

    def window(self, fleet: Fleet, begin: int, end: int) -> tuple[array[int], array[int]]:
        """Latencies and latenesses of slots; each day turns to other rounds, and every probe keeps its latency."""
        turn = begin // fleet.probes // MINUTES * 389 * fleet.probes
        first = (begin + turn) % (self.rounds * fleet.probes)
        last = first + end - begin
        return self.latency[first:last], self.lateness[first:last]


@lru_cache(maxsize=1)
def _pool(fleet: Fleet) -> _Pool:
    chance = Random(fleet.seed)  # noqa: S311  # the same on every run
    rounds = min(fleet.days * MINUTES, max(1, POOL // fleet.probes))
    usual = [chance.lognormvariate(11, 0.5) for _ in range(fleet.probes)]  # median 60 ms
    latency = array("I", (int(chance.gauss(u, u / 10)) for _ in range(rounds) for u in usual))
    lateness = array("H", (min(int(chance.expovariate(1)), 50) for _ in latency))
    overlap = fleet.probes  # a window may begin in the last round
    return _Pool(
        rounds,
        latency + latency[:overlap],
        lateness + lateness[:overlap],
        [_evidence(chance, good=True) for _ in range(1_000)],
        [_evidence(chance, good=False) for _ in range(1_000)],
    )


def _evidence(chance: Random, *, good: bool) -> Evidence:
    address = f"192.0.2.{chance.randrange(256)}:25"
    if good:
        return Evidence(address=address, phases={"connect": chance.randrange(8_000, 30_000)})
    if chance.random() < 1 / 2:
        return Evidence(reason="timeout", text="no answer within 10 s", address=address)
    return Evidence(reason="refused", text="connection refused", address=address)


def _batch(
    fleet: Fleet, exceptional: Told, span: tuple[int, int], slots: tuple[int, int]
) -> ObservationsRecorded:
    pool, order, begin = _pool(fleet), fleet.order, slots[0]
    latency, lateness = pool.window(fleet, *slots)
    edges: list[Edge] = []
    missing: list[Missing] = []
    evidence: dict[int, Evidence] = {}
    for slot, outcome, edge in exceptional.within(*slots):
        probe, row = order[slot % fleet.probes], slot - begin - len(missing)
        if outcome is None:
            missing.append(Missing(probe, fleet.due(slot)))
            del latency[row], lateness[row]
            continue
        if edge:
            edges.append(Edge(probe, fleet.due(slot), outcome))
        if outcome is Outcome.BAD:
            latency[row] = NO_LATENCY
        if outcome is Outcome.BAD or edge:
            kept = pool.bad if outcome is Outcome.BAD else pool.good
            evidence[row] = kept[slot % len(kept)]
    return ObservationsRecorded.of(
        1,
        *span,
        edges=edges,
        missing=missing,
        latency=latency,
        lateness=lateness,
        evidence=evidence,
    )


def _assigned(fleet: Fleet) -> AgentAssigned:
    places = {index: place for place, index in enumerate(fleet.order)}
    step = MINUTE // fleet.probes
    probes = (
        AssignedProbe(
            probe=probe_id(index),
            service=service_id(index),
            spec=TcpSpec(host=f"s{index}.example", port=25, timeout=TIMEOUT),
            phase=places[index] * step,
            segments=(Segment(interval=MINUTE),),
        )
        for index in range(fleet.probes)
    )
    return AgentAssigned(version=1, location=LOCATION, probes=tuple(probes))


def _days(fleet: Fleet, workers: int) -> Iterator[tuple[list[Stored], int]]:
    """Yield the rows of each day and how many results they hold, generated by processes of their own if asked."""
    if not workers:
        yield from map(partial(_rows, fleet), range(fleet.days))
        return
    with ProcessPoolExecutor(workers) as pool:
        for begin in range(0, fleet.days, 4 * workers):  # no more days in memory than that
            upto = min(fleet.days, begin + 4 * workers)
            yield from pool.map(partial(_rows, fleet), range(begin, upto))


def _rows(fleet: Fleet, day: int) -> tuple[list[Stored], int]:
    """Make the rows of a day as the ledger stores them."""
    mapper = FactMapper(NAMES, JSONTranscoder())
    name, rows, observations = stream(fleet, day), [], 0
    for version, batch in enumerate(batches(fleet, day), 1):
        row = mapper.to_stored_event(Entry(name, version, batch, f"agent:{AGENT}"))
        rows.append((name, version, row.topic, stamp(row.state, recorded_at(batch))))
        observations += batch.rows
    return rows, observations


def _insert(place: Place, rows: Iterable[Stored], clock: int) -> None:
    """Add rows to a ledger, and set its clock as if the last of them had just been recorded."""
    if isinstance(place, Path):
        _insert_into_file(place, rows, clock)
    else:
        _insert_into_database(place, rows, clock)


def _insert_into_file(file: Path, rows: Iterable[Stored], clock: int) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # written once, thrown away afterwards
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?)", rows)
        connection.execute("UPDATE ledger_clock SET recorded_at = ?", (clock,))
        connection.execute("COMMIT")


def _insert_into_database(url: str, rows: Iterable[Stored], clock: int) -> None:
    columns = "originator_id, originator_version, topic, state"
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY stored_events ({columns}) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["text", "int8", "text", "bytea"])
            for row in rows:
                copy.write_row(row)
        cursor.execute("UPDATE ledger_clock SET recorded_at = %s", (clock,))
