"""A link to sign in, asked for beside the slamon that runs."""

from __future__ import annotations

import os
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
    Address(slamon.folder, "http://127.0.0.1:8000").write()

    with FolderLock(slamon.folder, "a test"):
        said = slamon("sign-in")

    assert said.stdout.startswith("http://127.0.0.1:8000/sign-in/")
    assert len(said.stdout.split()) == 1


def test_who_leaves_takes_the_address_of_nobody_else_away(slamon: Any) -> None:
    first, second = (Address(slamon.folder, f"http://127.0.0.1:{port}") for port in (8000, 8001))
    first.write()
    second.write()

    first.remove()
    assert address_in(slamon.folder) == "http://127.0.0.1:8001"

    second.remove()
    assert address_in(slamon.folder) is None
