"""Pictures: of which kind and size one is, whether it is whole, and whether a PNG has one colour only."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

PNG = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by type of colour
BYTE = 8
MARK, LENGTH = 0xFF, 2  # before each marker of a JPEG, and what a length takes itself
WHOLE_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15
PIECE = 64 * 1024
ROWS = 32  # between so many the loop may turn


@dataclass(frozen=True)
class Picture:
    """The kind and size of a picture; `whole` says whether it goes on to its end."""

    format: str
    width: int
    height: int
    whole: bool


class UnreadableError(ValueError):
    """A picture contradicts itself."""


def picture_of(data: bytes) -> Picture | None:
    """Read what a picture says of itself; None where it is none."""
    try:
        if data.startswith(PNG):
            width, height = struct.unpack_from(">II", data, 16)
            return Picture("image/png", width, height, whole=_ends(data))
        if data.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack_from("<HH", data, 6)
            return Picture("image/gif", width, height, whole=data.rstrip(b"\0").endswith(b";"))
        if data.startswith(b"\xff\xd8\xff"):
            width, height = _frame(data)
            return Picture("image/jpeg", width, height, whole=b"\xff\xd9" in data[-PIECE:])
    except struct.error:
        return None  # it breaks off before it says
    return None


def _frame(data: bytes) -> tuple[int, int]:
    """The width and height that a JPEG says in the head of its frame."""
    at = 2
    while True:
        mark, marker, length = struct.unpack_from(">BBH", data, at)
        if mark != MARK or length < LENGTH:
            raise struct.error
        if marker in WHOLE_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG that are whole, by their kind."""
    at = len(PNG)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        told = data[at + 8 + length : at + 12 + length]
        if told != zlib.crc32(kind + content).to_bytes(4):
            return
        yield kind, content
        at += 12 + length


def _ends(data: bytes) -> bool:
    return any(kind == b"IEND" for kind, _ in _chunks(data))


async def blank(data: bytes) -> bool | None:
    """Whether all points of a whole PNG are the same; None where nobody can tell without undoing more than its packing.

    Raises:
        UnreadableError: it cannot be unpacked.

    """
    width, height, depth, colour, _, _, woven = struct.unpack_from(">IIBBBBB", data, 16)
    if woven or depth < BYTE or colour not in CHANNELS:
        return None
    point = CHANNELS[colour] * depth // BYTE
    first: bytes | None = None
    above = bytes(point)
    for number, row in enumerate(_rows(data, 1 + width * point, height)):
        if number % ROWS == 0:
            await asyncio.sleep(0)
        this = _only_point(row, above, width)
        if this is None or (first is not None and this != first):
            return False
        first = above = this
    return True


def _rows(data: bytes, length: int, number: int) -> Iterator[bytes]:
    """Unpack row after row, each with its filter before it."""
    unpacking = zlib.decompressobj()
    packed = b"".join(content for kind, content in _chunks(data) if kind == b"IDAT")
    held = b""
    for _ in range(number):
        while len(held) < length:
            try:
                more = unpacking.decompress(packed, PIECE)
            except zlib.error as fault:
                raise UnreadableError(str(fault)) from None
            if not more:
                raise UnreadableError("it has fewer rows than it says")
            held += more
            packed = unpacking.unconsumed_tail
        yield held[:length]
        held = held[length:]


def _only_point(row: bytes, above: bytes, width: int) -> bytes | None:
    """The point that a whole row consists of, where the row above consists of one; None where there are several.

    A row is filtered (PNG §9.2): each byte is told as its difference from what it is foreseen to be by its neighbours.
    """
    told = row[1 : 1 + len(above)]
    foreseen = {0: bytes(len(above)), 1: bytes(len(above)), 2: above, 3: _halves(above), 4: above}
    if row[0] not in foreseen:
        raise UnreadableError(f"there is no filter {row[0]}")
    point = _sum(told, foreseen[row[0]])
    others = {
        0: point,
        1: bytes(len(above)),
        2: told,
        3: bytes((this - (this + up) // 2) % 256 for this, up in zip(point, above, strict=True)),
        4: bytes(len(above)),
    }
    return point if row[1:] == told + others[row[0]] * (width - 1) else None


def _halves(point: bytes) -> bytes:
    return bytes(each // 2 for each in point)


def _sum(left: bytes, right: bytes) -> bytes:
    return bytes((a + b) % 256 for a, b in zip(left, right, strict=True))
