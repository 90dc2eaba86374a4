"""A real Prometheus that scrapes a real server of our metrics, both on loopback, both stopped by their own handle."""

from __future__ import annotations

import runpy
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from slamon.metrics import CONTENT_TYPE, Engine, Standing, render
from slamon.views.answers import LedgerStatus
from slamon.views.following import Pulse
from slamon.views.lag import Behind

Query = Callable[[str], Mapping[str, float]]


@pytest.fixture(scope="session")
def standing(tree: Path) -> Standing:
    """How things stand in tests/metrics/standing.json, with the web probe's newest result of this minute."""
    text = (tree / "tests/metrics/standing.json").read_text()
    scripted = TypeAdapter(Standing).validate_json(text)
    fresh = {"p-web": datetime.now(tz=UTC).isoformat()}
    probes = tuple(
        probe.model_copy(update={"last_at": fresh.get(probe.probe, probe.last_at)})
        for probe in scripted.probes
    )
    return replace(scripted, probes=probes)


@pytest.fixture(scope="session")
def exposed(standing: Standing) -> bytes:
    """What a scrape is told: how things stand, from views that are three facts behind."""
    status = LedgerStatus(ledger_id="l", epoch=1, position=120, view_position=117, recorded_at=None)
    views = {"all": Behind(117, 1_500_000), "latencies": Behind(80, 20_000_000)}
    return render(standing, Engine(status, views, standing.overview, Pulse("folding")))


@pytest.fixture(scope="session")
def slamon_metrics_address(exposed: bytes) -> Iterator[str]:
    """`host:port` that answers `/metrics`."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.end_headers()
            self.wfile.write(exposed)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named by the library
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.fixture(scope="session")
def query(
    slamon_metrics_address: str,
    program: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Query]:
    """Ask Prometheus for the newest values, by labels as text."""
    place = Path(__file__).with_name("prometheus.py")
    server = runpy.run_path(str(place))["Prometheus"](
        program("prometheus"), tmp_path_factory.mktemp("prometheus"), slamon_metrics_address
    )
    try:
        server.wait_for_a_scrape()
        yield server.ask
    finally:
        server.stop()
