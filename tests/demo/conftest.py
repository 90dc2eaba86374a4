"""The demonstration's targets, running, and a clock that tests set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from catalogue.instants import parse_instant
from slamon.demo.site import Credentials
from slamon.demo.targets import Running, start

T = TypeVar("T")
Visit = Callable[[Running], Coroutine[Any, Any, T]]


@dataclass
class SetClock:
    """A clock that stands until it is set."""

    now: int = parse_instant("2026-11-23T10:00:00Z")

    def __call__(self) -> int:
        return self.now

    def set(self, text: str) -> None:
        self.now = parse_instant(text)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def visit(clock: SetClock) -> Callable[[Visit[T]], T]:
    """Start the targets, visit them, stop them."""

    def run(visitor: Visit[T]) -> T:
        async def whole() -> T:
            running = await start(clock, Credentials("guest", "of-the-demo"))
            try:
                return await visitor(running)
            finally:
                await running.stop()

        return asyncio.run(whole())

    return run
