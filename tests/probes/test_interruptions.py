"""An interruption is a fact for ever: only what can be stored, folded and shown is one."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from probes.spec import ProbingInterrupted


@pytest.mark.parametrize(
    ("begin", "end", "reason"),
    [
        pytest.param(5, 5, "stopped", id="it has no time"),
        pytest.param(5, 1, "stopped", id="it ends before it begins"),
        pytest.param(2**70, 2**71, "stopped", id="no table could hold its instants"),
        pytest.param(1, 253_402_300_800_000_000, "stopped", id="it ends beyond the calendar"),
        pytest.param(-1, 2, "stopped", id="it begins before 1970"),
        pytest.param(1, 2, "\ud800", id="its reason is no text"),
        pytest.param(1, 2, "x" * 501, id="its reason is a book"),
    ],
)
def test_what_is_no_interruption_is_refused(begin: int, end: int, reason: str) -> None:
    with pytest.raises(ValidationError):
        ProbingInterrupted.model_validate({"from": begin, "to": end, "reason": reason})
