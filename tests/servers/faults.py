"""Faults on the way: servers in a thread of their own that stand before a real one, or answer wrongly themselves.

The kernel of a test machine need not be able to lose or delay packets, so all this happens above it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from tests.servers.running import HOST

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Spoken = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Result = TypeVar("Result")
CHUNK = 64 * 1024
STOP_SECONDS = 5


class Faults:
    """Misbehaving servers, each on a free port of loopback until `close`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._servers: list[asyncio.Server] = []
        self._talks: set[asyncio.Task[None]] = set()
        self._held: list[socket.socket] = []

    def serve(self, talk: Talk) -> int:
        """Have every connection to a new port talked to so; the port."""
        server = self._run(self._served(talk))
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def unanswered(self) -> int:
        """A port whose queue of connections is full: the kernel lets every further attempt wait."""
        listener = socket.socket()
        self._held.append(listener)
        listener.bind((HOST, 0))
        listener.listen(0)
        while True:
            caller = socket.socket()
            self._held.append(caller)
            caller.settimeout(0.1)
            try:
                caller.connect(listener.getsockname())
            except TimeoutError:
                port: int = listener.getsockname()[1]
                return port

    def close(self) -> None:
        """End all talks and give back all ports."""
        self._run(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_SECONDS)
        self._loop.close()
        for each in self._held:
            each.close()

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STOP_SECONDS)

    async def _served(self, talk: Talk) -> asyncio.Server:
        def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(_talked(talk, reader, writer))
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)

        return await asyncio.start_server(accepted, HOST, 0)

    async def _ended(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._talks:
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await asyncio.sleep(0.01)  # let the aborted transports be taken down


async def _talked(talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)
            writer.close()
            await writer.wait_closed()
    finally:
        writer.transport.abort()


def passing(port: int, size: int = CHUNK, pause: float = 0, delay: float = 0) -> Talk:
    """Hand on what the server on `port` says after `delay` s, in pieces of `size` bytes, `pause` s apart."""

    async def spoken(upstream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(delay)
        while said := await upstream.read(size):
            writer.write(said)
            await writer.drain()
            await asyncio.sleep(pause)

    return _before(port, spoken)


def truncating(port: int, after: int) -> Talk:
    """Close the connection in good order once `after` bytes were handed on."""
    return _before(port, _first(after))


def resetting(port: int, after: int) -> Talk:
    """Reset the connection once `after` bytes were handed on."""

    async def spoken(upstream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _first(after)(upstream, writer)
        await asyncio.sleep(0.05)  # a reset overtakes what has not been read yet
        reset(writer)

    return _before(port, spoken)


def half_closing(port: int, after: int) -> Talk:
    """End our side once `after` bytes were handed on, and go on listening."""

    async def spoken(upstream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _first(after)(upstream, writer)
        writer.write_eof()
        await asyncio.Event().wait()

    return _before(port, spoken)


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Accept, hear everything, and never say a word."""
    while await reader.read(CHUNK):
        pass


async def hanging_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Hear a request, and close the connection without a word."""
    await reader.readuntil(b"\r\n\r\n")


async def closing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close each connection as soon as it is there."""
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Reset the connection instead of closing it."""
    at_once = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    writer.transport.abort()


def _before(port: int, spoken: Spoken) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, asked = await asyncio.open_connection(HOST, port)
        hearing = asyncio.create_task(_handed_on(reader, asked))
        try:
            await spoken(upstream, writer)
        finally:
            hearing.cancel()
            asked.transport.abort()

    return talk


async def _handed_on(reader: asyncio.StreamReader, asked: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while said := await reader.read(CHUNK):
            asked.write(said)
            await asked.drain()


def _first(count: int) -> Spoken:
    async def spoken(upstream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = count
        while left and (said := await upstream.read(left)):
            left -= len(said)
            writer.write(said)
            await writer.drain()

    return spoken
