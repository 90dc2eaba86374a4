"""A ledger is copied while it is in use, and a copy goes on as a ledger: checked, and in a new epoch."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from slamon.cli.house import House
from slamon.ledger.actors import Actor, Actors
from slamon.ledger.backup import back_up
from slamon.ledger.lock import FolderLock


@pytest.fixture
def kept(slamon: Any, tmp_path: Path) -> Path:
    """A backup of the filled folder."""
    file = tmp_path / "kept.slamon"
    assert slamon("ledger", "backup", file).exit_code == 0
    return file


@pytest.fixture
def any_mask() -> Iterator[None]:
    """Files get every permission that their maker asks for."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def facts(folder: Path) -> list[tuple[int, str, int, bytes]]:
    with House(folder) as house:
        return [(r.position, r.stream, r.version, r.state) for r in house.ledger.rows(0, limit=999)]


def test_a_backup_says_what_it_holds(slamon: Any, tmp_path: Path) -> None:
    last = facts(slamon.folder)[-1][0]

    told = slamon.json("ledger", "backup", tmp_path / "kept")

    assert (told["position"], told["seal"]) == (last, None)
    assert told["bytes"] == (tmp_path / "kept").stat().st_size
    assert sorted(each.name for each in tmp_path.iterdir()) == ["kept", "var"]


@pytest.mark.parametrize(
    ("people", "said"),
    [(0, ", names of no people"), (1, ", the name of 1 person"), (2, ", names of 2 people")],
)
def test_a_backup_says_how_many_names_it_holds(
    slamon: Any, tmp_path: Path, people: int, said: str
) -> None:
    actors = [Actor(f"p{n}", "Ann Example", None, erased=False) for n in range(people)]
    Actors(slamon.folder).put(actors)

    assert slamon("ledger", "backup", tmp_path / "kept").stdout.endswith(f"{said}\n")


def test_nobody_else_may_read_a_backup_nor_what_it_is_restored_to(
    slamon: Any, tmp_path: Path, any_mask: None
) -> None:
    assert slamon("ledger", "backup", tmp_path / "kept").exit_code == 0
    shutil.rmtree(slamon.folder)
    assert slamon("ledger", "restore", tmp_path / "kept").exit_code == 0

    assert mode(tmp_path / "kept") == mode(slamon.folder / "ledger.db") == 0o600


def test_nobody_else_may_read_a_backup_while_it_is_being_made(
    slamon: Any, tmp_path: Path, any_mask: None
) -> None:
    seen: set[int] = set()

    def look(_done: int, _total: int) -> None:
        (folder,) = tmp_path.glob(".backup-*")
        seen.update(mode(each) for each in folder.iterdir())

    back_up(
        slamon.folder / "ledger.db", tmp_path / "kept", [], made_at=0, program="", progress=look
    )

    assert seen == {0o600}


def test_a_backup_never_overwrites_another(slamon: Any, kept: Path) -> None:
    again = slamon("ledger", "backup", kept)

    assert again.exit_code == 1
    assert again.stderr == (
        f"{kept} is there already: a backup never overwrites another, give it a new name\n"
    )


def test_a_restored_ledger_holds_every_fact_and_begins_an_epoch(slamon: Any, kept: Path) -> None:
    before = facts(slamon.folder)
    shutil.rmtree(slamon.folder)

    told = slamon.json("ledger", "restore", kept)

    after = facts(slamon.folder)
    assert after[: len(before)] == before
    assert [stream for _, stream, _, _ in after[len(before) :]] == ["ledger", "format"]
    assert told["position"] == before[-1][0]
    assert re.fullmatch(r"20\d{12}", str(told["epoch"]))
    with House(slamon.folder) as house:
        assert house.founded.epoch == told["epoch"]


def test_figures_after_a_restore_are_those_of_before(slamon: Any, kept: Path) -> None:
    question = ("judge", "--agreement", "sla-digital-editions", "--period", "2026-02")
    before = slamon.json(*question, code=1)
    shutil.rmtree(slamon.folder)
    slamon("ledger", "restore", kept)

    after = slamon.json(*question, code=1)

    assert before["objectives"]
    assert {**after, "as_known_at": None} == {**before, "as_known_at": None}


def test_a_ledger_that_is_there_is_not_replaced_unasked(slamon: Any, kept: Path) -> None:
    before = (slamon.folder / "ledger.db").read_bytes()

    refused = slamon("ledger", "restore", kept)

    assert refused.exit_code == 1
    assert "--replace puts it aside" in refused.stderr
    assert (slamon.folder / "ledger.db").read_bytes() == before


def test_a_replaced_ledger_is_kept_beside_and_takes_no_more(slamon: Any, kept: Path) -> None:
    told = slamon.json("ledger", "restore", kept, "--replace")

    aside = Path(told["aside"])
    assert aside.parent == slamon.folder
    with (
        closing(sqlite3.connect(aside)) as rows,
        pytest.raises(sqlite3.IntegrityError, match="was replaced by a restored backup"),
    ):
        rows.execute("INSERT INTO stored_events VALUES ('a', 1, 'noted/1', x'00')")


