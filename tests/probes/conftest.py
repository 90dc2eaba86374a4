"""Servers on loopback that behave as told, for probes to ask."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import pytest

from probes.centre import ASSIGNMENT_UNKNOWN, FINAL, OUT_OF_ORDER
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.health import AgentHealth
from probes.observation import Observation
from probes.pausing import ProbePaused, ProbeResumed
from probes.prober import ask
from probes.spec import AgentAssigned, ProbeSpec, ProbingInterrupted
from probes.tls import TlsContext

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., contextlib.AbstractAsyncContextManager[int]]


@contextlib.asynccontextmanager
async def _served(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    talks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(one(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await asyncio.sleep(0.01)  # let the aborted transports be taken down


@pytest.fixture
def serve() -> Serve:
    """Serve a talk on a free loopback port for the length of a `with`."""
    return _served


async def _heard(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


@pytest.fixture
def replying() -> Callable[[bytes], Talk]:
    """Make the talk of a web server that always says the same and hangs up."""

    def make(reply: bytes) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _heard(reader)
            writer.write(reply)
            await writer.drain()

        return talk

    return make


@pytest.fixture
def routing() -> Callable[[dict[str, bytes], list[bytes]], Talk]:
    """Make the talk of a web server with a reply per path; requests are noted in the list."""

    def make(pages: dict[str, bytes], asked: list[bytes]) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await _heard(reader)
            asked.append(request)
            writer.write(pages[request.split(b" ")[1].decode()])
            await writer.drain()

        return talk

    return make


@pytest.fixture
def resetting() -> Talk:
    """The talk of a server that resets each connection after hearing something."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return talk


@pytest.fixture
def silent() -> Talk:
    """The talk of a server that accepts and never says a word."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass

    return talk


@pytest.fixture
def closed_port() -> int:
    """A loopback port on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture
def observe(serve: Serve) -> Callable[..., Observation]:
    """Serve a talk, ask it once by the specification made for its port, and return what was seen."""

    def seen(
        talk: Talk,
        spec: Callable[[int], ProbeSpec],
        *,
        served_with: ssl.SSLContext | None = None,
        trusting: TlsContext | None = None,
        allow: str = "127.0.0.0/8, ::1",
    ) -> Observation:
        async def once() -> Observation:
            surroundings = Surroundings(networks(allow), tls=trusting or TlsContext())
            async with serve(talk, served_with) as port:
                return await ask(spec(port), surroundings)

        return asyncio.run(once())

    return seen


