"""Open files: the limit is raised as far as it goes, and what it does not allow is told."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

PROGRAM = """
import resource
from probes.descriptors import attempts_at_once
print(attempts_at_once(2000), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def limited(soft: int, hard: int) -> tuple[int, int, str]:
    """Ask in a process of its own: a hard limit cannot be raised again."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),
    )
    attempts, limit = map(int, done.stdout.split())
    return attempts, limit, done.stderr


@pytest.mark.parametrize(
    ("soft", "hard", "attempts", "limit"),
    [
        pytest.param(1024, 10_000, 2000, 8100, id="the usual limit is raised"),
        pytest.param(9000, 10_000, 2000, 9000, id="one that is high enough stays"),
        pytest.param(256, 900, 200, 900, id="a low one is used up to what may be had"),
        pytest.param(64, 64, 1, 64, id="one attempt is always made"),
    ],
)
def test_the_limit_of_open_files(soft: int, hard: int, attempts: int, limit: int) -> None:
    assert limited(soft, hard)[:2] == (attempts, limit)


def test_a_low_limit_is_told_with_where_to_raise_it() -> None:
    said = limited(256, 900)[2]
    assert "900 open files allows 200 attempts at once instead of 2000 (see ulimit -Hn)" in said
