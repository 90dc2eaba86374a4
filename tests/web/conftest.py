"""The web room over a small world, and visitors of it."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from slamon.web.access import Access
from slamon.web.app import build


class Clock:
    """An instant in µs that a test moves."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture(scope="session")
def worlds() -> ModuleType:
    """The module in which the world is written down."""
    spec = importlib.util.spec_from_file_location("world", Path(__file__).with_name("world.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def world(worlds: ModuleType) -> Any:
    return worlds.World()


@pytest.fixture
def clock(worlds: ModuleType) -> Clock:
    return Clock(worlds.NOW)


@pytest.fixture
def access(clock: Clock) -> Iterator[Access]:
    opened = Access(None, clock)
    yield opened
    opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What /readyz complains of."""
    return []


@pytest.fixture
def stale() -> list[str]:
    """What keeps the views from following the ledger."""
    return []


@pytest.fixture
def app(
    world: Any, clock: Clock, access: Access, complaints: list[str], stale: list[str]
) -> FastAPI:
    broken = APIRouter()

    @broken.get("/api/v1/broken")
    @broken.get("/broken")
    async def broken_route() -> None:
        raise ZeroDivisionError

    return build(
        world,
        world,
        access,
        clock=clock,
        ready=lambda: complaints,
        stale=lambda: next(iter(stale), None),
        ask=world.ask,
        heard=world.heard,
        extra_routers=[broken],
    )


@pytest.fixture
def visitor(app: FastAPI) -> TestClient:
    """Someone who only reads."""
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def sign_in(access: Access) -> Callable[[TestClient, str], str]:
    """Give a visitor a session; returns its key."""

    def enter(client: TestClient, actor: str) -> str:
        session = access.redeem(access.mint(actor))
        client.cookies.set("slamon_session", session)
        return session

    return enter


@pytest.fixture
def reviewer(app: FastAPI, sign_in: Callable[[TestClient, str], str]) -> TestClient:
    """The IT consultant, signed in."""
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    sign_in(client, "it-consultant")
    return client


@pytest.fixture
def token() -> Callable[[TestClient, str], str]:
    """The token of the forms on a page, as the visitor of it has one."""

    def read(client: TestClient, address: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', client.get(address).text)
        assert found is not None
        return found.group(1)

    return read


@pytest.fixture
def words_of() -> Callable[[str], str]:
    """The words of a page, apart by single spaces."""

    def read(page: str) -> str:
        return re.sub(r"[\s\u00a0\u202f]+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))

    return read
