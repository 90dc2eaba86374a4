"""The overview: one zone for all instants, and how long an outage has lasted."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from fastapi.testclient import TestClient

Words = Callable[[str], str]


def test_all_instants_of_the_overview_are_in_one_zone_that_is_named(visitor: TestClient) -> None:
    page = visitor.get("/").text

    told = [unescape(each) for each in re.findall(r"<time[^>]*>([^<]*)</time>", page)]
    assert len(told) > 1
    assert {each.split()[-1] for each in told} <= {"CET", "CEST"}


def test_an_outage_that_lasts_is_counted_up_to_now_and_as_far_as_results_reach(
    visitor: TestClient, words_of: Words
) -> None:
    words = words_of(visitor.get("/").text)

    assert "22 Nov 2026, 16:31:20 CET still lasting 17 min 40 s so far" in words
    assert "17 min 40 s as far as results were handed in" in words


def test_breaches_of_several_agreements_are_told_in_one_zone(visitor: TestClient) -> None:
    page = visitor.get("/breaches").text

    zones = {each.split()[-1] for each in re.findall(r"<time[^>]*>([^<]*)</time>", page)}
    assert zones <= {"CET", "CEST"}
