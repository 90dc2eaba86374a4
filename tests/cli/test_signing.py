"""A link to sign in, asked for beside the slamon that runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from slamon.cli.signing import Address, address_in
from slamon.ledger.lock import FolderLock

PATIENCE = 30


@pytest.fixture
def up(empty: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A slamon of our own that runs on the folder of the commands."""
    env = {**os.environ, "SLAMON_DATA": str(empty.folder), "SLAMON_PORT": "0"}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("slamon"), "up"], env=env, stdout=subprocess.DEVNULL
    )
    end = time.monotonic() + PATIENCE
    while not (empty.folder / "address").is_file():
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.05)
    yield process
    process.kill()
    process.wait()


def test_a_link_opens_a_session_of_whom_it_was_made_for(
    empty: Any, up: subprocess.Popen[bytes]
) -> None:
    link = empty("sign-in", "--as", "ada").stdout.strip()

    page = httpx.get(link)
    assert page.status_code == 200
    assert "ada" in page.text

    up.terminate()
    assert up.wait(PATIENCE) == 0
    assert not (empty.folder / "address").exists()


def test_where_nothing_runs_there_is_nothing_to_sign_in_to(slamon: Any) -> None:
    said = slamon("sign-in")

    assert said.exit_code == 1
    assert f"nothing runs on the data folder {slamon.folder}" in said.stderr


def test_the_address_of_one_that_was_killed_is_not_given(slamon: Any) -> None:
    (slamon.folder / "address").write_text("http://127.0.0.1:1")

    assert "nothing runs on the data folder" in slamon("sign-in").stderr


def test_a_link_is_made_for_the_actor_of_the_settings(slamon: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as web, FolderLock(slamon.folder, "a test"):
        url = f"http://127.0.0.1:{web.getsockname()[1]}"
        Address(slamon.folder, url).write()
        said = slamon("sign-in")

    assert said.stdout.startswith(f"{url}/sign-in/")
    assert len(said.stdout.split()) == 1


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        pytest.param(
            "http://127.0.0.1:1",
            "(it was at http://127.0.0.1:1, which does not answer): sign in where that one runs",
            id="one that was killed, and another took over",
        ),
        pytest.param(None, "no slamon is found in this folder: sign in", id="one elsewhere"),
    ],
)
def test_no_link_leads_to_where_nobody_answers(
    slamon: Any, left: str | None, sentence: str
) -> None:
    if left:
        Address(slamon.folder, left).write()

    with FolderLock(slamon.folder, "a test"):
        said = slamon("sign-in")

    assert said.exit_code == 1
    assert "is folded by another process" in said.stderr
    assert sentence in said.stderr


def test_an_agent_whose_slamon_was_killed_says_so_and_goes_on(slamon: Any) -> None:
    Address(slamon.folder, "http://127.0.0.1:1").write()
    env = {**os.environ, "SLAMON_DATA": str(slamon.folder)}
    command = [str(Path(sys.executable).with_name("slamon")), "agent", "run"]

    agent = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    assert agent.stderr is not None
    first = agent.stderr.readline()
    agent.terminate()
    agent.communicate(timeout=PATIENCE)

    assert first == (
        "no slamon answers at http://127.0.0.1:1; what the agent sees stays in its spool until one does\n"
    )
    assert agent.returncode == 0


def test_who_leaves_takes_the_address_of_nobody_else_away(slamon: Any) -> None:
    first, second = (Address(slamon.folder, f"http://127.0.0.1:{port}") for port in (8000, 8001))
    first.write()
    second.write()

    first.remove()
    assert address_in(slamon.folder) == "http://127.0.0.1:8001"

    second.remove()
    assert address_in(slamon.folder) is None
