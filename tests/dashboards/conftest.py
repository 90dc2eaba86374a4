"""A real Prometheus that scrapes a real server of our metrics, both on loopback, both stopped by their own handle."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from pydantic import TypeAdapter

from slamon.metrics import CONTENT_TYPE, Standing, render

Query = Callable[[str], Mapping[str, float]]
PATIENCE = 20.0
OWN_LABELS = {"__name__", "instance", "job"}


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
def slamon_metrics_address(standing: Standing) -> Iterator[str]:
    """`host:port` that answers `/metrics`."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.end_headers()
            self.wfile.write(render(standing))

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
    folder = tmp_path_factory.mktemp("prometheus")
    config = {
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [
            {"job_name": "slamon", "static_configs": [{"targets": [slamon_metrics_address]}]}
        ],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
    address = f"127.0.0.1:{_free_port()}"
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--log.level=error",
    ]
    with subprocess.Popen(command) as server:
        try:
            _wait_for_a_scrape(address)
            yield lambda expr: _ask(address, expr)
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_a_scrape(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if _ask(address, "slamon_build_info"):
                return
        except URLError:
            pass  # not listening yet
        time.sleep(0.1)
    pytest.fail(f"prometheus has not scraped within {PATIENCE} s")


def _ask(address: str, expr: str) -> dict[str, float]:
    with urlopen(f"http://{address}/api/v1/query?{urlencode({'query': expr})}") as answer:
        series = json.load(answer)["data"]["result"]
    return {_labels(each["metric"]): float(each["value"][1]) for each in series}


def _labels(metric: Mapping[str, str]) -> str:
    shown = sorted((name, value) for name, value in metric.items() if name not in OWN_LABELS)
    return " ".join(f"{name}={value}" for name, value in shown)
