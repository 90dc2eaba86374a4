"""What the documents list is what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def project(tree: Path) -> dict[str, Any]:
    return tomllib.loads((tree / "pyproject.toml").read_text())


def test_every_dependency_has_its_reason(project: dict[str, Any], tree: Path) -> None:
    extras = project["project"]["optional-dependencies"].values()
    declared = [
        *project["project"]["dependencies"],
        *(line for extra in extras for line in extra),
        *project["dependency-groups"]["dev"],
    ]
    text = (tree / "docs/dependencies.md").read_text()
    rows = re.findall(r"^\| (?!distribution)([\w.-]+) \| \w", text, re.MULTILINE)

    assert rows == [re.split(r"[<>=\[]", line)[0] for line in declared]


def test_every_ignored_rule_says_why(tree: Path) -> None:
    text = (tree / "pyproject.toml").read_text()
    ignored = re.findall(r'^    "[A-Z]+\d+",(.*)$', text, re.MULTILINE)

    assert ignored
    assert [line for line in ignored if not re.match(r" +# \w", line)] == []


def test_files_named_by_the_recipes_are_there(tree: Path) -> None:
    text = (tree / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:slamon|catalogue|probes|tests|docs)/[\w./-]+)`", text)

    assert [name for name in named if not (tree / name).exists()] == []
