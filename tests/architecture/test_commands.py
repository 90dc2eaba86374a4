"""The commands a fresh machine starts with."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

SCRIPTS = [pytest.param(name, id=name) for name in (".ci/run", ".ci/system-packages")]


def test_continuous_integration_makes_the_tests_and_nothing_else(tree: Path) -> None:
    lines = (tree / ".ci/run").read_text().splitlines()

    assert lines == ["#!/bin/sh", "set -eu", 'cd "$(dirname "$0")/.."', "exec make test"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_can_be_run_by_any_shell(script: str, tree: Path) -> None:
    read = subprocess.run(["sh", "-n", tree / script], capture_output=True, check=False)

    assert (read.returncode, read.stderr) == (0, b"")
    assert os.access(tree / script, os.X_OK)


@pytest.mark.parametrize("command", ["install", "run", "test", "check", "soak", "lock", "clean"])
def test_make_explains_its_commands(command: str, tree: Path) -> None:
    told = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )

    assert re.search(rf"^  make {command}  +\w", told.stdout, re.MULTILINE)


def test_an_old_python_is_refused_with_the_way_out(tree: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    refused = subprocess.run(
        ["make", "install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 2
    assert f"slamon needs Python 3.11 or newer as {old}" in refused.stderr
    assert not (tmp_path / "venv").exists()
