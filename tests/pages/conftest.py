"""A real server with a small world, and a real browser to look at it."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uvicorn

from slamon.web.access import Access
from slamon.web.app import build


def _module(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shown(tree: Path) -> Iterator[tuple[str, str]]:
    """The address of a running server, and the key of a reviewer's session there."""
    worlds = _module("world", tree / "tests" / "web" / "world.py")
    world, access = worlds.World(), Access(None, lambda: worlds.NOW)
    app = build(world, world, access, clock=lambda: worlds.NOW, ready=list, heard=world.heard)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", access.redeem(access.mint("it-consultant"))
    server.should_exit = True
    thread.join()
    access.close()


@pytest.fixture(scope="session")
def browser(
    program: Callable[[str], str], shown: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A Chromium in which the reviewer is signed in."""
    driver = _module("browser", Path(__file__).with_name("browser.py"))
    opened = driver.Browser(program("chromium"), tmp_path_factory.mktemp("profile"))
    opened.call("Network.setCookie", name="slamon_session", value=shown[1], url=shown[0])
    yield opened
    opened.stop()
