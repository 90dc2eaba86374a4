"""A scripted standing: one breached, one kept, one unmeasured and one baseline objective."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from slamon.metrics import Standing


@pytest.fixture
def standing(tree: Path) -> Standing:
    """How things stand in tests/metrics/standing.json."""
    text = (tree / "tests/metrics/standing.json").read_text()
    return TypeAdapter(Standing).validate_json(text)
