"""Look-ups on channels of their own: over TCP where an answer is too long, again where one was lost, many at once."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rrset
import pytest

from probes.lookup import LookUpError, looked_up

NAME = "www.cms.example"


def answered(data: bytes, *, cut: bool = False) -> bytes:
    question = dns.message.from_wire(data)
    response = dns.message.make_response(question)
    if cut:
        response.flags |= dns.flags.TC
    elif question.question[0].rdtype == dns.rdatatype.A:
        name = question.question[0].name
        response.answer.append(dns.rrset.from_text(name, 3600, "IN", "A", "192.0.2.7"))
    return response.to_wire()


class Packets(asyncio.DatagramProtocol):
    """Answers by UDP: all is cut off where `cut`, and the first `lost` questions are not heard."""

    def __init__(self, lost: int = 0, *, cut: bool = False) -> None:
        self.heard = 0
        self._lost = lost
        self._cut = cut

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard += 1
        if self.heard > self._lost:
            self._transport.sendto(answered(data, cut=self._cut), addr)


@contextlib.asynccontextmanager
async def served(packets: Packets) -> AsyncIterator[str]:
    """A name server, by UDP as told and by TCP in full; its address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                said = answered(await reader.readexactly(length))
                writer.write(len(said).to_bytes(2, "big") + said)
        writer.close()

    loop = asyncio.get_running_loop()
    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        transport, _ = await loop.create_datagram_endpoint(
            lambda: packets, local_addr=("127.0.0.1", port)
        )
        yield f"127.0.0.1:{port}"
        transport.close()


@pytest.mark.parametrize(
    "packets",
    [
        pytest.param(Packets(), id="by UDP"),
        pytest.param(Packets(cut=True), id="by TCP, where UDP has no room for it"),
        pytest.param(Packets(lost=1), id="at the second try, where the first is lost"),
    ],
)
def test_a_name_is_looked_up(packets: Packets) -> None:
    async def once() -> list[str]:
        async with served(packets) as server:
            return await looked_up(NAME, "ipv4", [server])

    assert asyncio.run(once()) == ["192.0.2.7"]


def test_many_are_looked_up_at_once_and_leave_nothing_behind() -> None:
    async def many(server: str, count: int) -> None:
        found = await asyncio.gather(*(looked_up(NAME, None, [server]) for _ in range(count)))
        assert found == [["192.0.2.7"]] * count

    async def both() -> tuple[int, int]:
        async with served(Packets()) as server:
            await many(server, 1)
            before, threads = open_files(), threading.active_count()
            await many(server, 200)
            await until(lambda: open_files() <= before)
            return open_files() - before, threading.active_count() - threads

    assert asyncio.run(both()) == (0, 0)


def test_a_look_up_that_is_cut_off_leaves_nothing_behind() -> None:
    async def cut_off() -> int:
        async with served(Packets(lost=100)) as server:
            before = open_files()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await looked_up(NAME, "ipv4", [server])
            await until(lambda: open_files() <= before)
            return open_files() - before

    assert asyncio.run(cut_off()) == 0


def test_a_name_server_that_is_none_is_told_as_such() -> None:
    with pytest.raises(LookUpError, match=r"refused|contact|Timeout"):
        asyncio.run(looked_up(NAME, "ipv4", ["127.0.0.1:1"]))


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def until(true: Any) -> None:
    for _ in range(100):
        if true():
            return
        await asyncio.sleep(0.02)
