"""A ledger in PostgreSQL is backed up and put back with PostgreSQL's own tools, as docs/backup.md says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from benchmarks.cluster import THROWN_AWAY, Cluster, programs
from slamon.cli.house import House
from slamon.cli.main import app
from slamon.ledger.actors import ActorErased
from slamon.ledger.sealing import seal


def run(program: str, *arguments: str) -> None:
    subprocess.run(
        [programs() / program, *arguments],
        check=True,
        capture_output=True,
    )


def rows(url: str, folder: Path) -> list[tuple[int, str, int, bytes]]:
    with House(folder, url) as house:
        found = house.ledger.rows(0, limit=999)
    return [(row.position, row.stream, row.version, row.state) for row in found]


def slamon(folder: Path, url: str, *arguments: str) -> Result:
    env = {"SLAMON_DATA": str(folder), "SLAMON_DATABASE": url, "SLAMON_ACTOR": "rita"}
    return CliRunner(env=env).invoke(app, list(arguments))


@pytest.fixture
def kept(postgres_url: str, tmp_path: Path) -> Path:
    """The dump of a ledger with facts, of which the first fifty are sealed."""
    with House(tmp_path / "var", postgres_url) as house:
        for number in range(60):
            fact = ActorErased(reason=f"case {number}")
            house.ledger.append(f"actor:p{number}", [fact], after=0, actor="rita")
            if number == 50:
                seal(house.ledger, actor="rita")
        house.refresh()
    file = tmp_path / "ledger.dump"
    run("pg_dump", "--format=custom", "--table=public.*", f"--file={file}", postgres_url)
    return file


@pytest.fixture
def put_back(cluster: Cluster, kept: Path) -> Iterator[str]:
    """A database into which the dump was restored."""
    name = f"put_back_{os.getpid()}"
    url = cluster.create(name)
    run("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={url}", str(kept))
    yield url
    cluster.drop(name)


def test_a_ledger_that_was_dumped_and_put_back_goes_on_in_a_new_epoch(
    postgres_url: str, put_back: str, tmp_path: Path
) -> None:
    before = rows(postgres_url, tmp_path / "var")

    done = slamon(tmp_path / "var", put_back, "ledger", "restored", "--reason", "from the dump")

    assert done.exit_code == 0, done.output
    after = rows(put_back, tmp_path / "var")
    assert after[: len(before)] == before
    assert [stream for _, stream, _, _ in after[len(before) :]] == ["ledger", "format"]
    with House(tmp_path / "var", put_back) as house:
        assert house.founded.epoch > 1
        house.refresh()
        assert house.reading.position() == after[-1][0]


@pytest.fixture
def copied(cluster: Cluster, postgres_url: str, kept: Path) -> Iterator[str]:
    """The database of the ledger in a server that was started from a base backup of the first."""
    assert kept.is_file()
    server = Cluster(THROWN_AWAY, source=cluster)
    yield server.url(postgres_url.rpartition("/")[2])
    server.remove()


def test_a_server_from_a_base_backup_goes_on_in_a_new_epoch_without_what_came_later(
    postgres_url: str, copied: str, tmp_path: Path
) -> None:
    with House(tmp_path / "var", postgres_url) as house:
        later = ActorErased(reason="after the backup")
        house.ledger.append("actor:later", [later], after=0, actor="rita")
    *before, (_, stream, _, _) = rows(postgres_url, tmp_path / "var")
    assert stream == "actor:later"

    done = slamon(tmp_path / "copy", copied, "ledger", "restored", "--reason", "base backup")

    assert done.exit_code == 0, done.output
    after = rows(copied, tmp_path / "copy")
    assert after[: len(before)] == before
    assert [stream for _, stream, _, _ in after[len(before) :]] == ["ledger", "format"]
    assert slamon(tmp_path / "copy", copied, "ledger", "verify").exit_code == 0
    assert "nobody folds" in slamon(tmp_path / "copy", copied, "doctor").stdout


def test_a_fact_that_is_not_in_what_was_put_back_is_found_before_anything_goes_on(
    put_back: str, tmp_path: Path
) -> None:
    with psycopg.connect(put_back) as database:
        database.execute("DELETE FROM stored_events WHERE originator_id = 'actor:p20'")

    done = slamon(tmp_path / "var", put_back, "ledger", "restored", "--reason", "from the dump")

    assert done.exit_code == 1
    assert "nothing was changed" in done.stderr
    assert "position 22" in done.stderr


def test_commands_for_files_name_the_tools_of_the_database(
    postgres_url: str, tmp_path: Path
) -> None:
    for command in ("backup", "restore"):
        done = slamon(tmp_path / "var", postgres_url, "ledger", command, "somewhere")

        assert done.exit_code == 1
        assert "pg_dump and pg_restore" in done.stderr


def test_the_doctor_looks_at_the_settings_of_the_server(postgres_url: str, tmp_path: Path) -> None:
    """The server of the tests does not care for a loss of power, and that is what the doctor says."""
    with House(tmp_path / "var", postgres_url):
        pass

    done = slamon(tmp_path / "var", postgres_url, "doctor")

    assert done.exit_code == 1
    assert "fsync is off, full_page_writes is off, synchronous_commit is off" in done.stdout
    assert "no stream has a gap" in done.stdout
