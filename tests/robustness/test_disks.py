"""A disk that is full, or may only be read: every command says which and what to do, and nobody is sent to a backup."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from slamon.cli.house import Decisions, House, now
from slamon.cli.main import app
from slamon.ledger.disk import hindrance
from slamon.ledger.lock import FolderLock
from slamon.ledger.trouble import passing
from slamon.sla.review import BreachUpheld
from slamon.views.following import Following
from slamon.web.access import Access
from slamon.web.app import build

NOBODY = 65_534
COMMANDS = [
    *(["doctor", "--json"], ["ledger", "stats"], ["ledger", "seal"], ["ledger", "verify"]),
    *(["ledger", "backup", "/mnt/kept"], ["breaches", "list"], ["agent", "list"], ["sign-in"]),
    ["judge", "--agreement", "sla", "--period", "2026-02"],
    ["breaches", "waive", "sla.o1.2026-02", "--reason", "ill"],
    ["actor", "add", "Ann"],
    ["up"],
]
NAMESPACE = ["unshare", "--mount", *(["--user", "--map-root-user"] if os.geteuid() else [])]

Answers = dict[str, tuple[int, str, str]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a ledger and its views."""
    path = tmp_path_factory.mktemp("sound") / "var"
    with House(path) as house:
        house.ledger.append("breach:sla.o1.x", [BreachUpheld(reason="x")], after=0, actor="rita")
        house.refresh()
    return path


@pytest.fixture(scope="module")
def able() -> None:
    """Skip where no process may mount a disk that it alone sees."""
    mounting = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        refused = subprocess.run(mounting, capture_output=True, check=False, text=True)
    except FileNotFoundError as missing:
        pytest.skip(f"needs a mount namespace: {missing}")
    if refused.returncode:
        pytest.skip(f"needs a mount namespace: {refused.stderr.strip()}")


@pytest.fixture(scope="module")
def on_disk(sound: Path, able: None) -> Callable[[str], Answers]:
    """What the commands answer on a disk of their own."""

    def answered(how: str) -> Answers:
        script = Path(__file__).with_name("on_disk.py")
        done = subprocess.run(
            [*NAMESPACE, sys.executable, script, how, sound],
            input=json.dumps(COMMANDS),
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return {command: tuple(answer) for command, answer in json.loads(done.stdout).items()}

    return answered


def wrong(answers: Answers) -> list[dict[str, Any]]:
    return [each for each in json.loads(answers["doctor --json"][1]) if each["state"] != "ok"]


@pytest.mark.parametrize(
    ("how", "said", "do"),
    [
        pytest.param(
            "full", "the disk is full (0 KiB are free at /mnt/var)", "free some space", id="full"
        ),
        pytest.param(
            "read-only",
            "the file system of /mnt/var may only be read",
            "mount it so that user ",
            id="mounted to be read",
        ),
    ],
)
def test_a_disk_that_takes_nothing_is_told_alike_by_every_command(
    on_disk: Callable[[str], Answers], how: str, said: str, do: str
) -> None:
    answers = on_disk(how)

    disk, unseen = wrong(answers)
    assert (disk["check"], disk["state"], disk["says"]) == ("disk", "wrong", said)
    assert disk["do"].startswith(do)
    assert (unseen["check"], unseen["state"], unseen["do"]) == ("unseen", "warning", "")
    assert "nothing says that anything is damaged" in unseen["says"]
    for command, (code, _, stderr) in answers.items():
        if command != "doctor --json":
            assert code == 1, command
            (sentence,) = stderr.splitlines()
            assert said.partition("/mnt")[0] in sentence, command
            assert "nothing of this was recorded" in sentence or "no backup" in sentence, command
    assert "restore" not in json.dumps(answers)


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user whom modes keep out, also where the tests are run by one whom they do not."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(own)


@contextmanager
def shut(folder: Path) -> Iterator[None]:
    """While this user is kept out of a folder."""
    folder.chmod(0o500)
    try:
        with unprivileged():
            yield
    finally:
        folder.chmod(0o700)


def test_a_folder_that_is_another_user_s_is_told_with_the_user_who_must_be_let_in(
    sound: Path, tmp_path: Path
) -> None:
    env = {"SLAMON_DATA": str(sound), "SLAMON_ACTOR": "rita"}
    CliRunner(env=env).invoke(app, ["doctor"])  # all that it needs is loaded
    with shut(sound):
        done = CliRunner(env=env).invoke(app, ["doctor", "--json"])
        said = hindrance(sound)

    assert done.exit_code == 1
    assert said is not None
    assert said.says.endswith(f"may not read and write {sound}")
    assert said.says.startswith("user ")
    assert said.says in done.stdout
    assert "restore" not in done.stdout
    assert "Error" not in done.stdout
    assert hindrance(sound) is None
    assert hindrance(tmp_path / "nothing") is None


class NoOffice:
    """Of a process that folds and does nothing else."""

    def attend(self) -> None:
        """Start nothing."""

    def stand_still(self) -> None:
        """Decide nothing, as always."""

    def end(self) -> None:
        """Leave nothing behind."""


def test_the_fold_says_who_must_be_let_in_where(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with House(folder) as house, FolderLock(folder, "a test") as lock:
        house.ledger.append("breach:sla.o1.x", [BreachUpheld(reason="x")], after=0, actor="rita")
        tables = house.folder_of_views()
        following = Following(tables, lock, NoOffice(), now, home=folder)
        with shut(folder):
            following.run(lambda: following.pulse.trouble is not None)

    said = following.pulse.trouble or ""
    assert "the views do not follow the ledger: user " in said
    assert f"may not read and write {folder}" in said


def test_pages_and_the_api_say_who_must_be_let_in_where(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    written = APIRouter()

    @written.get("/api/v1/written")
    @written.get("/written")
    def write() -> None:
        with closing(sqlite3.connect(folder / "ledger.db")) as connection:
            connection.execute("CREATE TABLE a (b)")

    with House(folder) as house, closing(Access(None, now)) as access:
        decisions = Decisions(house)
        web = build(
            house.reading,
            decisions,
            access,
            clock=now,
            ready=list,
            home=folder,
            extra_routers=[written],
        )
        visitor = TestClient(web, raise_server_exceptions=False)
        with shut(folder):
            page, api = visitor.get("/written"), visitor.get("/api/v1/written")

    assert (page.status_code, api.status_code) == (503, 503)
    assert f"may not read and write {folder}" in page.text
    assert f"may not read and write {folder}" in api.json()["detail"]


def test_a_full_disk_that_nobody_named_is_not_taken_for_that_of_the_ledger(tmp_path: Path) -> None:
    said = passing(OSError(28, "No space left on device"), tmp_path)

    assert said is not None
    assert said.startswith("the disk that was written to is full; ")
    assert str(tmp_path) not in said


def test_a_port_that_may_not_be_taken_is_no_trouble_of_the_disk(tmp_path: Path) -> None:
    assert passing(PermissionError(13, "Permission denied"), tmp_path) is None
    assert passing(ConnectionResetError(104, "Connection reset by peer"), tmp_path) is None


def test_a_full_disk_of_backups_is_not_taken_for_that_of_the_ledger(
    sound: Path, able: None
) -> None:
    script = 'mount -t tmpfs -o size=64k tmpfs /mnt && exec "$@"'
    program = "from slamon.cli.main import run; run()"
    command = [sys.executable, "-c", program, "ledger", "backup", "/mnt/kept"]
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", script, "sh", *command],
        env={**os.environ, "SLAMON_DATA": str(sound)},
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("the disk is full (")
    assert done.stderr.endswith("are free at /mnt); no backup was made, free some space\n")
