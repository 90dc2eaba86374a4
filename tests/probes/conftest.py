"""Servers on loopback that behave as told, for probes to ask."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.prober import ask
from probes.spec import ProbeSpec

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., contextlib.AbstractAsyncContextManager[int]]


@contextlib.asynccontextmanager
async def _served(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    talks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(one(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await asyncio.sleep(0.01)  # let the aborted transports be taken down


@pytest.fixture
def serve() -> Serve:
    """Serve a talk on a free loopback port for the length of a `with`."""
    return _served


async def _heard(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


@pytest.fixture
def replying() -> Callable[[bytes], Talk]:
    """Make the talk of a web server that always says the same and hangs up."""

    def make(reply: bytes) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _heard(reader)
            writer.write(reply)
            await writer.drain()

        return talk

    return make


@pytest.fixture
def routing() -> Callable[[dict[str, bytes], list[bytes]], Talk]:
    """Make the talk of a web server with a reply per path; requests are noted in the list."""

    def make(pages: dict[str, bytes], asked: list[bytes]) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await _heard(reader)
            asked.append(request)
            writer.write(pages[request.split(b" ")[1].decode()])
            await writer.drain()

        return talk

    return make


@pytest.fixture
def resetting() -> Talk:
    """The talk of a server that resets each connection after hearing something."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return talk


@pytest.fixture
def silent() -> Talk:
    """The talk of a server that accepts and never says a word."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass

    return talk


@pytest.fixture
def closed_port() -> int:
    """A loopback port on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture
def observe(serve: Serve) -> Callable[..., Observation]:
    """Serve a talk, ask it once by the specification made for its port, and return what was seen."""

    def seen(
        talk: Talk,
        spec: Callable[[int], ProbeSpec],
        *,
        served_with: ssl.SSLContext | None = None,
        trusting: ssl.SSLContext | None = None,
        allow: str = "127.0.0.0/8, ::1",
    ) -> Observation:
        async def once() -> Observation:
            surroundings = Surroundings(
                networks(allow), tls=trusting or ssl.create_default_context()
            )
            async with serve(talk, served_with) as port:
                return await ask(spec(port), surroundings)

        return asyncio.run(once())

    return seen
