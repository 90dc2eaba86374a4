"""Progress in a terminal: shown when one has to wait, and only then."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from slamon.cli import terminal

JUDGE = ("judge", "--agreement", "sla-digital-editions", "--period", "2026-02")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(JUDGE, id="a judgement"),
        pytest.param(("ledger", "show", "7"), id="a fact"),
        pytest.param(("ledger", "verify"), id="a short ledger that is verified"),
    ],
)
def test_a_terminal_shows_no_progress_of_what_is_done_at_once(
    slamon: Any, in_terminal: Callable[..., str], command: tuple[str, ...]
) -> None:
    said = in_terminal(slamon.folder, *command)

    assert "sla-digital-editions" in said or "position" in said or "facts read" in said
    assert "the ledger " not in said
    assert "\x1b" not in said


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a terminal was sent that shows errors and progress, where a moment is a twentieth of a second."""
    sent = io.StringIO()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(terminal, "errors", Console(file=sent, force_terminal=True))
    monkeypatch.setattr(terminal, "MOMENT_SECONDS", 0.05)
    return sent


def test_work_of_more_than_a_moment_is_shown_as_far_as_it_is_done(shown: io.StringIO) -> None:
    with terminal.progress("folding the ledger", 4637) as bar:
        bar.update(bar.task_ids[0], completed=1200)
        time.sleep(0.3)
        during = shown.getvalue()
    shown.truncate(0)
    time.sleep(0.2)

    assert "folding the ledger" in during
    assert "1200/4637" in during
    assert shown.getvalue() == ""


def test_no_bar_is_left_of_work_that_failed_before_it_was_shown(shown: io.StringIO) -> None:
    with pytest.raises(ValueError, match="a fault"), terminal.progress("folding", 10):
        raise ValueError("a fault")
    time.sleep(0.2)

    assert shown.getvalue() == ""
