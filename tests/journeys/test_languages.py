"""The pages of a demonstration in French and Spanish: no bare key, and no English but where it is marked."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Any

import httpx
import pytest

from tests.spoken import Spoken, amiss

OF_A_KIND = 2  # pages that are looked at of each kind
OTHER = ("/static/", "/api/", "/language/", "/sign-in")


def kind(address: str) -> str:
    """What kind of page an address leads to: the same without ids, days and queries."""
    path, _, query = address.partition("?")
    first, *rest = path.strip("/").split("/")
    known = {"periods", "explained", "days", "slots"}
    named = [part if part in known else "*" for part in rest]
    return "/".join([first, *named]) + "?" + re.sub(r"=[^&]*", "", query)


@pytest.mark.parametrize(
    "code", [pytest.param("fr", id="French"), pytest.param("es", id="Spanish")]
)
def test_no_page_of_the_demonstration_mixes_languages(demo: Any, code: str) -> None:
    names = tuple(line["name"] for line in demo.api("/services", limit="100")["items"])
    seen: Counter[str] = Counter()
    waiting, known = deque(["/"]), {"/"}
    faults: dict[str, list[str]] = {}
    while waiting:
        address = waiting.popleft()
        page = httpx.get(demo.url + address, headers={"Accept-Language": code}, timeout=60).text
        if found := amiss(page, code, names):
            faults[address] = found
        for link in Spoken(page, code).links:
            if link not in known and not link.startswith(OTHER) and seen[kind(link)] < OF_A_KIND:
                seen[kind(link)] += 1
                known.add(link)
                waiting.append(link)
    assert faults == {}
    assert len(seen) > 15
