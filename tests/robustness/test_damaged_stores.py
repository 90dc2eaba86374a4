"""A full disk, files that may only be read, files that were cut or overwritten: each is said, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import typer
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from slamon.cli.house import House, now
from slamon.cli.main import app
from slamon.cli.terminal import refusals
from slamon.history import NAMES
from slamon.ledger import sealing
from slamon.ledger.store import Ledger, Write
from slamon.sla.review import BreachUpheld
from slamon.web import problems

Harm = Callable[[Path], None]


def upheld(ledger: Ledger, stream: str, *, size: int = 10) -> int | None:
    return ledger.append(stream, [BreachUpheld(reason="x" * size)], after=0, actor="rita")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a ledger of a hundred facts of some KiB, closed; nobody writes to it."""
    path = tmp_path_factory.mktemp("sound") / "var"
    facts = [BreachUpheld(reason="x" * 5_000)]
    with House(path) as house:
        streams = [Write(f"breach:sla.o1.{number}", facts, 0) for number in range(100)]
        house.ledger.append_all(streams, actor="rita")
    return path


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy of the sound folder, to be harmed."""
    return shutil.copytree(sound, tmp_path / "var")


def slamon(folder: Path, *arguments: object) -> Result:
    env = {"SLAMON_DATA": str(folder), "SLAMON_ACTOR": "rita"}
    return CliRunner(env=env).invoke(app, [str(each) for each in arguments])


def states(folder: Path) -> dict[str, str]:
    """What the doctor says of each check; the worst where a check tells several things."""
    done = slamon(folder, "doctor", "--json")
    order = ("ok", "warning", "wrong")
    said: dict[str, str] = {}
    for each in json.loads(done.stdout):
        said[each["check"]] = max(said.get(each["check"], "ok"), each["state"], key=order.index)
    assert done.exit_code == ("wrong" in said.values())
    return said


def limit(ledger: Ledger, pages: int) -> None:
    """Let the file of a ledger grow by so many pages more at the most, as a disk would that is nearly full."""
    with ledger._recorder.datastore.transaction(commit=True) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0] + pages}")


def test_a_full_disk_refuses_the_fact_and_keeps_every_other(folder: Path) -> None:
    with closing(Ledger(folder / "ledger.db", NAMES)) as ledger:
        before = ledger.position()
        limit(ledger, 2)

        with pytest.raises(Exception, match="full"):
            upheld(ledger, "breach:sla.o1.big", size=200_000)

        assert ledger.position() == before
        assert upheld(ledger, "breach:sla.o1.small") == before + 1


def test_a_full_disk_is_told_to_agents_so_that_they_keep_what_they_have(folder: Path) -> None:
    with closing(Ledger(folder / "ledger.db", NAMES)) as ledger:
        web = FastAPI()
        problems.install(web)

        @web.get("/api/v1/full")
        def fill() -> None:
            limit(ledger, 1)
            upheld(ledger, "breach:sla.o1.big", size=200_000)

        answer = TestClient(web, raise_server_exceptions=False).get("/api/v1/full")

    assert answer.status_code == 507
    assert "the disk is full; nothing of this was recorded" in answer.json()["detail"]


def cut_in_half(folder: Path) -> None:
    file = folder / "ledger.db"
    os.truncate(file, file.stat().st_size // 2)


def overwrite_pages(folder: Path) -> None:
    with (folder / "ledger.db").open("r+b") as file:
        file.seek(16_384)
        file.write(b"\xff" * 16_384)


def something_else(folder: Path) -> None:
    (folder / "ledger.db").write_bytes(b"something else " * 2_000)


def empty(folder: Path) -> None:
    (folder / "ledger.db").write_bytes(b"")


DAMAGES = [
    pytest.param(cut_in_half, id="a file that was cut in half"),
    pytest.param(overwrite_pages, id="a page that was overwritten"),
    pytest.param(something_else, id="a file that is something else"),
    pytest.param(empty, id="an empty file"),
]


@pytest.mark.parametrize("harm", DAMAGES)
def test_the_doctor_finds_a_damaged_ledger_and_says_how_to_go_on(folder: Path, harm: Harm) -> None:
    harm(folder)

    done = slamon(folder, "doctor", "--json")

    assert done.exit_code == 1
    wrong = [each for each in json.loads(done.stdout) if each["state"] == "wrong"]
    assert any("slamon ledger restore FILE --replace" in each["do"] for each in wrong), done.stdout


@pytest.mark.parametrize("harm", DAMAGES)
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("ledger", "stats"), id="stats"),
        pytest.param(("breaches", "list"), id="a list"),
        pytest.param(("ledger", "backup", "kept"), id="a backup"),
    ],
)
def test_a_command_on_a_damaged_ledger_says_a_sentence(
    folder: Path, harm: Harm, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    harm(folder)

    done = slamon(folder, *command)

    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.stderr.strip()
    assert not Path("kept").exists()


@pytest.mark.parametrize("harm", DAMAGES)
def test_a_backup_brings_a_damaged_ledger_back(folder: Path, tmp_path: Path, harm: Harm) -> None:
    slamon(folder, "ledger", "backup", tmp_path / "kept")
    harm(folder)

    done = slamon(folder, "ledger", "restore", tmp_path / "kept", "--replace")

    assert done.exit_code == 0, done.output
    with House(folder) as house:
        assert house.ledger.version("breach:sla.o1.99") == 1


def test_damaged_views_are_told_apart_from_a_damaged_ledger(folder: Path) -> None:
    (views,) = folder.glob("views.*.db")
    views.write_bytes(b"something else " * 2_000)

    done = slamon(folder, "breaches", "list")
    (wrong,) = [
        each
        for each in json.loads(slamon(folder, "doctor", "--json").stdout)
        if each["state"] == "wrong"
    ]
    views.unlink()

    assert f"a file of views in {folder} is damaged" in done.stderr
    assert "delete views.*.db there" in wrong["do"]
    assert slamon(folder, "breaches", "list").exit_code == 0


def test_a_log_that_was_cut_loses_only_what_stands_behind_the_cut(
    folder: Path, tmp_path: Path
) -> None:
    """What is in the log was acknowledged: after a cut the whole facts before it are read, and none in part."""
    crashed = tmp_path / "crashed"
    with closing(Ledger(folder / "ledger.db", NAMES)) as ledger:
        before = ledger.position()
        for number in range(20):
            upheld(ledger, f"breach:sla.o2.{number}", size=5_000)
        shutil.copytree(folder, crashed)  # as a crash leaves it: nothing was closed
    log = crashed / "ledger.db-wal"
    (crashed / "ledger.db-shm").unlink()
    os.truncate(log, log.stat().st_size // 2)

    with closing(Ledger(crashed / "ledger.db", NAMES)) as ledger:
        left = ledger.position() - before

        assert 0 < left < 20
        assert [ledger.version(f"breach:sla.o2.{n}") for n in range(20)] == [1] * left + [0] * (
            20 - left
        )
        assert upheld(ledger, "breach:sla.o3.1") == before + left + 1


def test_a_ledger_that_may_only_be_read_is_refused_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may write everywhere (root) is not kept from it by a mode; the store itself can refuse alike."""
    monkeypatch.setenv("SLAMON_DATA", str(folder))
    with closing(Ledger(folder / "ledger.db", NAMES)) as ledger:
        with ledger._recorder.datastore.transaction(commit=True) as cursor:  # type: ignore[attr-defined]
            cursor.execute("PRAGMA query_only=ON")
        with pytest.raises(typer.Exit), refusals():
            upheld(ledger, "breach:sla.o1.new")

    said = capsys.readouterr().err
    assert said.startswith(f"{folder}: ")
    assert "it may only be read; nothing of this was recorded, let slamon's user write" in said


