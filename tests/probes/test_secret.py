"""Secrets are blotted out of every text, however a target writes them."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from probes.conditions.requirement import EXCERPT, excerpt
from probes.secret import blotted

SECRET = 'key "7f3a" / 9c+1e'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(f"heard {SECRET}.", "heard •••.", id="as it is"),
        pytest.param(f"heard {json.dumps(SECRET)}", 'heard "•••"', id="in JSON"),
        pytest.param(f"led to /?k={quote(SECRET, safe='')}", "led to /?k=•••", id="in an address"),
        pytest.param("the name abc", "the name abc", id="a text without it"),
    ],
)
def test_a_secret_is_blotted_however_it_is_written(text: str, told: str) -> None:
    assert blotted(text, [SECRET, "abc"]) == told


@pytest.mark.parametrize("seen", range(4, len(SECRET)))
def test_the_beginning_of_a_secret_at_which_a_text_was_cut_is_blotted(seen: int) -> None:
    before = "x" * (EXCERPT - seen)
    line = f"{before}{SECRET}"
    assert blotted(line[:EXCERPT], [SECRET]) == f"{before}•••"
    assert blotted(f"heard {excerpt(line)} here", [SECRET]) == f"heard {before}•••… here"
