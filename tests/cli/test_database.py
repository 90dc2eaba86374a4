"""`SLAMON_DATABASE`: the ledger in PostgreSQL, and what is said where it cannot be there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from slamon.cli.main import app
from slamon.cli.settings import Settings

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
