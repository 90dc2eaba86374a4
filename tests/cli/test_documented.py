"""Every command line of the documents is one that slamon takes: names, options, and who decides where that is asked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from slamon.cli.main import app

TREE = Path(__file__).parents[2]
DOCUMENTS = [TREE / "README.md", *sorted((TREE / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`((?:[A-Z_]+=\S* )*(?:\.venv/bin/)?slamon [^`]+)`")
LINE = re.compile(r"^(?:[A-Z_]+=\S* )*(?:\.venv/bin/)?slamon (.*)$")
MARK = "slamon cold parts 1"  # the first bytes of a file, and no command
CUT = {"…", "..."}  # an example that leaves out what is told before
GIVEN = ("SLAMON_ACTOR=", "export SLAMON_ACTOR")


def lines(document: Path) -> Iterator[tuple[str, bool]]:
    """The command lines, and whether they stand in a block, to be copied as they are."""
    text = document.read_text("utf-8")
    for block in BLOCK.findall(text):
        joined = block.replace("\\\n", " ")
        yield from ((line, True) for line in joined.splitlines() if LINE.match(line))
    yield from ((line, False) for line in QUOTED.findall(text) if line != MARK)


CASES = [
    pytest.param(line, whole, id=f"{document.name}: {line}")
    for document in DOCUMENTS
    for line, whole in dict.fromkeys(lines(document))
]


def parsed(words: list[str]) -> tuple[Any, dict[str, object], list[str]]:
    """The command that is named, with what it takes of the words, and what it lacks."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("slamon", [], resilient_parsing=True)
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.get_command(context, name)
        assert command is not None, f"there is no command {name}"
        context = command.make_context(name, [], parent=context, resilient_parsing=True)
    taken, left, _ = command.make_parser(context).parse_args(words)
    assert left == [], f"{left} are too many"
    required = [each.name for each in command.params if each.required]
    return command, taken, [name for name in required if taken.get(name) in {None, ()}]


@pytest.mark.parametrize(("line", "whole"), CASES)
def test_a_command_of_the_documents_is_taken_as_it_stands(line: str, *, whole: bool) -> None:
    match = LINE.match(line)
    assert match is not None
    words = shlex.split(match[1].partition(" > ")[0], comments=True)
    shortened = bool(CUT & set(words))

    command, taken, lacking = parsed([word for word in words if word not in CUT])

    if whole and not shortened:
        assert lacking == []
    decides = any(each.name == "actor" for each in command.params)
    if whole and decides and not line.startswith(GIVEN):
        assert taken.get("actor"), "who decides? the line lacks --as"


def test_the_documents_have_commands() -> None:
    assert len(CASES) > 30
