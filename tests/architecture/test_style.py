"""The tools that read the code agree with it; `make check` formats before it asks them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(sys.executable).parent


@pytest.mark.timeout(300)  # mypy and deptry read everything once on a fresh clone
@pytest.mark.parametrize(
    "command",
    [
        pytest.param("ruff format --check", id="the formatter has nothing to change"),
        pytest.param("ruff check", id="no rule of style is broken"),
        pytest.param("mypy", id="types hold strictly"),
        pytest.param("lint-imports", id="imports go one way, and every room has its place"),
        pytest.param("deptry .", id="dependencies are those that are used"),
    ],
)
def test_the_tools_find_nothing(command: str, tree: Path) -> None:
    name, *arguments = command.split()

    found = subprocess.run(
        [TOOLS / name, *arguments], cwd=tree, capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout + found.stderr
