"""`slamon agent`: the agent of a data folder as a process of its own, beside `slamon up --no-agent`."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import typer

from slamon.cli.agentkey import agent_key
from slamon.cli.assigning import AGENT
from slamon.cli.child import end, launch, surroundings
from slamon.cli.commands import group
from slamon.cli.settings import Settings
from slamon.cli.signing import address_in, answers
from slamon.cli.terminal import errors, refusals

app = group("Agents: enrol, revoke, list; run that of this machine apart; quarantine, release.")

LOOK_SECONDS = 0.5  # between two looks whether the web has moved


@app.command()
def run() -> None:
    """Probe what the catalogue says and hand it in, until SIGTERM or Ctrl+C.

    It finds its key and the address of `slamon up --no-agent` in the data folder, and follows it to another port.
    SLAMON_CENTRE names another place to hand in to.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    settings = Settings()
    with refusals():
        key = agent_key(settings.data)
        while not stopping.is_set():
            centre = _centre(settings.data)
            if centre is None:
                _say_waiting(settings.data)
                _wait_for_one(settings.data, stopping)
                continue
            if not answers(centre):
                _say_silent(centre)
            told = surroundings(
                *(settings.data, AGENT, key, centre, settings.agent_allow), _certificate(settings)
            )
            code = _until_moved(told, settings.data, stopping)
            if code is not None:
                raise typer.Exit(code)


def _centre(folder: Path) -> str | None:
    return os.environ.get("SLAMON_CENTRE") or address_in(folder)


def _certificate(settings: Settings) -> Path | None:
    """What vouches for the centre: its own certificate, unless another is named."""
    named = os.environ.get("SLAMON_CENTRE_CA")
    return Path(named) if named else settings.tls_certificate


def _say_waiting(folder: Path) -> None:
    said = f"no slamon is found in {folder}; the agent waits for `slamon up --no-agent`"
    errors.print(said, highlight=False, soft_wrap=True)


def _say_silent(centre: str) -> None:
    said = f"no slamon answers at {centre}; what the agent sees stays in its spool until one does"
    errors.print(said, highlight=False, soft_wrap=True)


def _wait_for_one(folder: Path, stopping: threading.Event) -> None:
    while _centre(folder) is None and not stopping.wait(LOOK_SECONDS):
        pass


def _until_moved(told: dict[str, str], folder: Path, stopping: threading.Event) -> int | None:
    """Run an agent; its exit code if it ended by itself, None when it was ended here."""
    process = launch(told)
    try:
        while not stopping.wait(LOOK_SECONDS):
            if (code := process.poll()) is not None:
                return code
            if _centre(folder) not in {None, told["SLAMON_CENTRE"]}:
                return None
        return None
    finally:
        end(process)
