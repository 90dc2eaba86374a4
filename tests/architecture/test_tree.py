"""What the tree must not contain: registries, machines, missing hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

TEXT = {".css", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", ".html", ".lock", ".csv"}
PLACES = ("slamon", "catalogue", "probes", "benchmarks", "dashboards", "docs", "tests")
# Written in two parts, so that this file does not find itself.
MACHINE_PATHS = re.compile("/(?:" + "|".join(["wo" + "rk/", "ho" + "me/[a-z]", "ro" + "ot/"]) + ")")


@pytest.fixture(scope="module")
def lock(tree: Path) -> str:
    return (tree / "requirements.lock").read_text()


def texts(tree: Path) -> list[Path]:
    """The text files of the tree, data folders of running programs left out."""
    inside = [path for place in PLACES for path in (tree / place).rglob("*")]
    candidates = [*tree.glob("*"), *tree.glob(".ci/*"), *inside]
    return [
        path
        for path in candidates
        if path.is_file()
        and (
            path.suffix in TEXT or path.name in {"Dockerfile", "Makefile", "run", "system-packages"}
        )
    ]


def test_the_lock_names_no_registry(lock: str) -> None:
    assert re.findall(r"\S*://\S*|--(?:extra-)?index-url.*|--find-links.*", lock) == []


def test_every_version_of_the_lock_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^ +#.*\n?", "", lock, flags=re.MULTILINE).strip())

    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_lock_has_every_dependency_of_the_project(lock: str, tree: Path) -> None:
    project = tomllib.loads((tree / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[<>=]", line)[0].replace(".", "-") for line in wanted}

    assert names - set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)) == set()


def test_no_text_names_a_path_of_the_machine_it_was_written_on(tree: Path) -> None:
    found = [
        str(path.relative_to(tree))
        for path in texts(tree)
        if MACHINE_PATHS.search(path.read_text(errors="replace"))
    ]

    assert found == []


def test_every_module_stays_small(tree: Path) -> None:
    lengths = {
        str(path.relative_to(tree)): len(path.read_text().splitlines())
        for package in ("slamon", "catalogue", "probes", "benchmarks")
        for path in (tree / package).rglob("*.py")
    }

    assert {name: length for name, length in lengths.items() if length > 400} == {}
