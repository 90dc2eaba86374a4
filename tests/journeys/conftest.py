"""Real slamon processes: a demonstration populated once per test run, copies of it, and houses of our own."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import pytest
from typer.testing import CliRunner

from slamon.cli.main import app

T = TypeVar("T")
SLAMON = Path(sys.executable).with_name("slamon")
PATIENCE = 60.0
LINK = re.compile(r"(http://127\.0\.0\.1:\d+)(/sign-in/\S+)")

SET = """\
providers:
- {{id: host, role: provider, name: {{en: Host, fr: Hôte, es: Anfitrión}}, prov: {{_: I}}}}
services:
- {{id: svc-web, name: {{en: Web, fr: Web, es: Web}}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {{_: I}}}}
locations:
- {{id: loc-bonn, name: {{en: Bonn, fr: Bonn, es: Bonn}}, prov: {{_: I}}}}
service_hours:
- {{id: always, tz: UTC, weekdays: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00",
   holidays: null, prov: {{_: I}}}}
agreements:
- id: sla-web
  kind: sla
  name: {{en: Web, fr: Web, es: Web}}
  customer: host
  provider: host
  tz: Europe/Berlin
  state: in_force
  signed_on: null
  in_force: {{from: 2026-01-01, to: null}}
  recommendations: []
  objectives:
  - {{id: o1, service: svc-web, indicator: availability, target: "99.00", period: calendar_month,
     service_hours: always, data: [prb-00], remedy: {{kind: review_item, after_periods: 1}}}}
  prov: {{_: I}}
defaults: {{interval: PT10S, timeout: PT2S, prov: {{_: I}}}}
probes:
{probes}
imports:
- {{id: imp-web, service: svc-web, kind: csv, use: observations, columns: {{observed_at: at, outcome: status}},
   values: {{up: good, down: bad}}, validity: PT1M, location: loc-bonn, tz: UTC, prov: {{_: I}}}}
