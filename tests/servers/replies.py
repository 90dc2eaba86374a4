"""Replies of web servers that are wrong, each in a way of its own."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Iterable
from itertools import chain, repeat

from tests.servers.faults import Talk

MIB = 1024 * 1024
BOUND = 64 * MIB  # whoever reads on beyond this is not stopped by us
PAGE = b"a page of the catalogue\n"
GREETING = b"SSH-2.0-OpenSSH_9.2p1\r\n"


def answering(*pieces: bytes) -> Talk:
    """Hear a request, say this, and hang up."""
    return streaming(lambda: pieces)


def streaming(pieces: Callable[[], Iterable[bytes]]) -> Talk:
    """Hear a request, and say piece after piece for as long as somebody listens."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for each in pieces():
            writer.write(each)
            await writer.drain()

    return talk


def reply(*headers: str, body: bytes = PAGE, length: int | None = None) -> bytes:
    """A reply with status 200; without `length` it states none."""
    stated = [] if length is None else [f"Content-Length: {length}"]
    lines = ["HTTP/1.1 200 OK", *stated, *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def complete() -> Talk:
    """A page as it should be."""
    return answering(reply(length=len(PAGE)))


def headers_without_end() -> Talk:
    """Header after header."""
    line = b"X-More: " + b"m" * 1000 + b"\r\n"
    return streaming(lambda: chain([b"HTTP/1.1 200 OK\r\n"], repeat(line, BOUND // len(line))))


def body_without_end() -> Talk:
    """A body in chunks that never ends."""
    chunk = b"10000\r\n" + b"b" * 0x10000 + b"\r\n"
    begun = reply("Transfer-Encoding: chunked", body=b"")
    return streaming(lambda: chain([begun], repeat(chunk, BOUND // len(chunk))))


def _flooding(begun: bytes, piece: bytes) -> Talk:
    """Say a piece again and again, faster than anybody reads it, and nothing that counts."""
    many = piece * (MIB // len(piece))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(begun)
        while True:
            writer.write(many)
            await writer.drain()

    return talk


def hints_without_end() -> Talk:
    """Word after word that a reply will come."""
    return _flooding(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")


def packed_nothing_without_end() -> Talk:
    """A body of packed files, each of which is empty."""
    return _flooding(reply("Content-Encoding: gzip", body=b""), _gzipped(b""))


def circle() -> Talk:
    """A redirect to itself."""
    return answering(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")


def chain_without_end() -> Talk:
    """A redirect to a page that was not seen before, which does the same."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        there = request.split(b" ", 2)[1] + b"x"
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % there)
        await writer.drain()

    return talk


def length_too_long() -> Talk:
    """More is stated than comes."""
    return answering(reply(length=len(PAGE) + 100))


def length_too_short() -> Talk:
    """More comes than is stated."""
    return answering(reply(length=len(PAGE) - 10))


def two_lengths() -> Talk:
    """Two lengths that contradict each other."""
    return answering(reply("Content-Length: 9999", length=len(PAGE)))


def length_and_chunks() -> Talk:
    """A length and chunks: two readers may take two different bodies from it (RFC 9112, 6.3)."""
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)
    return answering(reply("Transfer-Encoding: chunked", body=body, length=len(PAGE)))


def broken_chunk() -> Talk:
    """A chunk whose length is no number."""
    return answering(
        reply("Transfer-Encoding: chunked", body=b"many\r\n" + PAGE + b"\r\n0\r\n\r\n")
    )


def last_chunk_missing() -> Talk:
    """Chunks without the empty one that ends them."""
    body = b"%x\r\n%s\r\n" % (len(PAGE), PAGE)
    return answering(reply("Transfer-Encoding: chunked", body=body))


def packed() -> Talk:
    """A page packed by gzip."""
    body = _gzipped(PAGE)
    return answering(reply("Content-Encoding: gzip", body=body, length=len(body)))


def bomb() -> Talk:
    """A small body that unpacks to 64 MiB."""
    body = _gzipped(bytes(BOUND))
    return answering(reply("Content-Encoding: gzip", body=body, length=len(body)))


def not_packed() -> Talk:
    """A body said to be packed that is not."""
    return answering(reply("Content-Encoding: gzip", length=len(PAGE)))


def packed_in_part() -> Talk:
    """A packed body that stops in the middle, its length stated rightly."""
    body = _gzipped(PAGE * 100)
    body = body[: len(body) // 2]
    return answering(reply("Content-Encoding: gzip", body=body, length=len(body)))


def no_web() -> Talk:
    """Something that is not HTTP at all."""
    return answering(GREETING)


def no_web_that_waits() -> Talk:
    """The same, and it waits for an answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(GREETING)(reader, writer)
        await reader.read()

    return talk


def _gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()
