"""The targets of the demonstration: real servers on loopback for every demo target of the starter set."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from slamon.demo.certificate import issue
from slamon.demo.listeners import HOST, Conversation, Listener, listen, listen_both
from slamon.demo.misbehaviour import misbehaves
from slamon.demo.nameserver import answer
from slamon.demo.site import PATHS, Credentials, Request, Response, respond

WEB, GATEWAY, DNS, MAIL, TLS, DIRECTORY = 18080, 18081, 18053, 18025, 18443, 18389
QUERIES = {"/ims/search": "?q=ciconia"}
GREETING = "220 mail.unv-bonn.example ESMTP"

Clock = Callable[[], int]


@dataclass(frozen=True)
class Running:
    """The targets while they run.

    `places` leads from each `host:port` of the starter set to the one that listens; `page` is the address that
    says what the targets do and when; `certificate` is that of the TLS target (PEM).
    """

    places: Mapping[str, str]
    page: str
    certificate: bytes
    _stack: AsyncExitStack

    @property
    def addresses(self) -> Mapping[str, str]:
        """From each demo target as the catalogue writes it to the address that answers."""
        web = f"{HOST}:{WEB}"
        pages = [f"{path}{QUERIES.get(path, '')}" for path in PATHS]
        urls = {f"http://{web}{page}": f"http://{self.places[web]}{page}" for page in pages}
        return urls | {wanted: used for wanted, used in self.places.items() if wanted != web}

    @property
    def moved(self) -> Mapping[str, str]:
        """The places that were taken, and the free ones used instead."""
        return {wanted: used for wanted, used in self.places.items() if wanted != used}

    async def stop(self) -> None:
        """Close all ports and end all conversations."""
        await self._stack.aclose()


async def start(clock: Clock, credentials: Credentials | None = None) -> Running:
    """Open all targets on loopback; where a port is taken, a free one is.

    The clock gives µs UTC and decides on the published misbehaviour; without credentials the health check
    refuses everyone.
    """
    identity = issue(clock())
    site = _site(clock, credentials)
    async with AsyncExitStack() as stack:

        async def kept(opening: Awaitable[Listener]) -> int:
            listener = await opening
            stack.push_async_callback(listener.stop)
            return listener.port

        ports = {
            WEB: await kept(listen(WEB, site)),
            GATEWAY: await kept(listen(GATEWAY, _silent)),
            DNS: await kept(listen_both(DNS, _names, answer)),
            MAIL: await kept(listen(MAIL, _mail(clock))),
            TLS: await kept(listen(TLS, site, tls=identity.context())),
            DIRECTORY: await kept(listen(DIRECTORY, _silent)),
        }
        open_ports = stack.pop_all()
    places = {f"{HOST}:{wanted}": f"{HOST}:{used}" for wanted, used in ports.items()}
    page = f"http://{HOST}:{ports[WEB]}/"
    return Running(places, page, identity.certificate, open_ports)


def _site(clock: Clock, credentials: Credentials | None) -> Conversation:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        request = _request(head.decode("latin-1"))
        if request is None:
            response, with_body = Response(400, "Bad request\n", "text/plain"), True
        else:
            response, with_body = respond(request, clock(), credentials), request.method != "HEAD"
        writer.write(response.to_bytes(with_body=with_body))
        await writer.drain()

    return converse


def _request(head: str) -> Request | None:
    first, *lines = head.rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[1].startswith("/") or words[2] not in {"HTTP/1.1", "HTTP/1.0"}:  # noqa: PLR2004 - method, target, version
        return None
    pairs = (line.partition(":") for line in lines)
    return Request(words[0], words[1], {name.lower(): value.strip() for name, _, value in pairs})


def _mail(clock: Clock) -> Conversation:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = misbehaves("prb-unv-mail", clock())
        line = GREETING if fault is None else f"{fault.code} {fault.says}"
        writer.write(f"{line}\r\n".encode())
        await writer.drain()
        if fault is None:
            await _until_quit(reader, writer)

    return converse


async def _until_quit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while command := await reader.readline():
        leaves = command.strip().upper() == b"QUIT"
        writer.write(b"221 2.0.0 Bye\r\n" if leaves else b"502 5.5.1 Not implemented\r\n")
        await writer.drain()
        if leaves:
            return


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        continue


async def _names(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while prefix := await reader.read(1):
        length = int.from_bytes(prefix + await reader.readexactly(1), "big")
        reply = answer(await reader.readexactly(length))
        if reply is None:
            return
        writer.write(len(reply).to_bytes(2, "big") + reply)
        await writer.drain()
