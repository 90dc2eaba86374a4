"""slamon on PostgreSQL, with real processes: a review, a hand-over to another host, a database that goes and comes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from benchmarks.cluster import DURABLE, Cluster
from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned
from slamon.cli.house import House
from slamon.cli.main import app
from slamon.history import NAMES
from slamon.ledger.store import Ledger

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "digital-editions"
FEBRUARY = ("--agreement", "sla-digital-editions", "--period", "2026-02")
HAND_OVER_SECONDS = 5.0
PROBES = 31  # an odd number: each is greeted otherwise each time, and changes are handed in at once
LOOPBACK = {"SLAMON_AGENT_ALLOW": "127.0.0.0/8"}
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""

Slot = tuple[int, int]  # due, index of the probe


def outage_of_february() -> str:
    """Seven weeks of one service by file, which was away for five service hours of a day in February."""
    days = [(f"2026-{m:02}-{d:02}T06:00:00Z", "up") for m in (2, 3) for d in range(1, 29)]
    rows = [*days, ("2026-02-10T09:00:00Z", "down"), ("2026-02-10T14:00:00Z", "up")]
    lines = [f"{at},parzival,{state},200,120\n" for at, state in sorted(rows)]
    return "observed_at,service,status,http_code,response_ms\n" + "".join(lines)


@pytest.fixture
def office(postgres_url: str, tmp_path: Path) -> Callable[..., str]:
    """Run a command on the database; what it printed."""

    def run(*arguments: object, code: int = 0) -> str:
        told = {"SLAMON_DATA": str(tmp_path / "office"), "SLAMON_DATABASE": postgres_url}
        env = {**told, "SLAMON_ACTOR": "rita", "COLUMNS": "200"}
        done = CliRunner(env=env).invoke(app, [str(each) for each in arguments])
        assert done.exit_code == code, done.output
        return done.stdout

    return run


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A server that a test may stop."""
    server = Cluster(DURABLE)
    yield server
    server.remove()


def slots(url: str) -> dict[str, list[Slot]]:
    """The slots of which the ledger holds a row, by the spool that they came from."""
    found: dict[str, list[Slot]] = {}
    with closing(Ledger(url, NAMES)) as ledger:
        asked = None
        for entry in ledger.since(0, limit=100_000):
            if isinstance(entry.fact, AgentAssigned):
                asked = entry.fact
            if isinstance(entry.fact, ObservationsRecorded) and asked is not None:
                batch = entry.fact
                missing = {(slot.due, slot.probe) for slot in batch.missing}
                own = found.setdefault(entry.stream.split(":")[2], [])
                own += [slot for slot in asked.plan(batch.begin, batch.end) if slot not in missing]
    return found


def rows(url: str) -> int:
    return sum(map(len, slots(url).values()))


def counted(folder: Path, url: str) -> int:
    """How many results figures are made of."""
    with House(folder, url) as house:
        house.refresh()
        return sum(line.count for line in house.reading.observations(None, None, None, 1_000_000))


def test_a_month_is_closed_and_reviewed_beside_a_slamon_that_is_up(
    postgres_url: str, started: Callable[..., Any], office: Callable[..., str], tmp_path: Path
) -> None:
    office("catalogue", "apply", STARTER, "--yes")
    up = started("up", tmp_path / "up", SLAMON_DATABASE=postgres_url)
    file = tmp_path / "february.csv"
    file.write_text(outage_of_february())

    office("import", "observations", file, "--source", "imp-digital-editions")
    judged = json.loads(office("judge", *FEBRUARY, "--json", code=1))
    office("close", *FEBRUARY)

    closed = up.api("/agreements/sla-digital-editions/periods/2026-02")["objectives"]
    assert not any(each["provisional"] for each in closed)
    (line,) = up.api("/breaches", status="open")["items"]
    assert line["breach"] in office("breaches", "list")
    office("breaches", "uphold", line["breach"], "--reason", "seen by all")
    assert up.api(f"/breaches/{line['breach']}")["line"]["status"] == "upheld"
    assert line["breach"] in up.page("/breaches")
    then = judged["as_known_at"]["instant"]
    known = json.loads(office("judge", *FEBRUARY, "--as-known-at", then, "--json", code=1))
    assert known["objectives"] == judged["objectives"]

    position = up.api("/ledger")["position"]
    newest = office("ledger", "show", "--after", position - 1)
    assert "breach-upheld/1" in newest
    assert str(position) in office("ledger", "stats")
    assert "fsync is off" in office("doctor", code=1)  # and nothing else is wrong
    office("ledger", "seal")
    assert "nothing that was sealed has changed" in office("ledger", "verify")
    assert "views stand at position" in office("ledger", "rebuild")
    assert up.api("/breaches", status="upheld")["items"][0]["breach"] == line["breach"]
    assert up.readiness() == (200, [])
    assert up.stopped() == 0


def test_another_host_takes_over_within_five_seconds_and_nothing_is_counted_twice(
    postgres_url: str,
    watched: Callable[..., Path],
    started: Callable[..., Any],
    slamon: Callable[..., Any],
    until: Callable[..., Any],
    tmp_path: Path,
) -> None:
    settings = {"SLAMON_DATABASE": postgres_url, **LOOPBACK}
    first = started("up", watched(PROBES, SLAMON_DATABASE=postgres_url), **settings)
    until(first.folds)
    second = started("up --standby", tmp_path / "second", **settings)
    until(lambda: rows(postgres_url) > 0)
    assert not second.folds()
    refused = slamon(tmp_path / "third", "up", **settings)
    assert refused.returncode == 1
    assert f"is in use by slamon up (process {first.process.pid} on " in refused.stderr

    first.killed()
    began = time.monotonic()
    until(second.folds, HAND_OVER_SECONDS)
    assert time.monotonic() - began < HAND_OVER_SECONDS
    until(lambda: len(slots(postgres_url)) == 2)  # the agent of the other host hands in as well
    assert second.stopped() == 0

    found = [slot for own in slots(postgres_url).values() for slot in own]
    assert counted(tmp_path / "second", postgres_url) == len(set(found))


def test_lost_connections_and_a_server_that_is_started_again_are_told_and_survived(
    own_cluster: Cluster,
    watched: Callable[..., Path],
    started: Callable[..., Any],
    until: Callable[..., Any],
) -> None:
    url = own_cluster.create("slamon")
    up = started("up", watched(PROBES, SLAMON_DATABASE=url), SLAMON_DATABASE=url, **LOOPBACK)
    until(lambda: rows(url) > 0)

    with psycopg.connect(url, autocommit=True) as shell:
        for _ in range(20):
            shell.execute(OTHERS)
            time.sleep(0.05)
    until(lambda: up.readiness() == (200, []))
    before = rows(url)
    until(lambda: rows(url) > before)

    own_cluster.stop()
    status, reasons = until(lambda: told if (told := up.readiness())[1] else None)
    assert status == 503
    assert any("does not answer" in reason or "cannot be used" in reason for reason in reasons)
    for path in ("/services", "/api/v1/services"):
        assert httpx.get(up.url + path, timeout=20).status_code == 503
    told = httpx.get(f"{up.url}/metrics", timeout=20)
    assert (told.status_code, "\nslamon_views_up 0.0\n" in told.text) == (200, True)
    own_cluster.start()
    until(lambda: up.readiness() == (200, []))
    before = rows(url)
    until(lambda: rows(url) > before)
    assert up.stopped() == 0
    found = [slot for own in slots(url).values() for slot in own]
    assert len(found) == len(set(found)) == counted(up.data, url)