"""
PROBE = (
    "- {{id: prb-{n:02}, kind: tcp, service: svc-web, banner: '^220 ',"
    " target: '127.0.0.1:{port}', demo_target: '127.0.0.1:{port}', prov: {{_: I}}}}"
)


def wait_until(asked: Callable[[], T], seconds: float = PATIENCE) -> T:
    """Ask until the answer is true; return it."""
    end = time.monotonic() + seconds
    while not (answer := asked()):
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.05)
    return answer


def environment(data: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command, with none of the caller's own settings of slamon."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SLAMON_")}
    return {**ours, "COLUMNS": "200", "SLAMON_DATA": str(data), "SLAMON_PORT": "0", **more}


def output_in(data: Path) -> Path:
    """Where a process that runs beside the test writes what it says."""
    return data / f"output-{time.monotonic_ns()}.txt"


class Running:
    """A slamon process of our own: where it answers, what it says, and its end by its own handle."""

    def __init__(self, command: str, data: Path, settings: Mapping[str, str]) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        self._output = output_in(data)
        began = time.monotonic()
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [SLAMON, *command.split()],
                env=environment(data, settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        ((self.url, path),) = wait_until(self._links)
        self.sign_in = self.url + path
        self.seconds_to_start = time.monotonic() - began
        self.work_to_start = self._work()

    def _work(self) -> float:
        """The seconds of processor time it has used: what a start costs, however busy the machine is."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _links(self) -> list[tuple[str, str]]:
        assert self.process.poll() is None, self.said()
        return LINK.findall(self.said())

    def said(self) -> str:
        """Everything it has said so far."""
        return self._output.read_text()

    def api(self, path: str, **query: str) -> Any:
        """An answer of the API, which must be a good one."""
        answer = httpx.get(f"{self.url}/api/v1{path}", params=query, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def closed(self, agreement: str, label: str) -> bool:
        """Whether a period is closed."""
        return label in self.api(f"/agreements/{agreement}")["closed_periods"]

    def folds(self) -> bool:
        """Whether it says that it folds."""
        answer = httpx.get(f"{self.url}/metrics", timeout=20)
        return "\nslamon_folding_up 1.0\n" in answer.text

    def readiness(self) -> tuple[int, list[str]]:
        """The status of `/readyz`, and what it says is not as it should be."""
        answer = httpx.get(f"{self.url}/readyz", timeout=20)
        return answer.status_code, answer.json()["reasons"]

    def page(self, path: str) -> str:
        """A page, which must be a good one."""
        answer = httpx.get(self.url + path, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.text

    def agent(self) -> int:
        """The process id of its agent, once that runs."""
        return int(wait_until(self._children)[0])

    def _children(self) -> list[str]:
        # Linux lists a child beside the thread that started it.
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return " ".join(each.read_text() for each in tasks).split()

    def killed(self) -> None:
        """Kill it without a warning."""
        self.process.kill()
        self.process.wait()

    def stopped(self) -> int:
        """Ask it to stop as a service manager does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(40)
        finally:
            self.killed()


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    return wait_until


@pytest.fixture
def started() -> Iterator[Callable[..., Running]]:
    """Start slamon processes; those that still run at the end are killed."""
    running: list[Running] = []

    def start(command: str, data: Path, **settings: str) -> Running:
        running.append(Running(command, data, settings))
        return running[-1]

    yield start
    for each in running:
        each.killed()


@pytest.fixture(scope="session")
def slamon() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command of slamon on a data folder."""

    def run(data: Path, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SLAMON, *arguments],
            env=environment(data, more),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def inside() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command of slamon in the process of the test: for what is only prepared or looked up with it."""

    def run(data: Path, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        told = environment(data, more)
        env: dict[str, str | None] = {**dict.fromkeys(os.environ), **told}
        done = CliRunner(env=env).invoke(app, [str(each) for each in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def command() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Begin a command of slamon; it is killed if it still runs at the end."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin(data: Path, *arguments: str | Path, **more: str) -> subprocess.Popen[bytes]:
        with output_in(data).open("wb") as output:
            process = subprocess.Popen(
                [SLAMON, *arguments],
                env=environment(data, more),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.wait()


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Keep the other workers of this test run waiting."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demonstration after its first start and a clean stop; made once for all workers.

    It is stopped when its duties have begun: they close what no reviewer closed, and are let end.
    """
    ours = tmp_path_factory.getbasetemp()
    shared = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    folder, note = shared / "populated", shared / "first-start"
    with alone(shared / "populated.lock"):
        if not note.exists():
            first = Running("demo", folder, {})
            wait_until(lambda: first.closed("sla-unv-2008", "2008-11"))
            assert first.stopped() == 0, first.said()
            note.write_text(str(first.seconds_to_start))
    return folder


@pytest.fixture
def copied(populated: Path, tmp_path: Path) -> Path:
    """A copy of the populated folder, to do with as one likes."""
    return Path(shutil.copytree(populated, tmp_path / "data"))


@pytest.fixture(scope="session")
def demo(populated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demonstration that runs, for tests that only look."""
    data = tmp_path_factory.mktemp("demo") / "data"
    nowhere = {"SLAMON_DATABASE": "postgresql://127.0.0.1:1/production"}  # it must do without
    running = Running("demo", Path(shutil.copytree(populated, data)), nowhere)
    yield running
    assert running.stopped() == 0, running.said()


@pytest.fixture(scope="session")
def last_month() -> str:
    """The last whole month in Bonn, which the demonstration closes in breach."""
    this = datetime.now(ZoneInfo("Europe/Berlin")).replace(day=1)
    return f"{this - timedelta(days=1):%Y-%m}"


@pytest.fixture
def target() -> Iterator[int]:
    """A port of loopback that greets every other visitor: changes are handed in at once."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def welcome() -> None:
            for greeting in cycle((b"220 hello\r\n", b"421 away\r\n")):
                try:
                    visitor, _ = listener.accept()
                except OSError:
                    return
                with visitor:
                    visitor.sendall(greeting)

        thread = threading.Thread(target=welcome)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def watched(target: int, tmp_path: Path, inside: Callable[..., Any]) -> Callable[..., Path]:
    """Make a data folder with an agreement, and that many probes that are due every ten seconds."""

    def make(probes: int, **settings: str) -> Path:
        documents, data = tmp_path / "web", tmp_path / "data"
        documents.mkdir()
        listed = "\n".join(PROBE.format(n=n, port=target) for n in range(probes))
        (documents / "web.yaml").write_text(SET.format(probes=listed))
        applying = ("catalogue", "apply", documents, "--yes", "--as", "operations")
        applied = inside(data, *applying, **settings)
        assert applied.returncode == 0, applied.stderr
        return data

    return make
