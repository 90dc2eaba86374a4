"""What the doctor says beside damage: nobody measures, a cut spool, an empty file, a database that lets nobody in."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks.cluster import Cluster
from probes.spec import AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from probes.spool import Spool
from slamon.app import agents
from slamon.cli.assigning import AGENT
from slamon.cli.house import House, now
from slamon.cli.main import app
from slamon.cli.signing import Address
from slamon.ledger.examining import remedy
from slamon.ledger.lock import FolderLock

MINUTE = 60_000_000


def found(slamon: Any, check: str) -> list[dict[str, str]]:
    told = json.loads(slamon("doctor", "--json").stdout)
    return [each for each in told if each["check"] == check]


def told_to_ask(folder: Path, *segments: Segment) -> None:
    spec = TcpSpec(host="a.example", port=1, timeout=1)
    probe = AssignedProbe(probe="prb-a", spec=spec, phase=0, segments=segments)
    with House(folder) as house:
        agents.assign(house.ledger, AGENT, [probe], location="loc-bonn", actor="slamon")


def test_that_nobody_asks_what_is_due_is_said(slamon: Any) -> None:
    told_to_ask(slamon.folder, Segment(interval=MINUTE))

    (down,) = found(slamon, "agents")
    Address(slamon.folder, "http://127.0.0.1:1").write()
    os.utime(slamon.folder / "address", (now() / 1e6 - 3_600, now() / 1e6 - 3_600))
    (up,) = found(slamon, "agents")
    Address(slamon.folder, "http://127.0.0.1:1").write()
    (just_up,) = found(slamon, "agents")

    said = "nobody measures: 1 probe is due, and agent-local has handed in nothing yet"
    assert (down["state"], down["says"]) == ("warning", said)
    assert down["do"] == "start `slamon up`, whose agent asks them"
    assert (up["state"], up["says"]) == ("wrong", said)
    assert up["do"].startswith("start `slamon agent run`; if it runs, look at what it says (")
    assert just_up["state"] == "ok"


def test_nobody_need_ask_what_is_not_due(slamon: Any) -> None:
    told_to_ask(slamon.folder, Segment(interval=MINUTE, to=now() - MINUTE))

    (said,) = found(slamon, "agents")

    assert said["state"] == "ok"


def test_the_spool_of_the_folder_s_agent_is_looked_at(slamon: Any) -> None:
    assert found(slamon, "spool") == []
    Spool(slamon.folder / "spool.db").close()
    (sound,) = found(slamon, "spool")

    os.truncate(slamon.folder / "spool.db", 3_000)
    (cut,) = found(slamon, "spool")

    assert (sound["state"], cut["state"]) == ("ok", "wrong")
    assert cut["where"] == str(slamon.folder / "spool.db")
    assert "it begins a new spool" in cut["do"]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("doctor",), id="doctor"),
        pytest.param(("ledger", "stats"), id="stats"),
        pytest.param(("ledger", "verify"), id="verify"),
        pytest.param(("breaches", "list"), id="a list"),
        pytest.param(("judge", "--agreement", "a", "--period", "2026-02"), id="judge"),
    ],
)
def test_nothing_is_written_into_an_empty_file(
    commands: Callable[[Path], Any], tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "ledger.db").touch()

    done = commands(tmp_path)(*command)

    assert done.exit_code == 1
    assert f"{tmp_path / 'ledger.db'} is empty" in done.output
    assert "restore a backup: `slamon ledger restore FILE --replace`" in done.output
    assert "journal" not in done.output
    assert [(each.name, each.stat().st_size) for each in tmp_path.iterdir()] == [("ledger.db", 0)]


def test_no_check_has_the_name_of_another(slamon: Any) -> None:
    told = json.loads(slamon("doctor", "--json").stdout)

    names = [each["check"] for each in told]
    assert len(names) == len(set(names))


def test_ledgers_put_aside_are_counted_without_their_logs(slamon: Any) -> None:
    for ending in ("", "-wal"):
        (slamon.folder / f"ledger.db.replaced-20260301T000000.000000Z{ending}").touch()

    (one,) = found(slamon, "leftovers")
    (slamon.folder / "ledger.db.replaced-20260302T000000.000000Z").touch()
    (two,) = found(slamon, "leftovers")

    assert one["says"] == "1 ledger that was replaced"
    assert two["says"] == "2 ledgers that were replaced"


def test_whoever_holds_the_folder_is_named_by_its_command(slamon: Any) -> None:
    with FolderLock(slamon.folder, "slamon demo"):
        (held,) = found(slamon, "lock")

    assert re.search(r"in use by slamon demo \(process \d+\)$", held["says"])


def test_a_file_beside_a_database_is_told_as_not_asked(
    filled: Path, postgres_url: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(filled, tmp_path / "var")
    with House(folder, postgres_url):
        pass
    env = {"SLAMON_DATA": str(folder), "SLAMON_DATABASE": postgres_url}

    done = CliRunner(env=env).invoke(app, ["doctor", "--json"])

    (said,) = [each for each in json.loads(done.stdout) if each["check"] == "leftovers"]
    assert (said["state"], said["where"]) == ("warning", str(folder / "ledger.db"))
    assert "is not asked: SLAMON_DATABASE names another" in said["says"]
    assert "facts are not carried over (docs/postgresql.md)" in said["do"]


def test_a_refused_password_is_no_server_that_must_be_started(
    cluster: Cluster, tmp_path: Path
) -> None:
    url = f"postgresql://ann:secret@127.0.0.1:{cluster.port}/slamon"
    env = {"SLAMON_DATA": str(tmp_path), "SLAMON_DATABASE": url}

    done = CliRunner(env=env).invoke(app, ["doctor"])

    assert "user or password is refused: correct it in SLAMON_DATABASE" in done.stdout
    assert "start the server" not in done.stdout
    assert "secret" not in done.stdout


@pytest.mark.parametrize(
    ("reason", "do"),
    [
        pytest.param('role "ann" does not exist', "create the role", id="a user unknown"),
        pytest.param('database "x" does not exist', "create the database", id="no database"),
        pytest.param("no pg_hba.conf entry for host", "change its pg_hba.conf", id="a host"),
        pytest.param("fe_sendauth: no password supplied", "PGPASSFILE", id="no password"),
        pytest.param("could not extend file: No space left on device", "nothing else", id="full"),
        pytest.param("Connection refused", "start the server", id="nobody listens"),
    ],
)
def test_what_helps_depends_on_what_the_server_says(reason: str, do: str) -> None:
    assert do in remedy(f"PostgreSQL at db.example, database password cannot be used: {reason}")
