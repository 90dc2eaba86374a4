"""Agents of other machines: each at its place by a key of its own, judged together, and nothing of them is lost."""

from __future__ import annotations

import base64
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import format_instant, parse_instant
from probes.batch import ObservationsRecorded
from probes.conditions.lines import BannerMatches
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment
from probes.specs.lines import TcpSpec
from probes.specs.web import BasicAuth, HttpSpec
from slamon.app import agents, enrolment
from slamon.cli.house import House, now
from slamon.demo.certificate import issue
from slamon.history import NAMES
from slamon.ledger.store import Ledger

SECOND = 1_000_000
PLACES = {"bonn": "loc-bonn", "vienna": "loc-vienna"}
CENTRE = Path(__file__).with_name("centre.py")

SET = """\
providers:
- {id: host, role: provider, name: {en: Host, fr: Hôte, es: Anfitrión}, prov: {_: I}}
services:
- {id: svc-web, name: {en: Web, fr: Web, es: Web}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {_: I}}
locations:
- {id: loc-bonn, name: {en: Bonn, fr: Bonn, es: Bonn}, prov: {_: I}}
- {id: loc-vienna, name: {en: Vienna, fr: Vienne, es: Viena}, prov: {_: I}}
service_hours:
- {id: always, tz: UTC, weekdays: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00",
   holidays: null, prov: {_: I}}
agreements:
- id: sla-web
  kind: sla
  name: {en: Web, fr: Web, es: Web}
  customer: host
  provider: host
  tz: UTC
  state: in_force
  signed_on: null
  in_force: {from: 2026-01-01, to: null}
  recommendations: []
  measurement_rules: {down_after: 1, failing: consecutive, outage_starts: first_failure, up_after: 1,
    locations: [loc-bonn, loc-vienna], quorum: 2, rounding: truncate_2}
  objectives:
  - {id: o1, service: svc-web, indicator: availability, target: "99.00", period: calendar_month,
     service_hours: always, data: [prb-web], remedy: {kind: review_item, after_periods: 1}}
  prov: {_: I}
defaults: {interval: PT10S, timeout: PT2S, prov: {_: I}}
probes:
- {id: prb-web, kind: tcp, service: svc-web, banner: '^220 ', target: '127.0.0.1:PORT',
   demo_target: '127.0.0.1:PORT', prov: {_: I}}
MORE
"""
MORE = (
    "- {{id: prb-{n:02}, kind: tcp, service: svc-web, banner: '^220 ', target: '127.0.0.1:PORT',"
    " demo_target: '127.0.0.1:PORT', prov: {{_: I}}}}"
)


@pytest.fixture
def data(target: int, tmp_path: Path, inside: Callable[..., Any]) -> Path:
    """A data folder with an agreement that says down only what is seen from two places."""
    documents, folder = tmp_path / "web", tmp_path / "data"
    documents.mkdir()
    more = "\n".join(MORE.format(n=n) for n in range(20))
    text = SET.replace("MORE", more).replace("PORT", str(target))
    (documents / "web.yaml").write_text(text, "utf-8")
    applied = inside(folder, "catalogue", "apply", documents, "--yes", "--as", "operations")
    assert applied.returncode == 0, applied.stderr
    return folder


Begin = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Start a Python program of ours with an environment; it is killed if it still runs at the end."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(*command: object, **told: str) -> subprocess.Popen[bytes]:
        ours = {n: value for n, value in os.environ.items() if not n.startswith("SLAMON_")}
        with (tmp_path / f"said-{len(begun)}.txt").open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, *map(str, command)], env={**ours, **told}, stdout=said, stderr=said
            )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def enrolled(data: Path, probes: dict[str, tuple[AssignedProbe, ...]]) -> None:
    """Let agents in by keys that are their names, and tell each what to ask."""
    with House(data) as house:
        for agent, asked in probes.items():
            place = PLACES[agent]
            enrolment.enrol(
                *(house.ledger, agent, place, agent),
                locations=[place],
                taken={},
                known=house.ledger.position(),
                renew=False,
                actor="ann",
            )
            agents.assign(house.ledger, agent, asked, location=place, actor="slamon")


