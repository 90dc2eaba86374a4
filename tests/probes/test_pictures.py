"""Pictures: read without a library of pictures, and told to be blank exactly where they are."""

from __future__ import annotations

import asyncio
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.kinds import pictures
from probes.kinds.pictures import PNG, Picture, UnreadableError, picture_of

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
GIF = b"GIF89a" + struct.pack("<HH", 4, 3) + b"\0\0\0" + b";"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04JF\xff\xc2\x00\x0b\x08"
    + struct.pack(">HH", 3, 4)
    + b"\x01\x01\x11\x00\xff\xd9"
)


def blank(picture: bytes) -> bool | None:
    return asyncio.run(pictures.blank(picture))


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(
    width: int,
    rows: list[bytes],
    *,
    height: int | None = None,
    depth: int = 8,
    colour: int = 2,
    woven: int = 0,
) -> bytes:
    """A picture of rows that are filtered already; where `height` is stated it is told instead of theirs."""
    said = struct.pack(">IIBBBBB", width, height or len(rows), depth, colour, 0, 0, woven)
    packed = zlib.compress(b"".join(rows))
    parts = [packed[:5], packed[5:]]
    return (
        PNG
        + chunk(b"IHDR", said)
        + b"".join(chunk(b"IDAT", part) for part in parts)
        + chunk(b"IEND", b"")
    )


def paeth(left: int, up: int, corner: int) -> int:
    """As the specification of PNG writes it down (§9.4)."""
    estimate = left + up - corner
    distances = [abs(estimate - each) for each in (left, up, corner)]
    return (left, up, corner)[distances.index(min(distances))]


def foreseen(way: int, left: int, up: int, corner: int) -> int:
    """What a byte is expected to be by its neighbours, in each of the five ways."""
    return (0, left, up, (left + up) // 2, paeth(left, up, corner))[way]


def filtered(rows: list[bytes], point: int, filters: list[int]) -> list[bytes]:
    """Filter rows byte by byte, each in its way."""
    found, above = [], bytes(len(rows[0]))
    for row, way in zip(rows, filters, strict=True):
        told = bytearray([way])
        for at, byte in enumerate(row):
            left, corner = (row[at - point], above[at - point]) if at >= point else (0, 0)
            told.append((byte - foreseen(way, left, above[at], corner)) % 256)
        found.append(bytes(told))
        above = row
    return found


@given(data=st.data(), width=st.integers(1, 5), height=st.integers(1, 5))
def test_a_picture_is_blank_where_all_its_points_are_the_same(
    data: st.DataObject, width: int, height: int
) -> None:
    colour, depth = data.draw(st.sampled_from(list(CHANNELS))), data.draw(st.sampled_from([8, 16]))
    size = CHANNELS[colour] * depth // 8
    ground = data.draw(st.binary(min_size=size, max_size=size))
    points = [ground] * (width * height)
    if data.draw(st.booleans()):
        other = st.binary(min_size=size, max_size=size)
        points[data.draw(st.integers(0, width * height - 1))] = data.draw(other)
    rows = [b"".join(points[at : at + width]) for at in range(0, width * height, width)]
    filters = data.draw(st.lists(st.integers(0, 4), min_size=height, max_size=height))

    picture = png(width, filtered(rows, size, filters), depth=depth, colour=colour)

    assert blank(picture) is (len(set(points)) == 1)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(png(4, [bytes(13)] * 3), Picture("image/png", 4, 3, whole=True), id="a PNG"),
        pytest.param(
            png(4, [bytes(13)] * 3)[:-12],
            Picture("image/png", 4, 3, whole=False),
            id="a PNG without its end",
        ),
        pytest.param(
            png(4, [bytes(13)] * 3).replace(b"IDAT", b"IDAX", 1),
            Picture("image/png", 4, 3, whole=False),
            id="a PNG with a wrong sum",
        ),
        pytest.param(GIF, Picture("image/gif", 4, 3, whole=True), id="a GIF"),
        pytest.param(GIF[:-1], Picture("image/gif", 4, 3, whole=False), id="a GIF without its end"),
        pytest.param(JPEG, Picture("image/jpeg", 4, 3, whole=True), id="a JPEG"),
        pytest.param(
            JPEG[:-2], Picture("image/jpeg", 4, 3, whole=False), id="a JPEG without its end"
        ),
        pytest.param(JPEG[:8], None, id="a JPEG that breaks off before its size"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(100), None, id="a JPEG of nothing"),
        pytest.param(PNG, None, id="a PNG of nothing"),
        pytest.param(b"<svg/>", None, id="something else"),
    ],
)
def test_a_picture_says_what_it_is(data: bytes, told: Picture | None) -> None:
    assert picture_of(data) == told


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(png(8, [bytes(2)] * 8, depth=1, colour=0), id="packed in bits"),
        pytest.param(png(8, [bytes(25)] * 8, woven=1), id="woven"),
        pytest.param(png(8, [bytes(25)] * 8, colour=5), id="of colours that there are not"),
    ],
)
def test_of_some_it_cannot_be_told_whether_they_are_blank(picture: bytes) -> None:
    assert blank(picture) is None


@pytest.mark.parametrize(
    ("picture", "fault"),
    [
        pytest.param(png(1, [bytes(4)], height=9), "fewer rows", id="fewer rows than it says"),
        pytest.param(png(1, [b"\x09\0\0\0"]), "no filter 9", id="a filter that there is not"),
        pytest.param(
            png(1, [bytes(4)]).replace(zlib.compress(bytes(4))[:2], b"\0\0"),
            "fewer rows",
            id="a packing that there is not",
        ),
    ],
)
def test_a_picture_that_contradicts_itself_is_told(picture: bytes, fault: str) -> None:
    with pytest.raises(UnreadableError, match=fault):
        blank(picture)
