"""Pages of the past: what of them holds then and not now, and what names no past."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient

Words = Callable[[str], str]

THEN = {"as_known_at": "@900"}


@pytest.mark.parametrize("outages", [True, False])
def test_an_overview_of_the_past_says_nothing_of_now(
    visitor: TestClient, world: Any, worlds: ModuleType, words_of: Words, *, outages: bool
) -> None:
    if not outages:
        found = world.overview(worlds.NOW).model_copy(update={"outages": ()})
        world.overview = lambda _: found

    page = visitor.get("/", params=THEN).text
    words = words_of(re.sub(r"Show what is known now", "", page))

    assert "Services available then, of those with a result then" in words
    assert "Outages then" in words
    assert ("promise was failing" if outages else "No service was failing its promise") in words
    assert not re.search(r"\bnow\b|\bis failing|\bCurrent\b", words)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/agents", id="the agents"),
        pytest.param("/agreements/sla-unv-2026/periods/2026-10", id="a period"),
        pytest.param("/agreements/sla-unv-2026/periods/2026-09/o1/explained", id="an explanation"),
        pytest.param("/breaches/sla-unv-2026.o1.2026-09", id="a breach"),
    ],
)
def test_a_page_of_the_past_says_nothing_of_now(
    visitor: TestClient, words_of: Words, path: str
) -> None:
    words = words_of(visitor.get(path, params=THEN).text)

    words = re.sub(r"(Show|on) what is known now", "", words)
    assert not re.search(r"\b[Nn]ow\b", words)


@pytest.mark.parametrize("path", ["/", "/ledger/99999"])
def test_a_page_says_that_the_position_asked_for_is_amid_what_was_recorded_at_once(
    visitor: TestClient, words_of: Words, path: str
) -> None:
    words = words_of(visitor.get(path, params={"as_known_at": "@903"}).text)

    said = "@903 stands in the middle of what was recorded at once: this is @901. The last fact"
    assert said in words
    assert "stands in the middle" not in words_of(visitor.get(path, params=THEN).text)


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        pytest.param("yesterday", 422, "no instant 'yesterday'", id="what is no instant"),
        pytest.param("@9999", 404, "the ledger has not come to position 9999", id="to come"),
    ],
)
def test_what_names_no_past_is_asked_again_for_the_same_page(
    visitor: TestClient, words_of: Words, asked: str, status: int, sentence: str
) -> None:
    answer = visitor.get(f"/observations?service=svc-mail&day=2026-09-08&as_known_at={asked}")
    (form,) = re.findall(r'<form class="past".*?</form>', answer.text, re.DOTALL)
    words = words_of(answer.text)

    assert answer.status_code == status
    assert 'action="/observations"' in form
    assert 'type="hidden" name="service" value="svc-mail"' in form
    assert 'type="hidden" name="day" value="2026-09-08"' in form
    assert f'value="{asked}"' in form
    assert sentence in words_of(form)
    assert 'href="?service=svc-mail&amp;day=2026-09-08">Show what is known now' in answer.text
    assert "as_known_at:" not in words
    assert "Services" in words


def test_the_sentence_stands_with_the_field_that_it_is_about(visitor: TestClient) -> None:
    page = visitor.get("/agreements", params={"as_known_at": "2026-02-30T10:00:00Z"}).text
    (field,) = re.findall(r'<input id="as_known_at"[^>]*>', page)

    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="as_known_fault as_known_form"' in field
    assert 'id="as_known_fault" role="alert">Nothing can be shown: the day 2026-02-30' in page
    assert 'href="/agreements" aria-current="page"' in page


def test_a_page_that_decides_says_without_a_name_of_ours_that_it_is_about_now(
    reviewer: TestClient, words_of: Words
) -> None:
    answer = reviewer.post("/sign-out", params=THEN)

    assert answer.status_code == 422
    assert "Decisions are taken on what is known now." in words_of(answer.text)
    assert "as_known_at" not in answer.text
