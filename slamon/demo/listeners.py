"""Listeners on loopback: a port, the conversation held on it, and a clean stop."""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

HOST = "127.0.0.1"
PATIENCE = 30  # seconds a visitor may stay
LIMIT = 16 * 1024
TRIES = 20

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = Callable[[bytes], bytes | None]


@dataclass
class Listener:
    """An open port on loopback and the conversations going on there."""

    port: int = 0
    _server: asyncio.Server | None = None
    _datagrams: asyncio.DatagramTransport | None = None
    _talks: set[asyncio.Task[None]] = field(default_factory=set)

    async def stop(self) -> None:
        """Close the port and end the conversations."""
        if self._datagrams is not None:
            self._datagrams.close()
        if self._server is None:
            return
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    async def open(self, port: int, converse: Conversation, tls: ssl.SSLContext | None) -> None:
        """Listen at a TCP port of loopback; 0 takes a free one.

        Raises: OSError where the port is taken or not allowed.
        """

        def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talk = asyncio.ensure_future(_hold(converse, reader, writer))
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)

        patience = {} if tls is None else {"ssl_handshake_timeout": 10, "ssl_shutdown_timeout": 1}
        self._server = await asyncio.start_server(met, HOST, port, ssl=tls, limit=LIMIT, **patience)
        self.port = self._server.sockets[0].getsockname()[1]

    async def open_datagrams(self, answer: Answer) -> None:
        """Listen at the UDP port of the same number too.

        Raises: OSError where that port is taken.
        """
        loop = asyncio.get_running_loop()
        self._datagrams, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(answer), local_addr=(HOST, self.port)
        )


async def listen(
    preferred: int, converse: Conversation, *, tls: ssl.SSLContext | None = None
) -> Listener:
    """Listen at the preferred TCP port of loopback, or at a free one where it is taken."""
    listener = Listener()
    try:
        await listener.open(preferred, converse, tls)
    except OSError as fault:
        _only_if_taken(fault)
        await listener.open(0, converse, tls)
    return listener


async def listen_both(preferred: int, converse: Conversation, answer: Answer) -> Listener:
    """Listen at one port of loopback by TCP and UDP; where it is taken, at a free one.

    Raises: OSError where no port is free for both.
    """
    for port in (preferred, *[0] * TRIES):
        listener = Listener()
        try:
            await listener.open(port, converse, None)
            await listener.open_datagrams(answer)
        except OSError as fault:
            await listener.stop()
            _only_if_taken(fault)
        else:
            return listener
    raise OSError(errno.EADDRINUSE, f"no port of {HOST} is free for both TCP and UDP")


def _only_if_taken(fault: OSError) -> None:
    if fault.errno not in {errno.EADDRINUSE, errno.EACCES}:
        raise fault


async def _hold(
    converse: Conversation, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    # Visitors leave, dawdle or talk nonsense: each ends its own conversation and nothing else.
    left = (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
    try:
        with suppress(*left):
            async with asyncio.timeout(PATIENCE):
                await converse(reader, writer)
    finally:
        writer.close()
        with suppress(*left):
            await writer.wait_closed()


class _Datagrams(asyncio.DatagramProtocol):
    """Answers each datagram by itself."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The library's transports of datagrams are not always of the class it names in their type.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        reply = self._answer(data)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)