def test_the_doctor_finds_nothing_wrong_with_a_ledger_that_is_sound(folder: Path) -> None:
    said = states(folder)

    assert set(said) == {
        *("packages", "disk", "store", "integrity", "streams", "facts", "clock", "lock"),
        *("recorded", "views", "seal", "agents"),
    }
    assert {check for check, state in said.items() if state == "wrong"} == set()
    assert said["seal"] == "ok"


def sql(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "ledger.db")) as rows, rows:
        rows.execute(statement, values)


def lose_a_fact(folder: Path) -> None:
    sql(folder, "UPDATE stored_events SET originator_version = 3 WHERE rowid = 50")


def write_from_the_future(folder: Path) -> None:
    state = (
        json.dumps({"at": now() + 3_600_000_000, "by": "rita", "cause": None}).encode() + b"\n{}"
    )
    sql(folder, "INSERT INTO stored_events VALUES ('a', 1, 'terms-withdrawn/1', ?)", state)


def write_as_a_newer_program(folder: Path) -> None:
    sql(folder, "UPDATE stored_events SET topic = 'breach-upheld/9' WHERE rowid = 50")


def leave_the_log(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "ledger.db")) as rows:
        rows.execute("PRAGMA journal_mode=DELETE")


def leave_a_half(folder: Path) -> None:
    (folder / ".restore-x1").mkdir()


@pytest.mark.parametrize(
    ("minutes", "seal", "state"),
    [
        pytest.param(60, False, "warning", id="facts that have waited for hours"),
        pytest.param(60, True, "ok", id="nothing new since a seal, however old it is"),
        pytest.param(180, False, "ok", id="facts that may wait for so long"),
    ],
)
def test_the_doctor_looks_for_facts_without_a_seal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minutes: int, state: str, *, seal: bool
) -> None:
    long_ago = now() - 4 * 3_600_000_000
    with closing(Ledger(tmp_path / "ledger.db", NAMES, lambda: long_ago)) as ledger:
        ledger.found("0123456789abcdef")
        if seal:
            sealing.seal(ledger, actor="rita")
    monkeypatch.setenv("SLAMON_SEAL_MINUTES", str(minutes))

    assert states(tmp_path)["seal"] == state


@pytest.mark.parametrize(
    ("harm", "check", "state"),
    [
        pytest.param(lose_a_fact, "streams", "wrong", id="a stream with a gap"),
        pytest.param(write_from_the_future, "recorded", "wrong", id="a fact from the future"),
        pytest.param(write_as_a_newer_program, "facts", "wrong", id="a fact nobody can read"),
        pytest.param(leave_the_log, "store", "wrong", id="a journal that was switched over"),
        pytest.param(leave_a_half, "leftovers", "warning", id="the rest of a killed restore"),
    ],
)
def test_the_doctor_finds(folder: Path, harm: Harm, check: str, state: str) -> None:
    harm(folder)

    assert states(folder)[check] == state


def test_the_doctor_looks_while_slamon_is_up(folder: Path) -> None:
    with House(folder) as house, house.alone("slamon up"):
        done = slamon(folder, "doctor", "--json")

    (lock,) = [each for each in json.loads(done.stdout) if each["check"] == "lock"]
    assert "slamon up" in lock["says"]
    assert done.exit_code == 0


def test_the_doctor_says_that_there_is_no_ledger(tmp_path: Path) -> None:
    assert states(tmp_path / "nothing")["ledger"] == "wrong"
    assert not (tmp_path / "nothing").exists()
