"""The agent as a child process, started again when it ends by itself."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

LOG = logging.getLogger("slamon.agent")

STOP_SECONDS = 25.0  # the agent waits for attempts under way, then hands in what it has
AGAIN_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)
STEADY_SECONDS = 60.0  # a child that ran this long begins again with the shortest pause


def surroundings(
    folder: Path, agent: str, key: str, centre: str, allowed: str, certificate: Path | None = None
) -> dict[str, str]:
    """What the agent of a data folder is told by its environment; `certificate` is that of its own centre."""
    trusted = {"SLAMON_CENTRE_CA": str(certificate)} if certificate else {}
    return {
        **trusted,
        "SLAMON_AGENT_ID": agent,
        "SLAMON_AGENT_KEY": key,
        "SLAMON_CENTRE": centre,
        "SLAMON_AGENT_ALLOW": allowed,
        "SLAMON_SPOOL": str(folder / "spool.db"),
    }


def launch(environment: Mapping[str, str], log: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start an agent, which ends when this process does; it writes to `log`, or to where this process writes."""
    return subprocess.Popen(
        [sys.executable, "-m", "probes"],
        env={**os.environ, **environment, "SLAMON_AGENT_PARENT": str(os.getpid())},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Let an agent finish what it has begun and hand in what it has."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        LOG.warning("the agent did not stop in time; its spool keeps what it has")
        process.kill()
        process.wait()


class Child:
    """Runs `python -m probes` until told to stop."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._stopping = threading.Event()
        self._launching = (
            threading.Lock()
        )  # who stops the agent must not miss one that is being started
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="agent", daemon=True)

    def start(self) -> None:
        """Start the agent."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process id of the running agent."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """Let the agent finish what it has begun and hand in what it has."""
        self._stopping.set()
        with self._launching:
            process = self._process
        if process:
            end(process)
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            code = self._once()
            if self._stopping.is_set():
                return
            failures = 0 if time.monotonic() - started > STEADY_SECONDS else failures + 1
            pause = AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)]
            LOG.warning("the agent ended with code %s; it starts again in %s s", code, pause)
            self._stopping.wait(pause)

    def _once(self) -> int:
        with self._log.open("ab") as log:
            with self._launching:
                if self._stopping.is_set():
                    return 0
                self._process = launch(self._environment, log)
            return self._process.wait()
