from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from slamon.ledger.lock import FolderLock, HeldError


@pytest.fixture
def holder(tmp_path: Path, started: Callable[..., Any]) -> Any:
    """Another program that holds the lock of the folder."""
    program = started("hold", tmp_path, "slamon up")
    program.go()
    assert program.line() == "held"
    return program


def test_a_second_taker_is_refused_and_told_who_has_it(tmp_path: Path, holder: Any) -> None:
    sentence = (
        f"{tmp_path} is in use by slamon up (process {holder.process.pid}); stop that process first"
    )

    with pytest.raises(HeldError, match=f"^{re.escape(sentence)}$"):
        FolderLock(tmp_path, "slamon demo").take()


def test_a_refused_taker_does_not_disturb_the_holder(tmp_path: Path, holder: Any) -> None:
    refused = FolderLock(tmp_path, "slamon demo")

    assert not refused.try_take()
    refused.release()

    with pytest.raises(HeldError, match="in use by slamon up"):
        FolderLock(tmp_path, "slamon demo").take()


def test_the_lock_of_a_killed_program_is_free(tmp_path: Path, holder: Any) -> None:
    holder.kill()

    with FolderLock(tmp_path, "slamon demo"):
        assert (tmp_path / "lock").read_text().startswith("slamon demo (process ")


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"

    with FolderLock(folder, "slamon up"):
        pass

    with FolderLock(folder, "slamon demo") as held:
        assert not FolderLock(folder, "slamon up").try_take()
    held.release()
