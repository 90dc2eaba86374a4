"""How a server shares the interpreter among its threads."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from slamon.cli.sharing import share_the_interpreter


@pytest.fixture
def shared() -> Iterator[None]:
    """The interpreter as a server shares it; afterwards as it was."""
    before = gc.get_threshold(), sys.getswitchinterval()
    share_the_interpreter()
    yield
    gc.unfreeze()
    gc.set_threshold(*before[0])
    sys.setswitchinterval(before[1])


@pytest.mark.usefixtures("shared")
def test_no_thread_stops_for_all_memory_while_an_overview_is_computed() -> None:
    before = [each["collections"] for each in gc.get_stats()]

    kept = [[number] for number in range(300_000)]

    young, middle, whole = (each["collections"] for each in gc.get_stats())
    assert len(kept) == 300_000
    assert (young > before[0], middle > before[1], whole) == (True, True, before[2])
