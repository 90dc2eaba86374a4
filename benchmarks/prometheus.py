"""A month of a fleet, judged by slamon and averaged by Prometheus.

Measured: 20 objective-months, from the stored bytes of `probe_day` and from the kept figures of days, with
service hours, an excluded window and confirmation (as in the benchmark `judge`). Baseline: a real Prometheus
that holds the same results, one sample a minute, and answers `avg_over_time(probe_success[30d])` for all
services: the plain average that it can give, without hours, exclusions or confirmation. It is asked over
loopback with its connection kept, ours in process; its averages are compared with the results before
anything is timed.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from benchmarks.figure import Figure, alternating, seconds
from benchmarks.judge import SERVICES, DifferentAnswerError, days_of, from_days, from_runs
from benchmarks.month import JUNE, Month, months
from probes.outcome import Outcome

QUERY = "avg_over_time(probe_success[30d])"
START_SECONDS = 60


class NotInstalledError(Exception):
    """A program of the Debian package `prometheus` is missing."""


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Milliseconds for a month of a fleet of twenty, from `probe_day` and from the kept figures of days."""
    fleet = [(month, days_of(month)) for month in months(2 if short else SERVICES)]
    ways: dict[str, Callable[[], object]] = {
        "probe_day": lambda: [from_runs(month) for month, _ in fleet],
        "kept days": lambda: [from_days(month, days) for month, days in fleet],
    }
    # Under the working folder: the folder for temporary files may be in memory.
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as folder:
        _write_blocks([month for month, _ in fleet], Path(folder))
        with _prometheus(Path(folder)) as connection:
            _compare([month for month, _ in fleet], _averages(connection))
            return [
                _figure(f"{len(fleet)} objective-months from {source}", short, way, connection)
                for source, way in ways.items()
            ]


def _figure(
    name: str,
    short: bool,  # noqa: FBT001  # handed on
    way: Callable[[], object],
    connection: HTTPConnection,
) -> Figure:
    ours, theirs = alternating(
        2 if short else 15,
        lambda: seconds(way) * 1000,
        lambda: seconds(lambda: _averages(connection)) * 1000,
    )
    return Figure(f"{name}, Prometheus as baseline", ours, "ms", theirs)


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        message = f"{name} is not installed; it is part of the Debian package prometheus"
        raise NotInstalledError(message)
    return path


def _write_blocks(fleet: list[Month], folder: Path) -> None:
    samples = folder / "samples.txt"
    with samples.open("w") as text:
        text.write("# TYPE probe_success gauge\n")
        for month in fleet:
            name = f'probe_success{{service="{month.terms.service}"}}'
            for at, outcome in month.results:
                text.write(f"{name} {int(outcome is Outcome.GOOD)} {at // 1_000_000}\n")
        text.write("# EOF\n")
    create_blocks(samples, folder / "data")


def create_blocks(samples: Path, data: Path) -> None:
    """Let Prometheus store samples in blocks of a week, as it keeps them in the end.

    Raises:
        NotInstalledError: the program that does it is missing.

    """
    command = [_program("promtool"), "tsdb", "create-blocks-from", "--max-block-duration=168h"]
    subprocess.run(  # noqa: S603  # our own arguments
        [*command, "openmetrics", str(samples), str(data)], check=True, capture_output=True
    )


@contextmanager
def _prometheus(folder: Path) -> Iterator[HTTPConnection]:
    """A Prometheus of its own on a free loopback port, stopped afterwards."""
    (folder / "empty.yml").write_text("{}\n")
    port = _free_port()
    command = [
        _program("prometheus"),
        f"--config.file={folder / 'empty.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603  # the same
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                _wait_until_ready(connection)
                yield connection
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(connection: HTTPConnection) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if _get(connection, "/-/ready")[0]:
                return
        except ConnectionError:
            connection.close()
        if time.monotonic() > deadline:
            message = f"Prometheus was not ready after {START_SECONDS} s"
            raise TimeoutError(message)
        time.sleep(0.1)


def _get(connection: HTTPConnection, path: str) -> tuple[bool, bytes]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status == 200, answer.read()  # noqa: PLR2004  # HTTP's word for yes


def _averages(connection: HTTPConnection) -> dict[str, float]:
    """The share of good results of each service, as Prometheus says it."""
    asked = urlencode({"query": QUERY, "time": JUNE.end // 1_000_000 - 1})
    _, body = _get(connection, f"/api/v1/query?{asked}")
    found = json.loads(body)["data"]["result"]
    return {each["metric"]["service"]: float(each["value"][1]) for each in found}


def _compare(fleet: list[Month], averages: dict[str, float]) -> None:
    for month in fleet:
        good = sum(outcome is Outcome.GOOD for _, outcome in month.results)
        share = good / len(month.results)
        if abs(averages.get(month.terms.service, 0) - share) > 1e-9:  # noqa: PLR2004  # its floats
            message = f"{month.terms.service}: {averages} against {share}"
            raise DifferentAnswerError(message)
