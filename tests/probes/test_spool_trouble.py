"""A spool that cannot be used: which file, why, and how to go on is said in one sentence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from probes.spool import Spool
from probes.spool_trouble import damage, told

Harm = Callable[[Path], None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A spool that was begun, and that no agent has open."""
    path = tmp_path / "spool.db"
    Spool(path).close()
    return path


def cut(file: Path) -> None:
    os.truncate(file, 3_000)


def cut_between_pages(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 4_096 // 2 * 4_096)


def something_else(file: Path) -> None:
    file.write_bytes(b"something else " * 2_000)


DAMAGES = [
    pytest.param(cut, id="cut within a page"),
    pytest.param(cut_between_pages, id="cut between two pages"),
    pytest.param(something_else, id="something else"),
]


def agent(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {"SLAMON_AGENT_ID": "agent-1", "SLAMON_AGENT_KEY": "key-1"}
    more = {"SLAMON_CENTRE": "http://127.0.0.1:1", "SLAMON_SPOOL": str(file)}
    return subprocess.run(
        [sys.executable, "-m", "probes", *arguments],
        env=os.environ | settings | more,
        capture_output=True,
        check=False,
        text=True,
        timeout=20,
    )


@pytest.mark.parametrize("harm", DAMAGES)
def test_an_agent_names_a_damaged_spool_and_says_how_to_begin_a_new_one(
    file: Path, harm: Harm
) -> None:
    harm(file)

    done = agent(file)

    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(f"the spool {file} is damaged (")
    assert "move the file with its -wal and -shm somewhere else" in sentence
    assert "What it had handed in is in the ledger; what it had not is lost" in sentence
    assert done.stdout == ""


@pytest.mark.parametrize("harm", DAMAGES)
def test_what_is_damaged_is_seen_without_using_the_spool(file: Path, harm: Harm) -> None:
    assert damage(file, whole=True) is None

    harm(file)
    before = file.read_bytes()

    assert damage(file, whole=False)
    assert file.read_bytes() == before


def test_a_spool_begins_anew_once_the_damaged_file_is_out_of_the_way(file: Path) -> None:
    cut(file)
    for each in file.parent.glob("spool.db*"):
        each.rename(each.with_name(f"old-{each.name}"))

    Spool(file).close()

    assert damage(file, whole=True) is None


def test_a_spool_that_an_agent_has_open_is_left_alone(file: Path) -> None:
    spool = Spool(file)
    try:
        assert damage(file, whole=True) is None
        spool.mark(clean=False)
    finally:
        spool.close()


def test_an_empty_file_is_no_damage_as_a_spool_begins_in_it(tmp_path: Path) -> None:
    (tmp_path / "spool.db").touch()

    assert damage(tmp_path / "spool.db", whole=True) is None


def test_a_spool_whose_damage_is_met_later_ends_the_agent_with_the_same_sentence(
    file: Path,
) -> None:
    with closing(sqlite3.connect(file)) as rows:
        rows.execute("pragma journal_mode = delete")
        found = rows.execute("select rootpage from sqlite_master where name = 'interruption'")
        (page,) = found.fetchone()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * 4_096)
        opened.write(b"\xff" * 4_096)

    done = agent(file)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"the spool {file} is damaged (")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        pytest.param(
            PermissionError(13, "Permission denied"), "let the agent's user write", id="not let in"
        ),
        pytest.param(OSError(28, "No space left"), "the disk is full: free some space", id="full"),
    ],
)
def test_a_spool_that_cannot_be_written_is_no_damaged_one(fault: OSError, sentence: str) -> None:
    said = told(Path("spool.db"), fault)

    assert sentence in said
    assert "damaged" not in said
