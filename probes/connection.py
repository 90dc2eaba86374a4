"""A connection to one checked address: plain or under TLS, which may begin at any moment of the talk."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from contextlib import suppress

from probes import arrivals
from probes.faults import faults_named
from probes.observation import Failure
from probes.tls import TlsContext, TlsSession

CHUNK = 64 * 1024
TURN = 10_000_000  # ns for which what has come is read without the loop turning

Read = tuple[bytes, arrivals.Told]


class _Room(threading.local):
    """Where a thread reads into: to make room anew for each read would cost more than the read."""

    def __init__(self) -> None:
        self.bytes = bytearray(CHUNK)
        self.view = memoryview(self.bytes)
        self.buffers = [self.bytes]


_room = _Room()


class Connection:
    """An open connection; `lag` (µs) is how long what came had lain in the kernel before it was read.

    `received` counts bytes; `peer` is address and port; `talked` says that something was sent before TLS began.
    """

    def __init__(self, sock: socket.socket, peer: tuple[str, int]) -> None:
        self._sock = sock
        self.peer = peer
        self._loop = asyncio.get_running_loop()
        self._tls: TlsSession | None = None
        self.by_kernel = False
        self.lag = 0
        self.received = 0
        self.talked = False
        self._watched = False
        self._just_sent = False
        self._awaited: asyncio.Future[Read] | None = None
        self._turned = time.perf_counter_ns()

    @classmethod
    async def dial(cls, address: str, port: int) -> Connection:
        """Connect to an address.

        Raises:
            Failure: naming what went wrong at which end.

        """
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with faults_named:
            sock = socket.socket(family, socket.SOCK_STREAM)
            connection = cls(sock, (address, port))
            try:
                await connection._dial()
            except BaseException:
                sock.close()
                raise
        return connection

    async def _dial(self) -> None:
        self._sock.setblocking(False)  # noqa: FBT003
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.by_kernel = arrivals.stamped(self._sock)
        begun = time.perf_counter_ns()
        await self._connected()
        took = (time.perf_counter_ns() - begun) // 1000
        shaken = arrivals.handshake(self._sock)
        if shaken is not None:
            self.lag += max(0, took - shaken)

    async def _connected(self) -> None:
        # As `loop.sock_connect` does, less what it does for names: the address is one already.
        try:
            self._sock.connect(self.peer)
        except (BlockingIOError, InterruptedError):
            writable = self._loop.create_future()
            self._loop.add_writer(self._sock.fileno(), _end, writable)
            try:
                await writable
            finally:
                self._loop.remove_writer(self._sock.fileno())
            if fault := self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(fault, os.strerror(fault)) from None

    @property
    def tls(self) -> TlsSession | None:
        """The TLS session, None while the talk is plain."""
        return self._tls

    @property
    def cut_off(self) -> bool:
        """Whether TLS ended without its goodbye: nobody knows whether that was all."""
        return self._tls is not None and self._tls.cut_off

    async def secure(self, context: TlsContext, name: str) -> None:
        """Begin TLS, and verify by the context that the other end is `name`.

        Raises:
            Failure: the handshake or the certificate is wrong, or the connection broke.

        """
        self._tls = talk = TlsSession(context, name)
        with faults_named:
            try:
                while not talk.shaken():
                    await self._fed(talk)
            except Failure:
                with suppress(OSError):
                    await self._flush(talk)  # the other end is told why
                raise
            # Our last word goes out with what is said first, or before we wait.

    async def send(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            Failure: the connection broke.

        """
        with faults_named:
            if self._tls is None:
                self.talked = True
                await self._sent(data)
            else:
                self._tls.write(data)
                await self._flush(self._tls)

    async def receive(self) -> bytes:
        """Read what is there, or wait for some; empty at the end of the stream.

        Raises:
            Failure: the connection broke.

        """
        with faults_named:
            data = await (self._arrived() if self._tls is None else self._decrypted(self._tls))
        self.received += len(data)
        return data

    def close(self) -> None:
        """Drop it at once; what it still had to say is of no interest."""
        self._watch_no_more()
        if self._tls is not None and (last := self._tls.outgoing()):
            with suppress(OSError):  # the end of a handshake after which nothing was said
                self._sock.send(last)
        self._sock.close()

    async def _sent(self, data: bytes) -> None:
        self._just_sent = True
        try:
            done = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            done = 0
        if done < len(data):
            await self._loop.sock_sendall(self._sock, data[done:])

    async def _decrypted(self, talk: TlsSession) -> bytes:
        while (data := talk.read()) is None:
            await self._fed(talk)
        return data

    async def _fed(self, talk: TlsSession) -> None:
        await self._flush(talk)
        talk.feed(await self._arrived())

    async def _flush(self, talk: TlsSession) -> None:
        if data := talk.outgoing():
            await self._sent(data)

    async def _arrived(self) -> bytes:
        begun = time.perf_counter_ns()
        if begun - self._turned > TURN:
            # Who talks faster than we read would hold up all other probes, and outlive every deadline.
            await asyncio.sleep(0)
            begun = self._turned = time.perf_counter_ns()
        # What we have just asked for cannot be there yet.
        data, told = await (self._waited_for() if self._just_sent else self._next())
        if data:
            waited = (time.perf_counter_ns() - begun) // 1000
            self.lag += arrivals.lag(self._sock, told, waited)
        return data

    async def _next(self) -> Read:
        try:
            return self._read()
        except (BlockingIOError, InterruptedError):
            return await self._waited_for()

    def _read(self) -> Read:
        count, told, _, _ = self._sock.recvmsg_into(_room.buffers, arrivals.ROOM)
        return bytes(_room.view[:count]), told

    async def _waited_for(self) -> Read:
        self._just_sent = False
        ready: asyncio.Future[Read] = self._loop.create_future()
        self._awaited = ready
        if not self._watched:
            self._loop.add_reader(self._sock.fileno(), self._has_come)
            self._watched = True
        try:
            return await ready
        finally:
            self._awaited = None
            self._turned = time.perf_counter_ns()

    def _has_come(self) -> None:
        if self._awaited is None:
            # Mostly the next wait is for the same socket: only what comes while nobody waits ends the watch.
            self._watch_no_more()
        elif not self._awaited.done():
            # Read at once: what is left lying would be told of again, when somebody waits for what comes next.
            try:
                self._awaited.set_result(self._read())
            except (BlockingIOError, InterruptedError):
                return
            except OSError as fault:
                self._awaited.set_exception(fault)

    def _watch_no_more(self) -> None:
        if self._watched:
            self._loop.remove_reader(self._sock.fileno())
            self._watched = False


def _end(wait: asyncio.Future[None]) -> None:
    if not wait.done():  # cut off by its deadline in the same turn of the loop
        wait.set_result(None)
