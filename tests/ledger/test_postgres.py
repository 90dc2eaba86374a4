"""What is particular to a ledger in PostgreSQL: its connections, its clock, its order."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from benchmarks.cluster import DURABLE, Cluster
from slamon.ledger.codec import Names
from slamon.ledger.place import LedgerUnreachableError, UnusablePlaceError
from slamon.ledger.postgres import CREATING, Database
from slamon.ledger.store import Ledger

OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.fixture
def ledger(postgres_url: str, names: Names) -> Iterator[Ledger]:
    opened = Ledger(postgres_url, names)
    yield opened
    opened.close()


@pytest.fixture
def append(ledger: Ledger, note: Any) -> Callable[[], int | None]:
    return lambda: ledger.append("a", [note("one")], after=ledger.version("a"), actor="ann")


@pytest.fixture
def shell(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def end_all(shell: psycopg.Connection) -> Callable[[], None]:
    """End every other connection to the database, and wait until none is left."""

    def end() -> None:
        while shell.execute(OTHERS).fetchall():
            time.sleep(0.01)

    return end


@pytest.fixture
def own_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """A server that a test may stop."""
    server = Cluster(DURABLE)
    yield server
    server.remove()


def test_instants_come_from_the_clock_of_the_database(
    ledger: Ledger, append: Callable[[], int | None], shell: psycopg.Connection
) -> None:
    now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
    (before,) = shell.execute(now).fetchall()[0]
    append()
    (after,) = shell.execute(now).fetchall()[0]

    (entry,) = ledger.stream("a")
    assert before <= entry.recorded_at <= after


def test_a_clock_of_the_database_that_was_set_back_does_not_run_backwards(
    ledger: Ledger, append: Callable[[], int | None], shell: psycopg.Connection
) -> None:
    later = time.time_ns() // 1_000 + 3_600_000_000
    shell.execute("UPDATE ledger_clock SET recorded_at = %s", (later,))

    append()

    assert [entry.recorded_at for entry in ledger.stream("a")] == [later]


def test_a_refused_append_uses_up_no_position(
    ledger: Ledger, append: Callable[[], int | None], note: Any
) -> None:
    append()
    for _ in range(3):
        with pytest.raises(Exception, match="a stands at version 1, not 7"):
            ledger.append("a", [note("one")], after=7, actor="ann")

    assert append() == 2


def test_the_mode_that_loses_facts_is_refused(
    postgres_url: str, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")

    with pytest.raises(UnusablePlaceError, match="readers would miss facts for ever; unset it"):
        Ledger(postgres_url, names)


def test_the_functions_of_that_mode_are_not_even_made(
    ledger: Ledger, shell: psycopg.Connection
) -> None:
    made = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"

    assert shell.execute(made).fetchall() == [(0,)]


def test_without_the_driver_it_is_told_how_to_get_it(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(UnusablePlaceError, match=r"pip install 'slamon\[postgresql\]'"):
        Ledger("postgresql://ann@localhost/slamon", names)


def test_connections_that_were_ended_meanwhile_are_made_anew(
    append: Callable[[], int | None], end_all: Callable[[], None]
) -> None:
    append()
    end_all()

    assert append() == 2


def test_an_append_that_lost_its_connection_says_so_and_can_be_repeated(
    ledger: Ledger, append: Callable[[], int | None], note: Any, postgres_url: str
) -> None:
    append()
    with psycopg.connect(postgres_url) as holder, ThreadPoolExecutor(1) as beside:
        holder.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        waiting = beside.submit(ledger.append, "a", [note("two")], after=1, actor="ann")
        while holder.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
        ).fetchone() != (1,):
            time.sleep(0.01)
        holder.execute(OTHERS)
        holder.rollback()

        with pytest.raises(LedgerUnreachableError, match=r"database test_\d+ cannot be used"):
            waiting.result(timeout=30)

    assert ledger.append("a", [note("two")], after=1, actor="ann") is not None
    assert ledger.version("a") == 2


def test_a_database_that_may_only_be_read_says_so(
    ledger: Ledger, names: Names, note: Any, postgres_url: str
) -> None:
    replica = Ledger(f"{postgres_url}?options=-cdefault_transaction_read_only%3Don", names)

    with pytest.raises(LedgerUnreachableError, match="in a read-only transaction"):
        replica.append("a", [note("one")], after=0, actor="ann")

    assert ledger.version("a") == replica.version("a") == 0
    replica.close()


def test_a_server_that_is_gone_is_told_at_once_and_found_again(
    own_cluster: Cluster, names: Names, note: Any
) -> None:
    ledger = Ledger(own_cluster.create("ledger"), names)
    ledger.append("a", [note("one")], after=0, actor="ann")
    changes = ledger.changes()
    own_cluster.stop()

    begin = time.monotonic()
    with pytest.raises(LedgerUnreachableError, match="Connection refused"):
        ledger.append("a", [note("two")], after=1, actor="ann")
    with pytest.raises(LedgerUnreachableError, match="Connection refused"):
        ledger.position()
    assert not changes.wait(0.1)
    assert time.monotonic() - begin < 5

    own_cluster.start()
    assert ledger.append("a", [note("two")], after=1, actor="ann") is not None
    assert changes.wait(5)
    changes.close()
    ledger.close()


def test_a_watch_whose_connection_was_ended_notices_what_was_committed_meanwhile(
    ledger: Ledger, append: Callable[[], int | None], end_all: Callable[[], None]
) -> None:
    changes = ledger.changes()
    end_all()
    append()

    assert changes.wait(5)
    assert not changes.wait(0)

    append()
    begin = time.monotonic()
    assert changes.wait(5)
    assert time.monotonic() - begin < 1
    changes.close()


def test_who_waited_for_the_tables_to_be_made_sees_that_they_are_there(postgres_url: str) -> None:
    place = Database(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as first, ThreadPoolExecutor(2) as beside:
        with first.transaction():
            first.execute("SELECT pg_advisory_xact_lock(%s)", (CREATING,))
            others = [beside.submit(place.prepare) for _ in range(2)]
            _wait_for_waiting(first, 2)
        for other in others:
            other.result()

    assert place.is_there()


def _wait_for_waiting(connection: psycopg.Connection, many: int) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    end = time.monotonic() + 20
    while connection.execute(waiting).fetchone() != (many,):
        assert time.monotonic() < end
        time.sleep(0.01)
