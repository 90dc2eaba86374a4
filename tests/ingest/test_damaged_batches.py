"""Batches made to do harm: each is set aside with a reason, costs little, and holds up nothing behind it."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from catalogue.instants import MINUTE, parse_instant
from probes.assembly import Row, assemble
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.app import agents
from slamon.history import NAMES
from slamon.ingest import router
from slamon.ledger.store import Ledger

KEY = "a-key-that-was-made-up"
BEGIN = parse_instant("2026-03-02T10:00:00Z")
BATCHES = "/api/v1/agents/bonn/batches/spool/2026-03-02"
LENGTHS = slice(33, 45)  # of buckets, columns and evidence, in the head of layout 2
AFFORDABLE = 8.0  # s of this process; a batch of 64 MB of evidence took 25


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db", NAMES, lambda: BEGIN)
    yield opened
    opened.close()


@pytest.fixture
def assigned(ledger: Ledger) -> AgentAssigned:
    probe = AssignedProbe(
        probe="prb-mail",
        spec=TcpSpec(host="target.example", port=25, timeout=1_000_000),
        phase=0,
        segments=(Segment(interval=MINUTE),),
    )
    return agents.assign(ledger, "bonn", [probe], location="loc-bonn", actor="us")


@pytest.fixture
def agent(ledger: Ledger) -> Iterator[TestClient]:
    app = FastAPI()
    key_of = {"bonn": sha256(KEY.encode()).hexdigest()}.get
    app.include_router(router.build(ledger, key_of, lambda: BEGIN + 60 * MINUTE))
    with TestClient(app, headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client


def _batch(assigned: AgentAssigned, begin: int = BEGIN) -> ObservationsRecorded:
    end = begin + 3 * MINUTE
    rows = [Row(index, due, due, Outcome.GOOD, 900) for due, index in assigned.plan(begin, end)]
    return assemble(assigned, begin, end, rows, {})[0]


def _with_evidence(batch: ObservationsRecorded, plain: bytes) -> bytes:
    """The batch with other evidence than it was made with."""
    packed = zlib.compress(plain)
    buckets, columns, kept = batch.lengths
    lengths = b"".join(n.to_bytes(4, "big") for n in (buckets, columns, len(packed)))
    stored = batch.stored
    return stored[: LENGTHS.start] + lengths + stored[LENGTHS.stop : len(stored) - kept] + packed


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        pytest.param(b"{" + b'"1":{},' * 8_000_000 + b'"1":{}}', "length", id="a bomb"),
        pytest.param(b'{"-1":{}}', "rows that it does not have", id="a row before the first"),
        pytest.param(b'{"3":{}}', "rows that it does not have", id="a row after the last"),
        pytest.param(
            b'{"0":{"certificate_until":' + b"9" * 30 + b"}}", "cannot be read", id="no date"
        ),
        pytest.param(b'{"0":{"phases":{"dns":-1}}}', "cannot be read", id="a negative time"),
        pytest.param(b'{"0":{"text":"\\ud800"}}', "cannot be read", id="half a character"),
        pytest.param(b'{"0":' * 100_000, "cannot be read", id="nested without end"),
    ],
)
def test_evidence_that_nobody_could_show_is_set_aside_at_little_cost(
    agent: TestClient, assigned: AgentAssigned, plain: bytes, reason: str
) -> None:
    damaged = _with_evidence(_batch(assigned), plain)
    begun = time.process_time()

    answer = agent.post(f"{BATCHES}/1", content=damaged)

    assert answer.status_code == 200
    assert reason in answer.json()["quarantined"]
    assert time.process_time() - begun < AFFORDABLE
    following = agent.post(f"{BATCHES}/2", content=_batch(assigned, BEGIN + 3 * MINUTE).stored)
    assert "quarantined" not in following.json()


@pytest.mark.parametrize(
    ("first", "byte"),
    [pytest.param(n, byte, id=f"byte {n} is {byte}") for n in range(45) for byte in (0, 0xFF)],
)
def test_no_byte_of_the_head_stops_the_intake(
    ledger: Ledger, assigned: AgentAssigned, first: int, byte: int
) -> None:
    sound = _batch(assigned).stored
    observed = "observations:bonn:spool:2026-03-02"
    damaged = sound[:first] + bytes([byte]) + sound[first + 1 :]

    taken = agents.take_batch(
        ledger, "bonn", "spool", "2026-03-02", 1, damaged, now=BEGIN + 60 * MINUTE
    )

    assert (taken.sequence, ledger.version(observed)) == (1, 1)
