from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from slamon.ledger.lock import FoldingLock, HeldError, folding_lock
from slamon.ledger.place import LedgerUnreachableError, Place, UnusablePlaceError


@pytest.fixture
def lock(place: Place, tmp_path: Path) -> Callable[[str], FoldingLock]:
    return lambda purpose: folding_lock(place, tmp_path / "new" / "folder", purpose)


@pytest.fixture
def holder(place: Place, tmp_path: Path, started: Callable[..., Any]) -> Any:
    """Another program that holds the lock."""
    program = started("hold", place, tmp_path / "new" / "folder", "slamon up")
    program.go()
    assert program.line() == "held"
    return program


def is_taken_soon(lock: FoldingLock) -> bool:
    begin = time.monotonic()
    while not lock.try_take():
        if time.monotonic() - begin > 5:
            return False
        time.sleep(0.01)
    lock.release()
    return True


def test_a_second_taker_is_refused_and_told_who_has_it(
    lock: Callable[[str], FoldingLock], holder: Any
) -> None:
    named = rf"is in use by slamon up \(process {holder.process.pid}( on \S+)?\); stop that process"

    with pytest.raises(HeldError, match=named):
        lock("slamon demo").take()


def test_a_refused_taker_does_not_disturb_the_holder(
    lock: Callable[[str], FoldingLock], holder: Any
) -> None:
    refused = lock("slamon demo")

    assert not refused.try_take()
    assert not refused.still_held()
    refused.release()

    with pytest.raises(HeldError, match="in use by slamon up"):
        lock("slamon demo").take()


def test_the_lock_of_a_killed_program_is_free(
    lock: Callable[[str], FoldingLock], holder: Any
) -> None:
    holder.kill()

    assert is_taken_soon(lock("slamon demo"))


def test_a_released_lock_can_be_taken_again_at_once(lock: Callable[[str], FoldingLock]) -> None:
    with lock("slamon up"):
        pass

    with lock("slamon demo") as held:
        assert held.still_held()
        assert not lock("slamon up").try_take()

    held.release()
    assert not held.still_held()


def test_the_lock_file_names_its_holder(tmp_path: Path) -> None:
    with folding_lock(tmp_path / "ledger.db", tmp_path, "slamon demo"):
        said = (tmp_path / "lock").read_text()

    assert said == f"slamon demo (process {os.getpid()})"


def test_ledgers_of_one_server_have_a_lock_each(postgres_url: str, cluster: Any) -> None:
    other = cluster.create("another_ledger")

    with (
        folding_lock(postgres_url, Path(), "slamon up"),
        folding_lock(other, Path(), "slamon up") as held,
    ):
        assert held.still_held()
    cluster.drop("another_ledger")


def test_a_lock_whose_connection_was_lost_is_no_longer_held(postgres_url: str) -> None:
    with folding_lock(postgres_url, Path(), "slamon up") as held:
        with psycopg.connect(postgres_url) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )

        assert not held.still_held()
        assert is_taken_soon(folding_lock(postgres_url, Path(), "slamon demo"))


@pytest.mark.parametrize(
    ("url", "error", "sentence"),
    [
        pytest.param(
            "postgresql://ann:secret@127.0.0.1:1/slamon",
            LedgerUnreachableError,
            "PostgreSQL at 127.0.0.1:1, database slamon cannot be used: Connection refused",
            id="nobody listens",
        ),
        pytest.param(
            "postgresql://ann:secret@[::1/slamon",
            UnusablePlaceError,
            "the URL of the database cannot be read: postgresql://USER:PASSWORD@HOST:PORT/NAME",
            id="half an address",
        ),
        pytest.param(
            "postgresql://ann:secret@127.0.0.1:1/slamon?colour=red",
            UnusablePlaceError,
            "the URL of the database cannot be read",
            id="a parameter that nobody knows",
        ),
        pytest.param(
            "mysql://ann:secret@127.0.0.1/slamon",
            UnusablePlaceError,
            "the database is to be given as postgresql://",
            id="another database",
        ),
    ],
)
def test_a_place_that_cannot_be_used_is_refused_in_one_sentence(
    url: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=re.escape(sentence)) as refused:
        folding_lock(url, Path(), "slamon up").take()

    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        pytest.param(
            (":[0-9a-f]{16}@", ":secret@"), "password authentication failed", id="password"
        ),
        pytest.param(("/test_", "/nowhere_"), "does not exist", id="database"),
    ],
)
def test_who_is_not_let_in_is_told_why(
    wrong: tuple[str, str], sentence: str, postgres_url: str
) -> None:
    url = re.sub(*wrong, postgres_url)

    with pytest.raises(LedgerUnreachableError, match=sentence) as refused:
        folding_lock(url, Path(), "slamon up").take()

    assert "secret" not in str(refused.value)