def surroundings(agent: str, url: str, tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        "SLAMON_AGENT_ID": agent,
        "SLAMON_AGENT_KEY": agent,
        "SLAMON_CENTRE": url,
        "SLAMON_AGENT_ALLOW": "127.0.0.0/8",
        "SLAMON_SPOOL": str(tmp_path / f"spool-{agent}.db"),
        **more,
    }


def recorded(data: Path, agent: str) -> list[tuple[str, int, ObservationsRecorded]]:
    """Stream, number and content of what the ledger holds of an agent."""
    with closing(Ledger(data / "ledger.db", NAMES, lambda: 0)) as ledger:
        return [
            (entry.stream, entry.version, entry.fact)
            for entry in ledger.since(0, limit=100_000)
            if isinstance(entry.fact, ObservationsRecorded) and entry.stream.split(":")[1] == agent
        ]


def stopped(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    return process.wait(30)


class Doors(ThreadingHTTPServer):
    """A web page that is closed to those who are named, and open to all others."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.closed_to: set[str] = set()


class Door(BaseHTTPRequestHandler):
    server: Doors

    def do_GET(self) -> None:
        given = base64.b64decode(self.headers["Authorization"].partition(" ")[2])
        who = given.decode().partition(":")[0]
        self.send_response(503 if who in self.server.closed_to else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def doors() -> Iterator[Doors]:
    server = Doors()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_down_from_one_place_only_is_no_outage_where_two_were_agreed(
    data: Path, doors: Doors, begin: Begin, tmp_path: Path, until: Callable[..., Any]
) -> None:
    spec = HttpSpec(
        url=f"http://127.0.0.1:{doors.server_address[1]}/",
        timeout=SECOND // 2,
        basic=BasicAuth(user="env:WHO", password="env:WHO"),
    )
    asked = AssignedProbe(
        probe="prb-web",
        service="svc-web",
        spec=spec,
        phase=0,
        segments=(Segment(interval=SECOND // 2),),
    )
    enrolled(data, dict.fromkeys(PLACES, (asked,)))
    port = free_port()
    begin(CENTRE, data, port)
    until(lambda: answers(port))
    measuring = [
        begin("-m", "probes", **surroundings(each, f"http://127.0.0.1:{port}", tmp_path, WHO=each))
        for each in PLACES
    ]
    until(lambda: all(recorded(data, agent) for agent in PLACES))

    doors.closed_to = {"vienna"}
    time.sleep(1.5)
    since = now()
    doors.closed_to = {"vienna", "bonn"}
    time.sleep(1.5)
    doors.closed_to = {"vienna"}
    before = now()
    time.sleep(1.5)
    assert [stopped(each) for each in measuring] == [0, 0]

    with House(data) as house:
        house.refresh()
        judged = house.reading.judge("sla-web", format_instant(before)[:7], now())
    assert judged is not None
    (outage,) = judged.objectives[0].outages
    assert outage.locations == ("loc-bonn", "loc-vienna")
    assert outage.to is not None
    begun, over = parse_instant(outage.from_), parse_instant(outage.to)
    under_way = SECOND // 2  # what was asked just before may have been answered just after
    assert since - under_way <= begun < before - under_way <= over


class Losing:
    """Stands before a centre, and loses a part of its answers after they were given."""

    def __init__(self, port: int, share: float) -> None:
        self._to = port
        self.share = share
        self._chance = random.Random(7)
        self.lost = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            with visitor:
                self._pass_on(visitor)

    def _pass_on(self, visitor: socket.socket) -> None:
        """Carry one request and its answer; the courier asks for one thing at a time."""
        visitor.settimeout(5)
        try:
            with socket.create_connection(("127.0.0.1", self._to), 5) as centre:
                centre.sendall(_message(visitor))
                answer = _message(centre)
        except OSError:
            return
        if self._chance.random() < self.share:
            self.lost += 1
            return
        visitor.sendall(answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def _message(source: socket.socket) -> bytes:
    """One message of HTTP with its body."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += _some(source)
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(
        (
            int(line[15:])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += _some(source)
    return head + b"\r\n\r\n" + body


def _some(source: socket.socket) -> bytes:
    if not (part := source.recv(65_536)):
        raise ConnectionError("the other end is closed")
    return part


@pytest.fixture
def losing() -> Iterator[Callable[[int, float], Losing]]:
    begun: list[Losing] = []

    def start(port: int, share: float) -> Losing:
        begun.append(Losing(port, share))
        return begun[-1]

    yield start
    for each in begun:
        each.close()


@pytest.mark.parametrize(
    ("seconds", "share"),
    [
        pytest.param(1.0, 0.2, id="for seconds, one answer of five lost"),
        pytest.param(
            60.0, 0.05, id="for minutes, one answer of twenty lost", marks=pytest.mark.soak
        ),
    ],
)
@pytest.mark.timeout(300)
def test_a_centre_that_is_killed_twice_under_push_has_all_of_it_once(
    *,
    data: Path,
    target: int,
    begin: Begin,
    losing: Callable[[int, float], Losing],
    tmp_path: Path,
    until: Callable[..., Any],
    seconds: float,
    share: float,
) -> None:
    asked = tuple(
        AssignedProbe(
            probe=f"prb-{n:02}",
            spec=TcpSpec(host="127.0.0.1", port=target, timeout=SECOND // 4),
            phase=n * SECOND // 40,
            segments=(Segment(interval=SECOND // 2),),
        )
        for n in range(19)
    )
    enrolled(data, {"vienna": _expecting_a_greeting(asked)})
    port = free_port()
    between = losing(port, share)
    centre = begin(CENTRE, data, port)
    until(lambda: answers(port))
    told = surroundings("vienna", f"http://127.0.0.1:{between.port}", tmp_path)
    agent = begin("-m", "probes", **told)

    for _ in range(2):
        known = len(recorded(data, "vienna"))
        until(lambda known=known: len(recorded(data, "vienna")) > known)
        time.sleep(seconds)
        centre.kill()
        centre.wait()
        time.sleep(0.5)
        centre = begin(CENTRE, data, port)
        until(lambda: answers(port))
    time.sleep(seconds)
    between.share = 0.0
    assert stopped(agent) == 0  # it hands in what was left

    assert between.lost > 0
    held = {(s, v): sha256(fact.stored).hexdigest() for s, v, fact in recorded(data, "vienna")}
    assert held == _kept(tmp_path / "spool-vienna.db")
    _assert_each_slot_is_told_once(data)


def _expecting_a_greeting(asked: tuple[AssignedProbe, ...]) -> tuple[AssignedProbe, ...]:
    greeted = (BannerMatches(pattern="^220 "),)
    return tuple(
        each.model_copy(update={"spec": each.spec.model_copy(update={"conditions": greeted})})
        for each in asked
    )


def _kept(spool: Path) -> dict[tuple[str, int], str]:
    """What the spool keeps of what it handed in: the same numbers, the same bytes."""
    with closing(sqlite3.connect(spool)) as rows:
        (waiting,) = rows.execute(
            "select count(*) from batch where acknowledged is null"
        ).fetchone()
        assert waiting == 0
        return {
            (f"observations:vienna:{name}:{day}", number): sha256(data).hexdigest()
            for name, day, number, data in rows.execute(
                "select spool, day, sequence, bytes from batch"
            )
        }


def _assert_each_slot_is_told_once(data: Path) -> None:
    """Batches follow each other without a gap or an overlap; what is missing is explained."""
    with closing(Ledger(data / "ledger.db", NAMES, lambda: 0)) as ledger:
        assigned = agents.assignment(ledger, "vienna", 1)
        told = [entry.fact for entry in ledger.stream("interruptions:vienna")]
    assert isinstance(assigned, AgentAssigned)
    batches = sorted((fact for _, _, fact in recorded(data, "vienna")), key=lambda b: b.begin)
    assert [b.begin for b in batches[1:]] == [b.end for b in batches[:-1]]
    due = assigned.plan(batches[0].begin, batches[-1].end)
    missing = [slot.due for batch in batches for slot in batch.missing]
    assert sum(batch.rows for batch in batches) + len(missing) == len(due)
    explained = [(gap.from_, gap.to) for gap in told if isinstance(gap, ProbingInterrupted)]
    assert [at for at in missing if not any(a <= at < b for a, b in explained)] == []


def test_an_agent_goes_on_with_what_it_was_told_while_the_centre_is_away(
    data: Path, target: int, begin: Begin, tmp_path: Path, until: Callable[..., Any]
) -> None:
    asked = AssignedProbe(
        probe="prb-00",
        spec=TcpSpec(host="127.0.0.1", port=target, timeout=SECOND // 4),
        phase=0,
        segments=(Segment(interval=SECOND // 4),),
    )
    enrolled(data, {"vienna": _expecting_a_greeting((asked,))})
    port = free_port()
    centre = begin(CENTRE, data, port)
    until(lambda: answers(port))
    told = surroundings("vienna", f"http://127.0.0.1:{port}", tmp_path)
    first = begin("-m", "probes", **told)
    until(lambda: recorded(data, "vienna"))
    centre.kill()
    centre.wait()
    away_since = now()

    first.kill()
    first.wait()
    second = begin("-m", "probes", **told)  # knows no centre, and finds its list in the spool
    time.sleep(2.5)
    back_at = now()
    begin(CENTRE, data, port)
    until(lambda: recorded(data, "vienna")[-1][2].end > back_at)
    assert stopped(second) == 0

    seen = [b for _, _, b in recorded(data, "vienna") if away_since < b.begin and b.end < back_at]
    assert sum(batch.rows for batch in seen) >= 4
    _assert_each_slot_is_told_once(data)


def test_an_agent_is_enrolled_works_over_https_and_is_revoked(
    data: Path,
    command: Callable[..., Any],
    inside: Callable[..., Any],
    begin: Begin,
    tmp_path: Path,
    until: Callable[..., Any],
) -> None:
    identity = issue(now())
    for name, content in (("tls.pem", identity.certificate), ("tls.key", identity.key)):
        (tmp_path / name).write_bytes(content)
    secured = {
        "SLAMON_TLS_CERTIFICATE": str(tmp_path / "tls.pem"),
        "SLAMON_TLS_KEY": str(tmp_path / "tls.key"),
        "SLAMON_AGENT_ALLOW": "127.0.0.0/8",
    }
    command(data, "up", **secured)
    until((data / "address").exists)
    address = (data / "address").read_text()
    assert address.startswith("https://127.0.0.1:")

    done = inside(
        *(data, "agent", "enrol", "vienna", "--location", "loc-vienna"),
        *("--as", "ann", "--json"),
    )
    environment = json.loads(done.stdout)["environment"]
    assert environment["SLAMON_CENTRE"] == address
    key_file = tmp_path / "key"
    key_file.write_text(environment.pop("SLAMON_AGENT_KEY") + "\n")
    environment |= {
        "SLAMON_AGENT_KEY_FILE": str(key_file),
        "SLAMON_CENTRE_CA": str(tmp_path / "tls.pem"),
        "SLAMON_AGENT_ALLOW": "127.0.0.0/8",
        "SLAMON_SPOOL": str(tmp_path / "spool.db"),
    }
    agent = begin("-m", "probes", **environment)
    until(lambda: recorded(data, "vienna") and recorded(data, "agent-local"))

    listed = json.loads(inside(data, "agent", "list", "--json", **secured).stdout)
    told = {each["agent"]: each for each in listed}
    assert told["vienna"]["location"] == "loc-vienna"
    assert told["vienna"]["enrolled_at"]
    assert (told["vienna"]["contact"] or {}).get("wire") == 2

    revoked = inside(data, "agent", "revoke", "vienna", "--reason", "a test", "--as", "ann")
    assert revoked.returncode == 0
    held = len(recorded(data, "vienna"))
    time.sleep(2)
    assert stopped(agent) == 0
    assert len(recorded(data, "vienna")) == held > 0
