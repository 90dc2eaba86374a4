"""What the commands say of themselves, and what they refuse as wrong usage."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from probes.__main__ import Settings as AgentSettings
from slamon.cli.main import Commands, app
from slamon.cli.settings import Settings

HELP = [
    pytest.param((), id="slamon"),
    pytest.param(("up",), id="up"),
    pytest.param(("demo",), id="demo"),
    pytest.param(("catalogue",), id="a group"),
    pytest.param(("catalogue", "apply"), id="a command of a group"),
    pytest.param(("ledger", "show"), id="a command with numbers"),
]


@pytest.mark.parametrize("command", HELP)
def test_an_option_that_takes_no_value_shows_no_type(empty: Any, command: tuple[str, ...]) -> None:
    said = empty(*command, "--help")

    assert said.exit_code == 0
    assert "Show this message and exit." in said.stdout
    assert "bool" not in said.stdout


@pytest.mark.parametrize("command", HELP[:3])
def test_the_settings_are_listed_with_their_defaults(empty: Any, command: tuple[str, ...]) -> None:
    said = " ".join(empty(*command, "--help").stdout.split())

    for name, field in Settings.model_fields.items():
        assert f"SLAMON_{name.upper()}: {field.description} (default: " in said
    assert "SLAMON_PORT: its port; 0 takes a free one (default: 8000)" in said


def test_the_settings_that_the_agent_reads_have_the_defaults_that_are_listed() -> None:
    read = AgentSettings.model_fields

    for name in ("spool_days", "spool_mib"):
        assert Settings.model_fields[name].default == read[name].default


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        pytest.param(("breaches", "list", "--status", "nope"), "'nope' is not one", id="status"),
        pytest.param(("ledger", "show", "--after", 10**20), "--after", id="a position too large"),
        pytest.param(("ledger", "show", "--limit", 10**20), "--limit", id="a number too large"),
        pytest.param(("ledger", "show", "--limit", 0), "--limit", id="a limit of nothing"),
        pytest.param(("ledger", "prove", 10**23), "POSITION", id="a fact to be proved"),
        pytest.param(("ledger", "seals", "--after", 10**23), "--after", id="a seal beyond all"),
        pytest.param(("ledger", "bring-back", "a", "--first", 10**23), "--first", id="first"),
        pytest.param(("ledger", "bring-back", "a", "--last", 10**23), "--last", id="last"),
        pytest.param(("agent", "release", 10**23, "--reason", "r"), "POSITION", id="a batch"),
    ],
)
def test_wrong_usage_is_told_as_such(
    empty: Any, command: tuple[object, ...], sentence: str
) -> None:
    said = empty(*command)

    assert said.exit_code == 2
    assert sentence in said.stderr


@pytest.mark.parametrize(
    ("command", "form"),
    [
        pytest.param(
            ("incident", "declare"), "with its offset, no local time", id="incident declare"
        ),
        pytest.param(("incident", "end"), "with its offset, no local time", id="incident end"),
        pytest.param(("observations", "void"), "with its offset, no local time", id="void"),
        pytest.param(("observations", "correct"), "with its offset, no local time", id="correct"),
        pytest.param(("judge",), "with its offset, no local time", id="judge"),
        pytest.param(("exclusion", "announce"), "on the clock of the agreement", id="announce"),
    ],
)
def test_an_option_that_takes_an_instant_says_its_form(
    empty: Any, command: tuple[str, ...], form: str
) -> None:
    said = " ".join(empty(*command, "--help").stdout.replace("│", " ").split())

    assert form in said


def test_a_command_is_loaded_without_what_only_the_web_needs() -> None:
    asked = "import sys; from typer.testing import CliRunner; from slamon.cli.main import app;"
    ran = "done = CliRunner().invoke(app, ['judge', '--help']); assert done.exit_code == 0;"
    heavy = "print(sorted({'fastapi', 'uvicorn', 'slamon.cli.serving'} & set(sys.modules)))"

    said = subprocess.check_output([sys.executable, "-c", asked + ran + heavy], text=True)

    assert said == "[]\n"


def _parameters(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each parameter of each command, with the names that lead to it."""
    if not hasattr(command, "list_commands"):
        yield from ((" ".join((*path, each.name)), each) for each in command.params)
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from _parameters(command.get_command(context, name), (*path, name))


def test_every_number_that_a_command_takes_has_an_end_and_every_argument_one_spelling() -> None:
    found = list(_parameters(typer.main.get_command(app)))

    endless = [name for name, each in found if each.min is not None and each.max is None]
    arguments = [each for _, each in found if each.param_type_name == "argument"]
    assert endless == []
    assert "ledger show position" in {name for name, each in found if each.max}
    assert [each.name for each in arguments if not (each.metavar or "").rstrip(".").isupper()] == []


def test_every_command_is_found_at_its_place(empty: Any) -> None:
    for name in Commands.places:
        said = empty(name, "--help")
        assert said.exit_code == 0, said.output
        assert f" {name} [OPTIONS]" in said.stdout
