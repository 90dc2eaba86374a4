"""The heap: what was freed is not given back to the system and fetched again."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

# Memory in pieces that the heap itself holds, not in areas of their own.
PROGRAM = """
import resource
from probes.heap import keep_what_is_freed
{begin}
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def fill():
    return [bytes(60_000) for _ in range(400)]
fill()
before = faults()
for _ in range(20):
    fill()
print(faults() - before)
"""


def faults(begin: str) -> int:
    """Pages that the system had to give to a program that fills and frees 24 MB twenty times."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(begin=begin)],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the setting is glibc's")
def test_memory_that_was_freed_is_used_again() -> None:
    pages = 400 * 60_000 // resource.getpagesize()
    assert faults("") > 10 * pages
    assert faults("assert keep_what_is_freed()") < pages


COLLECTIONS = """
import gc
from probes.heap import look_for_cycles_seldom
{begin}
before = gc.get_stats()[0]["collections"]
kept = [[] for _ in range(100_000)]
print(gc.get_stats()[0]["collections"] - before)
"""


def test_what_is_in_use_is_seldom_looked_through_for_cycles() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COLLECTIONS.format(begin="look_for_cycles_seldom()")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(done.stdout) <= 100_000 // 10_000
