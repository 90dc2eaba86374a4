"""Identity: whoever hands in, and however often, each result counts once, and operations are told of each case."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest

from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned
from slamon.cli.house import House
from slamon.history import NAMES
from slamon.ledger.store import Ledger

PROBES = 31  # an odd number: each probe is greeted otherwise each time, and changes are handed in at once
Slot = tuple[int, int]  # due, index of the probe
Agent = Callable[..., subprocess.Popen[str]]

SET = """\
providers:
- {{id: host, role: provider, name: {{en: Host, fr: Hôte, es: Anfitrión}}, prov: {{_: I}}}}
services:
- {{id: svc-web, name: {{en: Web, fr: Web, es: Web}}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {{_: I}}}}
locations:
- {{id: loc-bonn, name: {{en: Bonn, fr: Bonn, es: Bonn}}, prov: {{_: I}}}}
defaults: {{interval: PT10S, timeout: PT2S, prov: {{_: I}}}}
probes:
{probes}
"""
PROBE = (
    "- {{id: prb-{n:02}, kind: tcp, service: svc-web, banner: '^220 ',"
    " target: '127.0.0.1:{port}', demo_target: '127.0.0.1:{port}', prov: {{_: I}}}}"
)


@pytest.fixture
def house(target: int, tmp_path: Path, inside: Callable[..., Any]) -> Path:
    """A data folder whose agent has something to ask three times a second."""
    documents = tmp_path / "web"
    documents.mkdir()
    probes = "\n".join(PROBE.format(n=n, port=target) for n in range(PROBES))
    (documents / "web.yaml").write_text(SET.format(probes=probes))
    data = tmp_path / "data"
    applied = inside(data, "catalogue", "apply", documents, "--yes", "--as", "operations")
    assert applied.returncode == 0, applied.stderr
    return data


@pytest.fixture
def up(house: Path, started: Callable[..., Any]) -> Callable[[], Any]:
    """Start slamon on the folder."""
    return lambda: started("up", house, SLAMON_AGENT_ALLOW="127.0.0.0/8")


@pytest.fixture
def agent(house: Path) -> Iterator[Agent]:
    """Start another agent with the key of the first, on a spool of one's choice."""
    begun: list[subprocess.Popen[str]] = []

    def start(url: str, spool: Path, *arguments: str) -> subprocess.Popen[str]:
        told = {
            "SLAMON_AGENT_ID": "agent-local",
            "SLAMON_AGENT_KEY": (house / "agent.key").read_text().strip(),
            "SLAMON_CENTRE": url,
            "SLAMON_AGENT_ALLOW": "127.0.0.0/8",
            "SLAMON_SPOOL": str(spool),
        }
        command = [sys.executable, "-m", "probes", *arguments]
        process = subprocess.Popen(
            command, env={**os.environ, **told}, stderr=subprocess.PIPE, text=True
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def batches(data: Path) -> dict[str, list[ObservationsRecorded]]:
    """The batches of the ledger, by the spool that they came from."""
    found: dict[str, list[ObservationsRecorded]] = {}
    with closing(Ledger(data / "ledger.db", NAMES, lambda: 0)) as ledger:
        for entry in ledger.since(0, limit=100_000):
            if isinstance(entry.fact, ObservationsRecorded):
                found.setdefault(entry.stream.split(":")[2], []).append(entry.fact)
    return found


def slots(data: Path, spool: str | None = None) -> list[Slot]:
    """The slots of which the ledger holds a row, of one spool or of all."""
    with closing(Ledger(data / "ledger.db", NAMES, lambda: 0)) as ledger:
        facts = [entry.fact for entry in ledger.stream("assignment:agent-local")]
    asked = next((fact for fact in facts if isinstance(fact, AgentAssigned)), None)
    if asked is None:
        return []
    rows: list[Slot] = []
    for name, own in batches(data).items():
        for batch in own if spool in (None, name) else ():
            missing = {(slot.due, slot.probe) for slot in batch.missing}
            rows += [s for s in asked.plan(batch.begin, batch.end) if s not in missing]
    return rows


def counted(data: Path) -> int:
    """How many results figures are made of."""
    with House(data) as house:
        house.refresh()
        return sum(line.count for line in house.reading.observations(None, None, None, 1_000_000))


def runs_told(data: Path) -> int:
    """How many results metrics and lists tell of."""
    with House(data) as house:
        house.refresh()
        lines = house.reading.probes(time.time_ns() // 1_000)
        return sum(count for line in lines for count in line.runs.values())


def alarms(data: Path, inside: Callable[..., Any]) -> list[str]:
    """The kinds of what operations are told about the agent."""
    listed = inside(data, "agent", "list", "--json")
    (line,) = json.loads(listed.stdout)
    return [each["kind"] for each in line["alarms"]]


def until_rows_arrive(data: Path, until: Callable[..., Any], rows: int = 6) -> None:
    wanted = len(slots(data)) + rows
    until(lambda: len(slots(data)) >= wanted)


def ended(process: subprocess.Popen[str]) -> str:
    """End an agent as a service manager does; what it said."""
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=30)[1]


def test_a_restored_backup_gets_again_what_it_lacks_and_counts_nothing_twice(
    house: Path, up: Any, slamon: Callable[..., Any], until: Callable[..., Any], tmp_path: Path
) -> None:
    centre = up()
    until_rows_arrive(house, until)
    kept = tmp_path / "kept.db"
    assert slamon(house, "ledger", "backup", kept).returncode == 0
    until_rows_arrive(house, until, 12)
    assert centre.stopped() == 0
    before = slots(house)

    put_back = slamon(house, "ledger", "restore", kept, "--replace", "--as", "operations")
    assert put_back.returncode == 0, put_back.stderr
    assert set(slots(house)) < set(before)
    centre = up()
    until(lambda: set(slots(house)) > set(before))
    page = centre.page("/agents")
    assert "Handed in again what a restored backup lacked" in page
    assert f"slamon/{version('slamon')}" in page
    assert centre.stopped() == 0

    after = slots(house)
    assert len(after) == len(set(after))
    assert counted(house) == len(after)
    assert len(batches(house)) == 1
    assert "went on from a backup" in (house / "agent.log").read_text()


def test_a_copied_machine_is_refused_told_and_given_a_spool_of_its_own(
    house: Path,
    up: Any,
    agent: Agent,
    inside: Callable[..., Any],
    until: Callable[..., Any],
    tmp_path: Path,
) -> None:
    centre = up()
    until_rows_arrive(house, until)
    assert centre.stopped() == 0
    copy = Path(shutil.copy(house / "spool.db", tmp_path / "copy.db"))
    centre = up()
    until_rows_arrive(house, until)

    clone = agent(centre.url, copy)
    until(lambda: set(alarms(house, inside)) & {"other_content"})
    ready = httpx.get(f"{centre.url}/readyz")
    assert ready.status_code == 503
    assert "two write one spool" in ready.text
    assert "python -m probes --new-spool" in ready.text
    assert 'slamon_agent_alarms{agent="agent-local",kind="other_content"} 1.0' in centre.page(
        "/metrics"
    )
    time.sleep(2)  # it goes on probing, into its own spool
    said = ended(clone)
    assert "pushing has stopped" in said
    with closing(sqlite3.connect(copy)) as db:
        (waiting,) = db.execute("select count(*) from batch where acknowledged is null").fetchone()
    assert waiting > 0

    renewed = agent(centre.url, copy, "--new-spool")
    assert renewed.communicate(timeout=20)[1] == ""
    clone = agent(centre.url, copy)
    until(lambda: len(batches(house)) == 2)
    until_rows_arrive(house, until, 18)
    assert "pushing has stopped" not in ended(clone)
    assert centre.stopped() == 0

    first, second = (set(slots(house, spool)) for spool in batches(house))
    assert first & second, "both asked at the same instants"
    assert counted(house) == runs_told(house) == len(first | second)


def test_an_agent_installed_anew_goes_on_and_its_lost_spool_is_told(
    house: Path, up: Any, inside: Callable[..., Any], until: Callable[..., Any]
) -> None:
    centre = up()
    until_rows_arrive(house, until)
    assert centre.stopped() == 0
    assert alarms(house, inside) == []
    for file in house.glob("spool.db*"):
        file.unlink()

    centre = up()
    until_rows_arrive(house, until)
    assert centre.stopped() == 0

    (_, old), (_, new) = batches(house).items()
    assert new[0].begin >= old[-1].end
    seen = {index for _, index in slots(house, list(batches(house))[1])}
    assert seen == {edge.probe for batch in new for edge in batch.edges}
    assert alarms(house, inside) == ["new_spool"]
    assert counted(house) == len(slots(house))


def test_a_batch_from_the_future_is_set_aside_listed_and_holds_up_nothing(
    house: Path, up: Any, inside: Callable[..., Any], until: Callable[..., Any]
) -> None:
    centre = up()
    until_rows_arrive(house, until)
    ahead = 2 * 86_400_000_000
    (own,) = batches(house).values()
    tomorrow = own[0].later(ahead)
    day = time.strftime("%Y-%m-%d", time.gmtime(tomorrow.begin // 1_000_000))
    key = {"Authorization": f"Bearer {(house / 'agent.key').read_text().strip()}"}
    place = f"{centre.url}/api/v1/agents/agent-local/batches/other/{day}/1"

    answer = httpx.post(place, content=tomorrow.to_bytes(), headers=key)

    assert answer.status_code == 200
    assert "which had not come when it was received" in answer.json()["quarantined"]
    until_rows_arrive(house, until)
    (aside,) = json.loads(inside(house, "agent", "quarantine", "--json").stdout)
    assert (aside["agent"], aside["released"]) == ("agent-local", False)
    refused = inside(
        *(house, "agent", "release", str(aside["position"])),
        *("--reason", "to see", "--as", "operations"),
    )
    assert (refused.returncode, "had not come" in refused.stderr) == (1, True)
    assert centre.stopped() == 0
    assert counted(house) == len(slots(house))


def test_two_agents_with_one_key_are_told_by_their_turns(
    house: Path, up: Any, agent: Agent, inside: Callable[..., Any], until: Callable[..., Any]
) -> None:
    centre = up()
    until_rows_arrive(house, until)

    other = agent(centre.url, house.parent / "other.db")
    until(lambda: "two_runs" in alarms(house, inside))
    ended(other)
    assert centre.stopped() == 0

    assert counted(house) == len(set(slots(house)))
