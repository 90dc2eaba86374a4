"""One look-up by c-ares, without threads and without what was heard before."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import pycares

from probes.specs.wire import Family

NO_SEARCH = 1 << 5  # ARES_FLAG_NOSEARCH: a name means itself, whatever the host's search list
FAMILIES = {None: socket.AF_UNSPEC, "ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
PATIENCE = 1.0  # seconds for which a name server is waited for at first
TRIES = 2
TICK = 0.1  # seconds until c-ares looks again whether its patience is over
NOBODY = -1


class LookUpError(Exception):
    """A look-up came to nothing; `code` is that of c-ares (`pycares.errno`)."""

    def __init__(self, code: int) -> None:
        super().__init__(pycares.errno.strerror(code))
        self.code = code


async def looked_up(name: str, family: Family | None, servers: Sequence[str]) -> list[str]:
    """Ask the host's name servers, or `servers` (`address:port`) where given, for the addresses of a name.

    Raises:
        LookUpError: there are none, or nobody says so.
        pycares.AresError: it cannot be asked here.

    """
    asking = _Asking(servers)
    try:
        return await asking.addresses(name, family)
    finally:
        asking.close()


class _Asking:
    """A channel for one look-up: c-ares keeps what a channel heard for its TTL, and an attempt is to hear what is."""

    def __init__(self, servers: Sequence[str]) -> None:
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[list[str]] = self._loop.create_future()
        self._watched: set[int] = set()
        self._closed = False
        self._channel = pycares.Channel(
            flags=NO_SEARCH, timeout=PATIENCE, tries=TRIES, sock_state_cb=self._watch
        )
        if servers:
            self._channel.servers = servers

    async def addresses(self, name: str, family: Family | None) -> list[str]:
        self._channel.getaddrinfo(
            name, None, family=FAMILIES[family], type=socket.SOCK_STREAM, callback=self._heard
        )
        while True:
            done, _ = await asyncio.wait((self._answer,), timeout=TICK)
            if done:
                return self._answer.result()
            self._channel.process_fd(NOBODY, NOBODY)

    def close(self) -> None:
        # A thread of pycares takes the channel apart; the loop is not its business.
        self._closed = True
        for each in tuple(self._watched):
            self._unwatch(each)
        self._answer.cancel()
        self._channel.close()

    def _heard(self, answer: Any, code: int | None) -> None:
        if self._answer.done():
            return
        if code is not None:
            self._answer.set_exception(LookUpError(code))
        else:
            self._answer.set_result([_text(each.addr[0]) for each in answer.nodes])

    def _watch(self, number: int, readable: bool, writable: bool) -> None:  # noqa: FBT001
        if self._closed:
            return
        self._unwatch(number)
        if readable:
            self._loop.add_reader(number, self._channel.process_fd, number, NOBODY)
        if writable:
            self._loop.add_writer(number, self._channel.process_fd, NOBODY, number)
        if readable or writable:
            self._watched.add(number)

    def _unwatch(self, number: int) -> None:
        if number in self._watched:
            self._watched.discard(number)
            self._loop.remove_reader(number)
            self._loop.remove_writer(number)


def _text(address: str | bytes) -> str:
    return address.decode() if isinstance(address, bytes) else address
