"""Signing in: a link works once, a session decides, a form belongs to who sends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.web.access import LINK_LIFE, SESSION_LIFE, Access, LinkRefused
from slamon.web.attempts import Attempts

BREACH = "/breaches/sla-unv-2026.o1.2026-09"


def token_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def enter(visitor: TestClient, token: str) -> Any:
    asked = visitor.get(f"/sign-in/{token}")
    return visitor.post(f"/sign-in/{token}", data={"csrf": token_in(asked.text)})


def test_a_link_signs_in_by_its_button(visitor: TestClient, access: Access) -> None:
    answer = enter(visitor, access.mint("it-consultant"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=43200" in cookie
    assert "it-consultant" in visitor.get("/").text


def test_opening_a_link_does_not_use_it_up(visitor: TestClient, access: Access) -> None:
    token = access.mint("it-consultant")
    for _ in range(3):
        assert visitor.get(f"/sign-in/{token}").status_code == 200
    assert enter(visitor, token).status_code == 303


def test_a_used_link_is_gone(visitor: TestClient, access: Access) -> None:
    token = access.mint("it-consultant")
    csrf = token_in(visitor.get(f"/sign-in/{token}").text)
    assert visitor.post(f"/sign-in/{token}", data={"csrf": csrf}).status_code == 303
    assert visitor.get(f"/sign-in/{token}").status_code == 410
    assert visitor.post(f"/sign-in/{token}", data={"csrf": csrf}).status_code == 410


def test_a_link_is_gone_after_half_an_hour(visitor: TestClient, access: Access, clock: Any) -> None:
    token = access.mint("it-consultant")
    clock.now += LINK_LIFE
    assert visitor.get(f"/sign-in/{token}").status_code == 410


def test_an_unknown_link_is_not_found(visitor: TestClient) -> None:
    assert visitor.get("/sign-in/abc.def").status_code == 404


def test_a_button_of_another_visitor_does_not_sign_in(visitor: TestClient, access: Access) -> None:
    token = access.mint("it-consultant")
    assert visitor.post(f"/sign-in/{token}", data={"csrf": "0" * 64}).status_code == 403
    assert access.link(token) == ("good", "it-consultant")


def test_guessing_links_is_slowed_down(visitor: TestClient, clock: Any) -> None:
    tried = [visitor.get(f"/sign-in/abc.{guess}").status_code for guess in range(11)]
    assert tried == [404] * 10 + [429]
    clock.now += 60_000_000
    assert visitor.get("/sign-in/abc.99").status_code == 404


def test_signing_out_ends_the_session(reviewer: TestClient, access: Access) -> None:
    key = reviewer.cookies["slamon_session"]
    csrf = token_in(reviewer.get("/").text)
    assert reviewer.post("/sign-out", data={"csrf": csrf}).status_code == 303
    assert access.actor(key) is None


def test_a_session_ends_after_twelve_hours(access: Access, clock: Any) -> None:
    key = access.redeem(access.mint("it-consultant"))
    clock.now += SESSION_LIFE - 1
    assert access.actor(key) == "it-consultant"
    clock.now += 1
    assert access.actor(key) is None


@pytest.mark.parametrize("address", [f"{BREACH}/uphold", f"{BREACH}/waive", "/sign-out"])
def test_a_form_without_a_session_leads_to_the_sign_in(visitor: TestClient, address: str) -> None:
    answer = visitor.post(address, data={"reason": "r"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize(
    "address",
    [f"{BREACH}/uphold", f"{BREACH}/waive", "/sign-out", "/agreements/a/periods/2026-10/close"],
)
@pytest.mark.parametrize(
    "data",
    [{"csrf": "0" * 64}, {"csrf": "é"}, {}],
    ids=["a token of nobody", "no token at all but letters", "none"],
)
def test_a_form_with_a_wrong_token_is_not_allowed(
    reviewer: TestClient, world: Any, address: str, data: dict[str, str]
) -> None:
    assert reviewer.post(address, data={"reason": "r", **data}).status_code == 403
    assert len(world.steps) == 1


def test_a_token_of_another_session_is_not_allowed(
    reviewer: TestClient, app: Any, sign_in: Callable[[TestClient, str], str]
) -> None:
    other = TestClient(app)
    sign_in(other, "executive-secretary")
    theirs = token_in(other.get("/").text)
    answer = reviewer.post(f"{BREACH}/uphold", data={"csrf": theirs, "reason": "r"})
    assert answer.status_code == 403


def test_a_session_survives_a_restart_and_a_command_can_mint(tmp_path: Path, clock: Any) -> None:
    file = tmp_path / "access.db"
    running = Access(file, clock)
    command = Access(file, clock)
    key = running.redeem(command.mint("it-consultant"))
    running.close()
    command.close()
    restarted = Access(file, clock)
    assert restarted.actor(key) == "it-consultant"
    restarted.close()


def test_the_store_holds_no_secret_and_is_readable_by_its_owner_only(
    tmp_path: Path, clock: Any
) -> None:
    file = tmp_path / "access.db"
    access = Access(file, clock)
    token = access.mint("it-consultant")
    key = access.redeem(token)
    access.close()
    content = file.read_bytes()
    assert token.partition(".")[2].encode() not in content
    assert key.partition(".")[2].encode() not in content
    assert file.stat().st_mode & 0o077 == 0


def test_a_link_refused_says_why(access: Access) -> None:
    token = access.mint("it-consultant")
    access.redeem(token)
    with pytest.raises(LinkRefused) as refused:
        access.redeem(token)
    assert refused.value.state == "used"


def test_attempts_forget_the_oldest_of_many_addresses() -> None:
    attempts = Attempts(limit=1)
    for number in range(1_001):
        attempts.failed(f"address {number}", 0)
    assert not attempts.blocked("address 0", 1)
    assert attempts.blocked("address 1000", 1)
