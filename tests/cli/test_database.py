"""`SLAMON_DATABASE`: the ledger in PostgreSQL, and what is said where it cannot be there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from benchmarks.cluster import Cluster
from slamon.cli.main import app
from slamon.cli.settings import Settings
from slamon.ledger.connecting import refuse_too_old
from slamon.ledger.place import UnusablePlaceError

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "digital-editions"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command with a database."""

    def command(database: str, *arguments: object) -> Result:
        env = {"SLAMON_DATA": str(tmp_path), "SLAMON_DATABASE": database, "SLAMON_ACTOR": "rita"}
        return CliRunner(env=env).invoke(app, [str(a) for a in arguments])

    return command


def test_commands_keep_the_ledger_in_the_database(
    run: Run, postgres_url: str, tmp_path: Path
) -> None:
    applied = run(postgres_url, "catalogue", "apply", STARTER, "--yes")
    stats = run(postgres_url, "ledger", "stats")

    assert applied.exit_code == 0, applied.output
    assert "terms-stated/1" in stats.stdout
    assert not list(tmp_path.glob("*.db"))


def test_an_empty_database_is_not_taken_for_a_ledger(run: Run, postgres_url: str) -> None:
    said = run(postgres_url, "breaches", "list")

    assert said.exit_code == 1
    assert "there is no ledger in PostgreSQL at 127.0.0.1:" in said.stderr
    assert "set SLAMON_DATABASE, or begin with" in said.stderr


def test_the_doctor_makes_no_ledger_where_there_is_none(run: Run, postgres_url: str) -> None:
    for _ in range(2):
        said = run(postgres_url, "doctor")

        assert said.exit_code == 1
        assert "wrong   ledger: there is no ledger (PostgreSQL at 127.0.0.1:" in said.stdout


@pytest.mark.parametrize("command", [("ledger", "stats"), ("up",), ("up", "--standby")])
def test_what_the_server_refuses_is_told_in_one_sentence(
    command: tuple[str, ...], run: Run, cluster: Cluster
) -> None:
    stranger = run(f"postgresql://ann:secret@127.0.0.1:{cluster.port}/slamon", *command)
    missing = run(cluster.url("elsewhere"), *command)

    place = f"PostgreSQL at 127.0.0.1:{cluster.port}, database"
    assert stranger.stderr.splitlines() == [
        f'{place} slamon cannot be used: password authentication failed for user "ann"'
    ]
    assert missing.stderr.splitlines() == [
        f'{place} elsewhere cannot be used: database "elsewhere" does not exist'
    ]
    assert (stranger.exit_code, missing.exit_code) == (1, 1)
    sentence = missing.stderr.strip()
    assert (
        f"wrong   ledger: {sentence} (SLAMON_DATABASE)"
        in run(cluster.url("elsewhere"), "doctor").stdout
    )


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        pytest.param(130_014, "is version 13: slamon needs 14 or newer", id="the last before"),
        pytest.param(90_624, "is version 9: slamon needs 14 or newer", id="one of long ago"),
    ],
)
def test_a_server_that_is_too_old_is_refused(version: int, sentence: str) -> None:
    url = "postgresql://ann:secret@db.example/slamon"

    with pytest.raises(UnusablePlaceError, match=f"^PostgreSQL at db.example, .* {sentence}$"):
        refuse_too_old(url, version)
    refuse_too_old(url, 140_000)


@pytest.mark.parametrize(
    ("database", "sentence"),
    [
        pytest.param(
            "postgresql://ann:secret@127.0.0.1:1/slamon",
            "PostgreSQL at 127.0.0.1:1, database slamon cannot be used: Connection refused",
            id="nobody listens",
        ),
        pytest.param(
            "mysql://ann:secret@127.0.0.1/slamon",
            "the database is to be given as postgresql://USER:PASSWORD@HOST:PORT/NAME",
            id="another kind of database",
        ),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence_without_its_password(
    database: str, sentence: str, run: Run
) -> None:
    said = run(database, "ledger", "stats")

    assert said.exit_code == 1
    assert said.stderr.startswith(sentence)
    assert said.stderr.count("\n") == 1
    assert "secret" not in said.output + repr(Settings(database=database))
