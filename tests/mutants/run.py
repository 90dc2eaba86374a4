"""Put typical mistakes into a copy of the source, one at a time, and see whether a test catches each.

The working tree is never changed. Exit 1 if a mistake passes all its tests, or cannot be made or judged.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
TREE = HERE.parents[1]
COPIED = ("slamon", "catalogue", "probes", "tests", "docs")
LONGEST = 180  # seconds until the tests of one mistake are given up
PASSED, FAILED = 0, 1  # what pytest says when it could judge


class Mutant(NamedTuple):
    """A mistake: the text it replaces in a file, and the tests that should catch it."""

    mistake: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


class Found(NamedTuple):
    """What the tests said of a mistake; `by` is the test that caught it, or what went wrong instead."""

    mutant: Mutant
    caught: bool
    by: str


def mutants() -> list[Mutant]:
    """Read the list of mistakes."""
    stated = tomllib.loads((HERE / "mutants.toml").read_text("utf-8"))["mutant"]
    return [Mutant(**{**each, "tests": tuple(each["tests"])}) for each in stated]


def occurrences(mutant: Mutant, tree: Path = TREE) -> int:
    """Say how often the text stands in its file; a list that has not rotted says once."""
    file = tree / mutant.file
    return file.read_text("utf-8").count(mutant.old) if file.is_file() else 0


def hunted(mutant: Mutant) -> Found:
    """Make the mistake in a copy of the tree and run its tests there."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        copy(tree)
        if occurrences(mutant, tree) != 1:
            return Found(mutant, caught=False, by="its text is not found exactly once")
        file = tree / mutant.file
        file.write_text(file.read_text("utf-8").replace(mutant.old, mutant.new), "utf-8")
        return tested(mutant, tree)


def copy(tree: Path) -> None:
    leave = shutil.ignore_patterns("__pycache__", "*.db", "node_modules")
    for name in COPIED:
        shutil.copytree(TREE / name, tree / name, ignore=leave)
    shutil.copy(TREE / "pyproject.toml", tree)


def tested(mutant: Mutant, tree: Path) -> Found:
    # The copy goes before the installed tree; a bytecode cache would outlive its source.
    surroundings = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        ran = subprocess.run(
            [*command, "--hypothesis-seed=0", "--tb=no", *mutant.tests],
            cwd=tree,
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Found(mutant, caught=True, by=f"no end after {LONGEST} s")
    if ran.returncode not in {PASSED, FAILED}:
        return Found(mutant, caught=False, by=f"its tests did not run: {ran.stdout[-300:]}")
    failed = re.search(r"^FAILED (?:\w+/)*(.*?)(?: - .*)?$", ran.stdout, re.MULTILINE)
    return Found(mutant, ran.returncode == FAILED, failed[1] if failed else "nothing")


def report(found: Sequence[Found]) -> int:
    """Print what became of each mistake, and give the exit code."""
    width = max(len(each.mutant.mistake) for each in found)
    for each in found:
        sys.stdout.write(
            f"{each.mutant.mistake:<{width}}  {'caught by' if each.caught else 'NOT CAUGHT:'} {each.by}\n"
        )
    survivors = [each for each in found if not each.caught]
    sys.stdout.write(f"{len(found) - len(survivors)} of {len(found)} mistakes are caught\n")
    return 1 if survivors else 0


def main() -> int:
    """Hunt the mistakes whose description has the words given, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="hunt only mistakes that are described so")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    wanted = [each for each in mutants() if all(word in each.mistake for word in asked.words)]
    if not wanted:
        parser.error("no mistake is described so")
    untouched = Mutant("nothing", "pyproject.toml", "[project]", "[project]", all_tests(wanted))
    if (before := hunted(untouched)).caught or before.by != "nothing":
        sys.stdout.write(f"the tests fail without any mistake: {before.by}\n")
        return 1
    with ThreadPoolExecutor(asked.workers) as pool:
        return report(list(pool.map(hunted, wanted)))


def all_tests(wanted: Sequence[Mutant]) -> tuple[str, ...]:
    return tuple(sorted({test for each in wanted for test in each.tests}))


if __name__ == "__main__":
    sys.exit(main())
