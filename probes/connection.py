"""A connection to one checked address: plain or under TLS, which may begin at any moment of the talk."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from probes import arrivals
from probes.observation import Failure, Reason, inconclusive

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

OUR_FAULTS = frozenset(
    {
        errno.EACCES,
        errno.EADDRNOTAVAIL,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EPERM,
    }
)
# OpenSSL's X509_V_ERR codes.
CERTIFICATE_FAULTS = {
    9: Reason.TLS_NOT_YET_VALID,
    10: Reason.TLS_EXPIRED,
    18: Reason.TLS_SELF_SIGNED,
    19: Reason.TLS_UNTRUSTED,
    20: Reason.TLS_CHAIN,
    21: Reason.TLS_CHAIN,
    26: Reason.TLS_PURPOSE,
    62: Reason.TLS_HOSTNAME,
    64: Reason.TLS_HOSTNAME,
    66: Reason.TLS_WEAK_KEY,
    67: Reason.TLS_WEAK_KEY,
    68: Reason.TLS_WEAK_KEY,
}


class Connection:
    """An open connection; `lag` (µs) is how long what came had lain in the kernel before it was read.

    `received` counts bytes; `peer` is address and port; `talked` says that something was sent before TLS began;
    `cut_off` says that TLS ended without its goodbye: nobody knows whether that was all.
    """

    def __init__(self, sock: socket.socket, peer: tuple[str, int]) -> None:
        self._sock = sock
        self.peer = peer
        self._loop = asyncio.get_running_loop()
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.by_kernel = False
        self.lag = 0
        self.received = 0
        self.talked = False
        self.cut_off = False
        self._watched = False
        self._awaited: asyncio.Future[Read] | None = None
        self._turned = time.perf_counter_ns()

    @classmethod
    async def dial(cls, address: str, port: int) -> Connection:
        """Connect to an address.

        Raises:
            Failure: naming what went wrong at which end.

        """
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with faults_named():
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
        await self._loop.sock_connect(self._sock, self.peer)
        took = (time.perf_counter_ns() - begun) // 1000
        shaken = arrivals.handshake(self._sock)
        if shaken is not None:
            self.lag += max(0, took - shaken)

    @property
    def tls(self) -> ssl.SSLObject | None:
        """What is known of the TLS session, None while the talk is plain."""
        return self._tls

    async def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Begin TLS, and verify by the context that the other end is `name`.

        Raises:
            Failure: the handshake or the certificate is wrong, or the connection broke.

        """
        talk = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._tls = talk
        with faults_named():
            while True:
                try:
                    talk.do_handshake()
                except ssl.SSLWantReadError:
                    await self._flush()
                    await self._feed()
                except ssl.SSLError:
                    with suppress(OSError):
                        await self._flush()  # the other end is told why
                    raise
                else:
                    break  # our last word goes out with what is said first, or before we wait

    async def send(self, data: bytes) -> None:
        """Write all of it.

        Raises:
            Failure: the connection broke.

        """
        with faults_named():
            if self._tls is None:
                self.talked = True
                await self._sent(data)
            else:
                self._tls.write(data)
                await self._flush()

    async def receive(self) -> bytes:
        """Read what is there, or wait for some; empty at the end of the stream.

        Raises:
            Failure: the connection broke.

        """
        with faults_named():
            data = await (self._arrived() if self._tls is None else self._decrypted(self._tls))
        self.received += len(data)
        return data

    def close(self) -> None:
        """Drop it at once; what it still had to say is of no interest."""
        self._watch_no_more()
        if self._outgoing.pending:  # the end of a handshake after which nothing was said
            with suppress(OSError):
                self._sock.send(self._outgoing.read())
        self._sock.close()

    async def _sent(self, data: bytes) -> None:
        try:
            done = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            done = 0
        if done < len(data):
            await self._loop.sock_sendall(self._sock, data[done:])

    async def _decrypted(self, talk: ssl.SSLObject) -> bytes:
        while True:
            try:
                count: int = talk.read(CHUNK, _room.bytes)  # type: ignore[assignment]  # with room given
                return bytes(_room.view[:count])
            except ssl.SSLWantReadError:
                await self._flush()
                await self._feed()
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLEOFError:
                self.cut_off = True
                return b""

    async def _feed(self) -> None:
        data = await self._arrived()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._sent(self._outgoing.read())

    async def _arrived(self) -> bytes:
        begun = time.perf_counter_ns()
        if begun - self._turned > TURN:
            # Who talks faster than we read would hold up all other probes, and outlive every deadline.
            await asyncio.sleep(0)
            begun = self._turned = time.perf_counter_ns()
        try:
            data, told = self._read()
        except (BlockingIOError, InterruptedError):
            data, told = await self._readable()
        if data:
            waited = (time.perf_counter_ns() - begun) // 1000
            self.lag += arrivals.lag(self._sock, told, waited)
        return data

    def _read(self) -> Read:
        count, told, _, _ = self._sock.recvmsg_into(_room.buffers, arrivals.ROOM)
        return bytes(_room.view[:count]), told

    async def _readable(self) -> Read:
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


@contextmanager
def faults_named() -> Iterator[None]:
    """Translate faults of the network and of TLS into failures with a reason.

    Raises:
        Failure: bad for the target's faults, inconclusive for our own.

    """
    try:
        yield
    except ssl.SSLCertVerificationError as fault:
        reason = CERTIFICATE_FAULTS.get(fault.verify_code, Reason.TLS_INVALID)
        raise Failure(reason, fault.verify_message) from None
    except ssl.SSLEOFError:
        raise Failure(Reason.TLS_HANDSHAKE, "the target hung up during the handshake") from None
    except ssl.SSLError as fault:
        raise Failure(Reason.TLS_HANDSHAKE, fault.reason or str(fault)) from None
    except ConnectionRefusedError:
        raise Failure(Reason.REFUSED, "connection refused") from None
    except ConnectionError:
        raise Failure(Reason.RESET, "connection reset by the target") from None
    except TimeoutError:
        # The kernel's own (ETIMEDOUT); the attempt's deadline cancels instead.
        raise Failure(Reason.TIMEOUT, "the target did not answer") from None
    except OSError as fault:
        raise _network_failure(fault) from None


def _network_failure(fault: OSError) -> Failure:
    text = fault.strerror or str(fault)
    if fault.errno in OUR_FAULTS:
        return inconclusive(Reason.AGENT_FAULT, text)
    if fault.errno == errno.ENETUNREACH:
        return inconclusive(Reason.NO_ROUTE, text)
    return Failure(Reason.UNREACHABLE, text)
