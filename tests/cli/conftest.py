"""The commands in a data folder of their own, filled with the starter set of the digital editions."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from slamon.cli.house import Decisions, House, now
from slamon.cli.main import app
from slamon.web.access import Access
from slamon.web.app import build

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "digital-editions"
CLAUSES = """
  correction: {reason: "the clauses were forgotten"}
  exclusions:
  - {id: x1, kind: planned_maintenance, effect: remove_window, notice: P3D, notice_hours: bern-business-hours,
     max_per_month: PT4H}
"""
WINDOW = {
    "agreement": "sla-digital-editions",
    "clause": "x1",
    "service": "svc-parzival",
    "from": "2026-02-10T12:00",
    "to": "2026-02-10T18:00",
    "received-at": "2026-02-02T09:00",
    "evidence": "mail 4711",
    "reason": "new disks",
}
STYLE = re.compile(r"\x1b\[[0-9;]*m")
HEADER = "observed_at,service,status,http_code,response_ms\n"


@dataclass(frozen=True)
class Slamon:
    """The command line in a data folder; whoever decides is rita."""

    folder: Path

    def __call__(self, *arguments: object, answer: str | None = None) -> Result:
        """Run a command and give what it printed."""
        env = {"SLAMON_DATA": str(self.folder), "SLAMON_ACTOR": "rita"}
        return CliRunner(env=env).invoke(app, [str(a) for a in arguments], input=answer)

    def json(self, *arguments: object, code: int = 0) -> Any:
        """What a reading command prints for programs."""
        done = self(*arguments, "--json")
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    def position(self) -> int:
        """Where the ledger stands."""
        return int(self.json("ledger", "stats")["position"])


def _rows(*rows: tuple[str, str]) -> str:
    return HEADER + "".join(f"{at},parzival,{state},200,120\n" for at, state in rows)


@pytest.fixture(scope="session")
def rows() -> Callable[..., str]:
    """A file of observations of one service: (instant, state) after (instant, state)."""
    return _rows


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the documents applied and seven weeks of one service imported; nobody writes to it."""
    folder = tmp_path_factory.mktemp("filled")
    slamon = Slamon(folder / "var")
    assert slamon("catalogue", "apply", STARTER, "--yes").exit_code == 0
    days = [(f"2026-{m:02}-{d:02}T06:00:00Z", "up") for m in (2, 3) for d in range(1, 29)]
    outage = [("2026-02-10T09:00:00Z", "down"), ("2026-02-10T14:00:00Z", "up")]
    file = folder / "first.csv"
    file.write_text(_rows(*sorted(days + outage)))
    done = slamon("import", "observations", file, "--source", "imp-digital-editions")
    assert done.exit_code == 0, done.output
    return folder / "var"


@pytest.fixture(scope="session")
def commands() -> type[Slamon]:
    """The commands in any folder: `commands(folder)`."""
    return Slamon


@contextmanager
def _signed_in(slamon: Slamon, clock: Callable[[], int] = now) -> Iterator[TestClient]:
    with House(slamon.folder) as house:
        house.refresh()
        access = Access(None, now)
        web = build(house.reading, Decisions(house), access, clock=clock, ready=list)
        client = TestClient(web, follow_redirects=False)
        client.cookies.set("slamon_session", access.redeem(access.mint("rita")))
        yield client
        access.close()


@pytest.fixture(scope="session")
def signed_in() -> Callable[..., AbstractContextManager[TestClient]]:
    """Pages and API over the folder of some commands, as rita asks them; a clock (µs) may be given."""
    return _signed_in


@pytest.fixture
def slamon(filled: Path, tmp_path: Path) -> Slamon:
    """The commands in a copy of the filled folder."""
    folder = tmp_path / "var"
    shutil.copytree(filled, folder)
    return Slamon(folder)


@pytest.fixture
def empty(tmp_path: Path) -> Slamon:
    """The commands in a folder that is not there yet."""
    return Slamon(tmp_path / "nothing")


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A copy of the documents, to be edited."""
    folder = tmp_path / "digital-editions"
    shutil.copytree(STARTER, folder, ignore=shutil.ignore_patterns("data"))
    return folder


@pytest.fixture
def excluded(slamon: Slamon, starter: Path) -> Slamon:
    """The commands where maintenance of up to four hours a month is excluded, and one window of six was granted."""
    file = starter / "agreements.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\n  objectives:", CLAUSES + "  objectives:"), encoding="utf-8")
    asked = [f"--{name}={value}" for name, value in WINDOW.items()]
    for command in (
        ("catalogue", "apply", starter, "--yes"),
        ("exclusion", "announce", *asked, "--id", "disks"),
        ("exclusion", "grant", WINDOW["agreement"], "disks", "--reason", "agreed"),
    ):
        done = slamon(*command)
        assert done.exit_code == 0, done.output
    return slamon


def _in_terminal(folder: Path, *command: str) -> str:
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    run = [sys.executable, "-c", "from slamon.cli.main import run; run()", *command]
    env = {**os.environ, "SLAMON_DATA": str(folder), "TERM": "xterm", "NO_COLOR": "1"}
    env.pop("COLUMNS", None)
    with subprocess.Popen(run, env=env, stdin=its, stdout=its, stderr=its):
        os.close(its)
        said = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return STYLE.sub("", said.decode().replace("\r", ""))


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # everybody has closed the other end
        return b""


@pytest.fixture(scope="session")
def in_terminal() -> Callable[..., str]:
    """What a command prints in a terminal of 80 columns: `in_terminal(folder, *command)`, styles left out."""
    return _in_terminal
