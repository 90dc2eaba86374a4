"""Houses over throwaway folders: what commands of several people do to one ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from slamon.cli.house import House


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[Callable[[], House]]:
    """Open the same data folder as often as asked, as so many programs would."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(House(tmp_path / "data"))


@pytest.fixture
def house(houses: Callable[[], House]) -> House:
    """The data folder as one program sees it."""
    return houses()
