"""A probe is asked by hand by whoever is signed in, of the catalogue only, and not more often than a target stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from slamon.web.app import build
from slamon.web.asking import AskedNow, Turns, advice_on

WORDS = Callable[[str], str]
PAGE = "/probes/prb-unv-mail"
ASK = f"{PAGE}/ask"
SECOND = 1_000_000


def test_the_button_shows_stage_by_stage_what_is_seen_now(
    reviewer: TestClient, token: Any, words_of: WORDS
) -> None:
    answer = reviewer.post(ASK, data={"csrf": token(reviewer, PAGE)})

    page = words_of(answer.text)
    assert answer.status_code == 200
    assert "connection 1.2 ms connected" in page
    assert "banner matches ^220 554 no" in page
    assert "the banner is another" in page


def test_who_only_reads_finds_no_button(visitor: TestClient, reviewer: TestClient) -> None:
    assert ASK not in visitor.get(PAGE).text
    assert ASK in reviewer.get(PAGE).text


@pytest.mark.parametrize(
    ("signed_in", "path", "status"),
    [
        pytest.param("nobody", ASK, 303, id="a page without a session leads to the sign-in"),
        pytest.param("reviewer", ASK, 403, id="a form that was not made for the session"),
        pytest.param("nobody", f"/api/v1{ASK}", 401, id="a program without a session"),
        pytest.param(
            "reviewer", f"/api/v1{ASK}", 403, id="a cookie without the token of its forms"
        ),
    ],
)
def test_nobody_is_made_to_ask(
    visitor: TestClient, reviewer: TestClient, signed_in: str, path: str, status: int
) -> None:
    client = reviewer if signed_in == "reviewer" else visitor
    assert client.post(path, data={"csrf": "x"}).status_code == status


@pytest.fixture
def program(app: Any, sign_in: Any) -> TestClient:
    """A program with a session of its own."""
    client = TestClient(app, follow_redirects=False)
    session = sign_in(client, "ops")
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {session}"
    return client


def test_a_program_asks_once_a_minute_and_is_told_when_again(
    program: TestClient, clock: Any
) -> None:
    first = program.post(f"/api/v1{ASK}")
    clock.now += 12 * SECOND
    second = program.post(f"/api/v1{ASK}")
    clock.now += 48 * SECOND
    third = program.post(f"/api/v1{ASK}")

    assert (first.status_code, first.json()["reason"]) == (200, "bad_banner")
    assert (second.status_code, second.headers["Retry-After"]) == (429, "48")
    assert "try again in 48 s" in second.json()["detail"]
    assert third.status_code == 200


def test_who_presses_the_button_again_is_told_when_and_led_back(
    reviewer: TestClient, clock: Any, token: Any, words_of: WORDS
) -> None:
    form = {"csrf": token(reviewer, PAGE)}
    reviewer.post(ASK, data=form)
    clock.now += 12 * SECOND

    again = reviewer.post(ASK, data=form)

    assert (again.status_code, again.headers["Retry-After"]) == (429, "48")
    assert "This probe was asked by hand less than a minute ago" in words_of(again.text)
    assert "Sign in" not in words_of(again.text)
    assert f'href="{PAGE}"' in again.text.partition("<main")[2]


def test_an_error_leaves_the_person_signed_in(
    reviewer: TestClient, visitor: TestClient, words_of: WORDS
) -> None:
    assert "Sign in" in words_of(visitor.get("/nowhere").text)
    page = words_of(reviewer.get("/nowhere").text)
    assert "Nothing here" in page
    assert "Sign in" not in page


def test_where_it_helps_a_setting_is_named(
    app: Any, reviewer: TestClient, token: Any, words_of: WORDS
) -> None:
    house = app.state.house

    def untrusted(probe: str, actor: str) -> AskedNow:
        told = {"reason": "tls_untrusted", "advice": advice_on("tls_untrusted")}
        seen: AskedNow = house.ask(probe, actor)
        return seen.model_copy(update=told)

    app.state.house = replace(house, ask=untrusted)

    page = reviewer.post(ASK, data={"csrf": token(reviewer, PAGE)})

    assert "SLAMON_AGENT_CA is a file (PEM) of authorities" in words_of(page.text)


def test_only_probes_of_the_catalogue_are_asked(program: TestClient) -> None:
    assert program.post("/api/v1/probes/prb-elsewhere/ask").status_code == 404


def test_where_nobody_asks_there_is_nothing_to_ask(
    world: Any, clock: Any, access: Any, sign_in: Any
) -> None:
    client = TestClient(build(world, world, access, clock=clock, ready=list))
    sign_in(client, "ops")
    assert ASK not in client.get(PAGE).text


def test_all_probes_together_have_ten_turns_a_minute() -> None:
    turns = Turns()
    for number in range(10):
        turns.take(f"prb-{number}", number * SECOND)

    with pytest.raises(HTTPException) as refused:
        turns.take("prb-10", 10 * SECOND)
    turns.take("prb-10", 60 * SECOND)

    assert (refused.value.status_code, refused.value.headers) == (429, {"Retry-After": "50"})
    assert refused.value.detail == (
        "10 probes were asked by hand within the last minute, as many as may be in all; try again in 50 s."
    )
