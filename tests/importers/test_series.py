"""Series of a real Prometheus become results: at whole steps, as comparisons say, and only from where it is allowed."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.request import urlopen

import pytest

from catalogue.instants import MINUTE, SECOND, parse_instant
from catalogue.kinds import KINDS
from catalogue.probing import Import
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.outcome import Outcome
from slamon.app.refused import Refused
from slamon.importers import series

BEGIN = parse_instant("2026-03-02T10:00:00Z")
HERE = Surroundings(networks("127.0.0.0/8"))
GOOD, DEGRADED, BAD, NONE = Outcome.GOOD, Outcome.DEGRADED, Outcome.BAD, Outcome.INCONCLUSIVE
RECORD: dict[str, Any] = {
    "id": "imp-prom",
    "service": "svc-web",
    "kind": "prometheus",
    "use": "observations",
    "url": "http://127.0.0.1:9/",
    "query": "probe_success",
    "step": "PT1M",
    "good": ">= 1",
    "degraded": ">0.4",
    "validity": "PT2M",
    "location": "loc-bonn",
    "prov": {"_": "I"},
}
VALUES = [1, 1, 0.5, 0, "NaN", 1]  # a minute apart


def record(**more: Any) -> Import:
    found = KINDS["import"].parse({**RECORD, **more})
    assert isinstance(found, Import)
    return found


def minutes(count: int) -> tuple[int, int]:
    return BEGIN, BEGIN + count * MINUTE


@pytest.fixture(scope="module")
def prometheus(
    program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A Prometheus that holds six minutes of two jobs and scrapes nothing; its URL."""
    folder = tmp_path_factory.mktemp("prometheus")
    lines = [
        f'probe_success{{job="{job}"}} {value} {BEGIN // SECOND + 60 * n}'
        for job in ("web", "mail")
        for n, value in enumerate(VALUES)
    ]
    text = "\n".join(["# TYPE probe_success gauge", *lines, "# EOF", ""])
    (folder / "history.txt").write_text(text)
    (folder / "prometheus.yml").write_text("{}")
    made = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "history.txt", "data"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    asked = (
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--storage.tsdb.retention.time=50y",
        f"--web.listen-address={address}",
        "--log.level=error",
    )
    with subprocess.Popen([program("prometheus"), *asked], cwd=folder) as process:
        try:
            _wait_for(address)
            yield f"http://{address}"
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            with urlopen(f"http://{address}/-/ready"):
                return
        except OSError:
            time.sleep(0.1)
    message = f"{address} did not answer"
    raise AssertionError(message)


def test_each_step_is_a_result(prometheus: str) -> None:
    asked = record(url=prometheus, query='probe_success{job="web"}')

    found = series.read(asked, minutes(6), HERE)

    assert [(r.check, r.at - BEGIN, r.outcome) for r in found.results] == [
        ("imp-prom/svc-web", n * MINUTE, outcome)
        for n, outcome in enumerate([GOOD, GOOD, DEGRADED, BAD, NONE, GOOD])
    ]


def test_steps_are_the_same_wherever_a_span_begins(prometheus: str) -> None:
    asked = record(url=prometheus, query='probe_success{job="web"}')

    found = series.read(asked, (BEGIN + 7 * SECOND, BEGIN + 3 * MINUTE), HERE)

    assert [r.at - BEGIN for r in found.results] == [MINUTE, 2 * MINUTE]


def test_more_steps_than_one_answer_holds_are_asked_for_in_pieces(prometheus: str) -> None:
    asked = record(url=prometheus, query='probe_success{job="web"}', step="PT1S")

    found = series.read(asked, (BEGIN - 30_000 * SECOND, BEGIN + 2 * SECOND), HERE)

    assert [r.at - BEGIN for r in found.results] == [0, SECOND]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("probe_success", "gives 2 series", id="several series"),
        pytest.param("probe_success[", "answers 400", id="no query"),
    ],
)
def test_what_is_no_series_is_refused(prometheus: str, query: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        series.read(record(url=prometheus, query=query), minutes(6), HERE)


def test_an_address_that_is_not_permitted_is_not_asked(prometheus: str) -> None:
    with pytest.raises(Refused, match="cannot be asked"):
        series.read(record(url=prometheus), minutes(6), Surroundings())


@pytest.mark.parametrize("step", ["PT0.5S", "P1M", "PT0S"])
def test_a_step_is_a_whole_number_of_seconds(step: str) -> None:
    with pytest.raises(Refused, match="whole number of seconds"):
        series.read(record(step=step), minutes(6), HERE)


class Elsewhere(BaseHTTPRequestHandler):
    """Answers with what it was told to."""

    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        pytest.param(302, b"", "answers 302", id="a redirect is not followed"),
        pytest.param(200, b"<html>", "no answer of a Prometheus", id="a page is no answer"),
        pytest.param(
            200,
            json.dumps({"data": {"resultType": "scalar", "result": [0, "1"]}}).encode(),
            "Prometheus|series",
            id="a scalar is no series",
        ),
        pytest.param(
            200, b"x" * (16 * 1024 * 1024 + 1), "answers 200", id="nor is what never ends"
        ),
    ],
)
def test_other_answers_are_refused(status: int, body: bytes, said: str) -> None:
    handler = type("Handler", (Elsewhere,), {"status": status, "body": body})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(Refused, match=said):
            series.read(record(url=f"http://127.0.0.1:{server.server_port}"), minutes(6), HERE)
        thread.join()
