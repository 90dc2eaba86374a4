"""The agent as a child: whoever stops it stops also one that is just being started."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from slamon.cli import child
from slamon.cli.child import Child


def test_an_agent_that_is_being_started_is_stopped_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launching = threading.Event()
    started: list[subprocess.Popen[bytes]] = []

    def slowly(*_: Any) -> subprocess.Popen[bytes]:
        launching.set()
        time.sleep(0.2)
        started.append(subprocess.Popen(["sleep", "60"]))
        return started[0]

    monkeypatch.setattr(child, "launch", slowly)
    agent = Child({}, tmp_path / "agent.log")
    agent.start()
    assert launching.wait(5)

    begun = time.monotonic()
    agent.stop()

    assert started[0].poll() is not None
    assert time.monotonic() - begun < 5


def test_an_agent_that_was_stopped_before_it_was_launched_never_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "launch", lambda *_: pytest.fail("it was launched"))
    agent = Child({}, tmp_path / "agent.log")

    agent._stopping.set()
    agent.start()
    agent.stop()

    assert agent.pid is None
