"""The overview: how long an outage has lasted."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.testclient import TestClient

Words = Callable[[str], str]


def test_an_outage_that_lasts_is_counted_up_to_now_and_as_far_as_results_reach(
    visitor: TestClient, words_of: Words
) -> None:
    words = words_of(visitor.get("/").text)

    assert "22 Nov 2026, 16:31:20 CET still lasting 17 min 40 s so far" in words
    assert "17 min 40 s as far as results were handed in" in words
