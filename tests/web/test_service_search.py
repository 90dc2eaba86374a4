"""The catalogue of services: found by letters, by provider, by stage of life."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient


def found(visitor: TestClient, query: str) -> set[str]:
    page = visitor.get(f"/services?{query}").text
    return set(re.findall(r'href="/services/([^"]+)"', page))


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        pytest.param("", {"svc-mail"}, id="all of them"),
        pytest.param("q=MAIL", {"svc-mail"}, id="letters, small or capital"),
        pytest.param("q=svc-mail", {"svc-mail"}, id="an id"),
        pytest.param("lifecycle=live", {"svc-mail"}, id="a stage"),
    ],
)
def test_services_are_found(visitor: TestClient, query: str, fits: set[str]) -> None:
    assert fits <= found(visitor, query)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("q=nothing-like-that", id="other letters"),
        pytest.param("lifecycle=retired", id="another stage"),
        pytest.param("provider=Nobody", id="another provider"),
    ],
)
def test_where_none_is_like_that_the_way_back_is_shown(visitor: TestClient, query: str) -> None:
    page = visitor.get(f"/services?{query}").text

    assert "svc-mail" not in found(visitor, query)
    assert re.search(r"0 of \d+ services", page)
    assert 'href="/services"' in page


def test_what_was_asked_stays_in_the_form(visitor: TestClient) -> None:
    page = visitor.get("/services?q=post%22office&lifecycle=live").text

    assert 'value="post&#34;office"' in page
    assert '<option value="live" selected>' in page