def test_a_replaced_ledger_can_itself_be_put_back(slamon: Any, kept: Path) -> None:
    aside = Path(slamon.json("ledger", "restore", kept, "--replace")["aside"])
    shutil.move(aside, kept.with_name("aside"))

    assert slamon("ledger", "restore", kept.with_name("aside"), "--replace").exit_code == 0
    with House(slamon.folder) as house:
        house.ledger.append("format", [], after=0, actor="ann")


def test_nothing_is_restored_while_slamon_is_up(slamon: Any, kept: Path) -> None:
    with FolderLock(slamon.folder, "slamon up"):
        refused = slamon("ledger", "restore", kept, "--replace")

    assert refused.exit_code == 1
    assert "slamon up" in refused.stderr


def test_nothing_is_restored_while_a_program_has_the_ledger_open(slamon: Any, kept: Path) -> None:
    before = facts(slamon.folder)

    with closing(sqlite3.connect(slamon.folder / "ledger.db")) as other:
        other.execute("SELECT * FROM stored_events LIMIT 1").fetchone()
        refused = slamon("ledger", "restore", kept, "--replace")

    assert refused.exit_code == 1
    assert "another program has" in refused.stderr
    assert facts(slamon.folder) == before


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def overwritten(content: bytes) -> bytes:
    return content[:32_768] + b"\xff" * 16_384 + content[49_152:]


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(cut, id="one that was cut off"),
        pytest.param(overwritten, id="one with a page overwritten"),
        pytest.param(lambda _: b"something else " * 3_000, id="a file that is something else"),
        pytest.param(lambda _: b"", id="an empty file"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    slamon: Any, kept: Path, harm: Callable[[bytes], bytes]
) -> None:
    kept.write_bytes(harm(kept.read_bytes()))
    before = facts(slamon.folder)

    refused = slamon("ledger", "restore", kept, "--replace")

    assert refused.exit_code == 1
    assert "nothing was restored" in refused.stderr
    assert facts(slamon.folder) == before
    assert not list(slamon.folder.glob(".restore-*"))


def test_a_fact_that_was_cut_out_of_a_backup_is_noticed(slamon: Any, kept: Path) -> None:
    statement = "SELECT originator_id FROM stored_events WHERE originator_version = 2 LIMIT 1"
    with closing(sqlite3.connect(kept)) as rows, rows:
        (stream,) = rows.execute(statement).fetchone()
        first = "DELETE FROM stored_events WHERE originator_id = ? AND originator_version = 1"
        rows.execute(first, (stream,))

    refused = slamon("ledger", "restore", kept, "--replace")

    assert refused.exit_code == 1
    assert f"{stream} version 2 follows version 0: the stream has a gap" in refused.stderr


def test_a_damaged_ledger_is_replaced_all_the_same(slamon: Any, kept: Path) -> None:
    whole = facts(slamon.folder)
    (slamon.folder / "ledger.db").write_bytes(b"something else " * 3_000)

    done = slamon("ledger", "restore", kept, "--replace")

    assert done.exit_code == 0, done.output
    assert "cannot be read (file is not a database)" in done.stdout
    assert facts(slamon.folder)[: len(whole)] == whole


def test_a_backup_that_is_restored_twice_gives_two_epochs(slamon: Any, kept: Path) -> None:
    first = slamon.json("ledger", "restore", kept, "--replace")["epoch"]

    assert slamon.json("ledger", "restore", kept, "--replace")["epoch"] > first


def test_names_come_back_with_a_backup_unless_it_was_made_without(
    slamon: Any, tmp_path: Path
) -> None:
    Actors(slamon.folder).put([Actor("p1", "Ann Example", "ann@people.example", erased=False)])
    for options in ((), ("--without-names",)):
        file = tmp_path / f"kept{len(options)}"
        assert slamon("ledger", "backup", file, *options).exit_code == 0
    with_names, without = (tmp_path / "kept0").read_bytes(), (tmp_path / "kept1").read_bytes()
    shutil.rmtree(slamon.folder)
    slamon("ledger", "restore", tmp_path / "kept0")

    assert b"Ann Example" in with_names
    assert b"Ann Example" not in without
    assert [actor.name for actor in Actors(slamon.folder).all()] == ["Ann Example"]
    assert b"Ann Example" not in (slamon.folder / "ledger.db").read_bytes()


def test_a_ledger_put_back_by_other_means_begins_an_epoch_too(slamon: Any) -> None:
    with House(slamon.folder) as house:
        before = house.founded.epoch

    done = slamon("ledger", "restored", "--reason", "from last night's image of the disk")

    assert done.exit_code == 0, done.output
    with House(slamon.folder) as house:
        assert house.founded.epoch > before
