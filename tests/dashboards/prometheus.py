"""A real Prometheus on loopback that scrapes one target every second."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

PATIENCE = 20.0
OWN_LABELS = {"__name__", "instance", "job"}


class Prometheus:
    """A Prometheus of our own, stopped by its own handle."""

    def __init__(self, program: str, folder: Path, target: str) -> None:
        """Start it to scrape `host:port`."""
        config = {
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [{"job_name": "slamon", "static_configs": [{"targets": [target]}]}],
        }
        (folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
        self._address = f"127.0.0.1:{_free_port()}"
        self._process = subprocess.Popen(
            [
                program,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self._address}",
                "--log.level=error",
            ]
        )

    def stop(self) -> None:
        """Stop it, and wait until it has."""
        self._process.terminate()
        self._process.wait()

    def ask(self, expr: str) -> dict[str, float]:
        """The newest values of an expression, by labels as text."""
        address = f"http://{self._address}/api/v1/query?{urlencode({'query': expr})}"
        with urlopen(address) as answer:
            series = json.load(answer)["data"]["result"]
        return {_labels(each["metric"]): float(each["value"][1]) for each in series}

    def wait_for_a_scrape(self, after: float = 0.0) -> None:
        """Wait for a scrape that began after an instant (s UTC)."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if max(self.ask("timestamp(slamon_build_info)").values(), default=0.0) > after:
                    return
            except URLError:
                pass  # not listening yet
            time.sleep(0.1)
        message = f"prometheus has not scraped within {PATIENCE} s"
        raise AssertionError(message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _labels(metric: Mapping[str, str]) -> str:
    shown = sorted((name, value) for name, value in metric.items() if name not in OWN_LABELS)
    return " ".join(f"{name}={value}" for name, value in shown)
