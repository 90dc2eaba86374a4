"""A centre that does nothing but hand out one assignment and keep what it is handed in, to be looked at later."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from probes.batch import NO_LATENCY, ObservationsRecorded
from probes.centre import RECEIVED
from probes.spec import AgentAssigned

KEY = "benchmark-key"


class HandIn(ThreadingHTTPServer):
    """Gives the assignment, and keeps batches."""

    daemon_threads = True

    def __init__(self, assignment: AgentAssigned) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.assignment = assignment
        self.body = assignment.model_dump_json(by_alias=True).encode()
        self.batches: dict[str, bytes] = {}

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def results(self, begin: int, end: int) -> Results:
        """What was handed in of the slots due in `[begin, end)` (µs)."""
        return Results(self.assignment, [*self.batches.values()], begin, end)


class Results:
    """Rows of a span by instant and probe, each with its lateness in ms; how many had no latency, suspect as it was."""

    def __init__(self, assigned: AgentAssigned, batches: list[bytes], begin: int, end: int) -> None:
        self.expected = assigned.plan(begin, end)
        self.rows: list[tuple[int, int]] = []
        self.lateness: list[int] = []
        self.suspect = 0
        for data in batches:
            batch = ObservationsRecorded.from_bytes(data)
            missing = {(each.due, each.probe) for each in batch.missing}
            present = [s for s in assigned.plan(batch.begin, batch.end) if s not in missing]
            for slot, late, took in zip(present, batch.lateness, batch.latency, strict=True):
                if begin <= slot[0] < end:
                    self.rows.append(slot)
                    self.lateness.append(late)
                    self.suspect += took == NO_LATENCY


class _Talk(BaseHTTPRequestHandler):
    server: HandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.endswith("/assignment"):
            same = self.headers["If-None-Match"] == '"1"'
            self._answer(304 if same else 200, b"" if same else self.server.body, '"1"')
        else:
            self._answer(200, b"[]")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "/batches/" in self.path:
            self.server.batches[self.path] = body
            self._answer(200, b'{"acknowledged": 1, "position": 1}')
        else:
            self._answer(204)

    def _answer(self, status: int, body: bytes = b"", etag: str | None = None) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header(RECEIVED, str(time.time_ns() // 1000))
        if etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for the figures."""


@contextmanager
def hand_in(assignment: AgentAssigned) -> Iterator[HandIn]:
    """Run it for the length of a `with`."""
    server = HandIn(assignment)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
