"""Every rule of judging and of charging names the modules that follow it and the tests that hold them to it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

RULES = {
    "judging.md": [
        *("T1", "T2", "T3", "T4", "T5", "4.2"),
        *("P1", "P1b", "P2", "P3", "P4", "P5", "P6", "P7"),
        *("E1", "E2", "E3", "E4", "E5"),
        *("4.5", "4.6", "4.7", "4.8", "4.9", "4.10", "4.11", "4.12", "4.13"),
    ],
    "charging.md": [f"M{number}" for number in range(1, 15)],
}


class Row(NamedTuple):
    """A rule, and the modules and tests that the table names for it."""

    rule: str
    modules: list[str]
    tests: list[str]


@pytest.fixture(scope="module", params=RULES)
def page(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def table(tree: Path, page: str) -> list[Row]:
    lines = (tree / "docs" / page).read_text("utf-8").splitlines()
    cells = [line.strip("|").split(" | ") for line in lines if re.match(r"\| [TPE4M]", line)]
    return [Row(each[0].strip(), named(each[-2]), named(each[-1])) for each in cells]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def functions_of(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    body = ast.parse(file.read_text("utf-8")).body
    return {each.name for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_rule_is_in_the_table_once(table: list[Row], page: str) -> None:
    assert [row.rule for row in table] == RULES[page]


def test_every_rule_names_modules_that_are_there(table: list[Row], tree: Path) -> None:
    assert [row.rule for row in table if not row.modules] == []
    assert [name for row in table for name in row.modules if not (tree / name).exists()] == []


def test_every_rule_names_tests_that_are_there(table: list[Row], tree: Path) -> None:
    split = [(test, *test.split("::")) for row in table for test in row.tests]

    assert [row.rule for row in table if not row.tests] == []
    assert [
        test for test, file, name in split if name not in functions_of(tree / "tests" / file)
    ] == []