class TinyCentre(ThreadingHTTPServer):
    """A centre of one agent: gives the assignment, keeps batches by stream and sequence."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), TinyCentreTalk)
        self.assignment: AgentAssigned | None = None
        self.batches: dict[tuple[str, str, int], bytes] = {}
        self.interruptions: list[ProbingInterrupted] = []
        self.healths: list[AgentHealth] = []
        self.gaps_answered = 200
        self.pauses: list[ProbePaused | ProbeResumed] = []
        self.pauses_answered = 204
        self.pauses_told = 200
        self.asked = 0
        self.lose_answers = 0
        self.refuse_with: list[tuple[int, dict[str, str]]] = []
        self.wait_header = ""
        self.quarantines: set[int] = set()
        self.ledger: str | None = None
        self.clock_ahead = 0
        self.forget_assignment = False
        self.knows_another_assignment = False
        self.final: list[int] = []
        self.stands_there = True  # or else something that stands before it answers everybody
        self.breaks_off = False

    def lost_after(self, day: str, sequence: int) -> None:
        """Forget batches, as a backup does that is older."""
        for key in [key for key in self.batches if key[1] == day and key[2] > sequence]:
            del self.batches[key]

    def lasting(self) -> list[dict[str, object]]:
        """The pauses that nobody has ended."""
        found: dict[str, ProbePaused] = {}
        for fact in self.pauses:
            if isinstance(fact, ProbePaused):
                found[fact.probe] = fact
            else:
                found.pop(fact.probe, None)
        return [json.loads(each.model_dump_json()) for each in found.values()]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class TinyCentreTalk(BaseHTTPRequestHandler):
    server: TinyCentre
    protocol_version = "HTTP/1.1"

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        self.server.asked += 1
        if self.headers["Authorization"] != "Bearer key-1":
            self.answer(401)
            return False
        return True

    def do_GET(self) -> None:
        assignment = self.server.assignment
        _, _, _, _, _, what, *key = self.path.split("/")
        if what == "batches":
            held = sum(1 for each in self.server.batches if list(each[:2]) == key)
            self.answer(200, b'{"recorded": %d}' % held)
            return
        if what == "pauses":
            status = self.server.pauses_told
            self.answer(status, json.dumps(self.server.lasting()).encode())
            return
        assert self.path == "/api/v1/agents/agent-1/assignment"
        if assignment is None:
            self.answer(404)
        elif self.headers["If-None-Match"] == f'"{assignment.version}"':
            self.answer(304)
        else:
            self.answer(200, assignment.model_dump_json().encode(), f'"{assignment.version}"')

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        _, _, _, _, _, what, *key = self.path.split("/")
        if what in {"interruptions", "health", "pauses", "resumptions"}:
            self.told(what, body)
            return
        if what == "assignments" and self.server.knows_another_assignment:
            self.answer(409)
            return
        if what == "assignments":
            self.server.forget_assignment = False
            self.answer(204)
            return
        if self.server.refuse_with:
            self.answer(*self.server.refuse_with.pop(0))
            return
        if self.headers[FINAL] == "yes":
            self.server.final.append(int(key[2]))
        elif self.server.forget_assignment:
            self.answer(409, {"type": ASSIGNMENT_UNKNOWN})
            return
        spool, day, sequence = key
        held = sum(1 for each in self.server.batches if each[:2] == (spool, day))
        if int(sequence) > held + 1:
            self.answer(409, {"type": OUT_OF_ORDER, "expected": held + 1})
            return
        known = self.server.batches.setdefault((spool, day, int(sequence)), body)
        if self.server.lose_answers > 0:
            self.server.lose_answers -= 1
            self.close_connection = True
        elif known == body:
            aside = {"quarantined": "it was"} if int(sequence) in self.server.quarantines else {}
            self.answer(200, {"acknowledged": int(sequence), "position": 1, **aside})
        else:
            self.answer(409, b'{"title": "conflict"}')

    def told(self, what: str, body: bytes) -> None:
        if what == "health":
            self.server.healths.append(AgentHealth.model_validate_json(body))
            self.answer(204)
            return
        if what != "interruptions":
            kind = ProbePaused if what == "pauses" else ProbeResumed
            if self.server.pauses_answered == HTTPStatus.NO_CONTENT:
                self.server.pauses.append(kind.model_validate_json(body))
            self.answer(self.server.pauses_answered)
            return
        gap = ProbingInterrupted.model_validate_json(body)
        if self.server.gaps_answered == HTTPStatus.OK and gap not in self.server.interruptions:
            self.server.interruptions.append(gap)
        self.answer(self.server.gaps_answered)

    def answer(
        self, status: int, body: bytes | Mapping[str, object] = b"", etag: str | None = None
    ) -> None:
        self.close_connection = True
        if not isinstance(body, bytes):
            body = json.dumps(dict(body)).encode()
        self.send_response(status)
        if self.server.ledger is not None:
            self.send_header("Slamon-Ledger", self.server.ledger)
        now = time.time_ns() // 1000 + self.server.clock_ahead
        if self.server.stands_there:
            self.send_header("Slamon-Received-At", str(now))
        if self.server.wait_header and status in {429, 503}:
            self.send_header("Retry-After", self.server.wait_header)
        if etag is not None:
            self.send_header("ETag", etag)
        more = 100 if self.server.breaks_off else 0
        self.send_header("Content-Length", str(len(body) + more))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@contextlib.contextmanager
def _in_thread(server: HTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def centre() -> Iterator[TinyCentre]:
    """A running centre that knows agent-1 by key-1."""
    server = TinyCentre()
    with _in_thread(server):
        yield server


@pytest.fixture
def start(tmp_path: Path, centre: TinyCentre) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the agent on the spool of this test; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def agent(**more: str) -> subprocess.Popen[str]:
        settings = {
            "SLAMON_AGENT_ID": "agent-1",
            "SLAMON_AGENT_KEY": "key-1",
            "SLAMON_CENTRE": centre.url,
            "SLAMON_AGENT_ALLOW": "127.0.0.0/8",
            "SLAMON_SPOOL": str(tmp_path / "spool.db"),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "probes"],
            env=os.environ | settings | more,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield agent
    for process in started:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


class Target(ThreadingHTTPServer):
    """A web page that answers with `status`, after `delay` seconds."""

    daemon_threads = True
    status = 200
    delay = 0.0
    asked = 0
    retry_after: str | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), TargetTalk)


class TargetTalk(BaseHTTPRequestHandler):
    server: Target

    def do_GET(self) -> None:
        self.server.asked += 1
        time.sleep(self.server.delay)
        self.send_response(self.server.status)
        if self.server.retry_after is not None:
            self.send_header("Retry-After", self.server.retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def target() -> Iterator[Target]:
    """A running web page whose status can be changed."""
    server = Target()
    with _in_thread(server):
        yield server


@pytest.fixture
def python_server() -> Iterator[Callable[[str], int]]:
    """Run the source of a server in a process of its own, which prints its port; ended with the test."""
    with contextlib.ExitStack() as ending:

        def run(source: str) -> int:
            process = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE)
            ending.callback(process.wait)
            ending.callback(process.kill)
            assert process.stdout is not None
            ending.enter_context(process.stdout)
            return int(process.stdout.readline())

        yield run
