"""An archive file: cold parts of facts, by position, and a digest of all that is before it.

    "slamon cold parts 1" and a line feed
    u32 length, header in JSON: {"ledger": "…", "epoch": 1}
    for each fact  u64 position, u64 version, u32 length and stream, u64 length and cold part
    at the end     u64 zero, u64 number of facts, SHA-256 of everything before it (32 bytes)

Integers are big-endian, texts in UTF-8. Positions grow.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from slamon.ledger.backup import sync

MAGIC = b"slamon cold parts 1\n"
DIGEST = 32
HEADER_LIMIT = 10_000
STREAM_LIMIT = 10_000
COLD_LIMIT = 1 << 30
NUMBER_LIMIT = (1 << 63) - 1  # of positions and versions, in either store


class ColdFileError(Exception):
    """A file is no archive, is damaged, or cannot be written; the sentence says which. Nothing was changed."""


class Origin(NamedTuple):
    """Of which ledger the facts are, in which epoch they were archived."""

    ledger: str
    epoch: int


class Cold(NamedTuple):
    """The cold part of a fact, and which fact that is."""

    position: int
    version: int
    stream: str
    cold: bytes


@dataclass(frozen=True)
class Archived:
    """What a file holds: `count` cold parts of positions `first` to `last`, `size` bytes of them.

    `sha256` is that of the whole file, as other programs compute it.
    """

    path: Path
    origin: Origin
    sha256: str
    first: int
    last: int
    count: int
    size: int


def write(path: Path, origin: Origin, parts: Iterable[Cold]) -> Archived | None:
    """Write an archive, which is there whole or not at all; none is written of no parts.

    Raises:
        ColdFileError: there is such a file, no such folder, or another program is writing it.
        OSError: the file cannot be written.

    """
    if not path.parent.is_dir():
        message = f"there is no folder {path.parent}"
        raise ColdFileError(message)
    draft = path.with_name(f"{path.name}.part")
    with draft.open("ab") as file:
        _alone_with(file, draft, path)
        file.truncate(0)
        try:
            count = _fill(file, origin, parts)
        except OSError:  # the disk may be full: give it its room back
            draft.unlink()
            raise
        if not count:
            draft.unlink()
            return None
        file.flush()
        os.fsync(file.fileno())
        draft.rename(path)
        sync(path.parent)
    return check(path)


def _alone_with(file: BinaryIO, draft: Path, path: Path) -> None:
    """Let nobody else write the draft, and see that nobody else has just finished it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        same = os.path.samestat(os.fstat(file.fileno()), draft.stat())
    except (BlockingIOError, FileNotFoundError):
        same = False
    if not same:
        message = f"another program is writing {path}"
        raise ColdFileError(message)
    if path.exists():
        message = f"{path} is there already"
        raise ColdFileError(message)


def _fill(file: BinaryIO, origin: Origin, parts: Iterable[Cold]) -> int:
    digest, count = sha256(), 0

    def put(data: bytes) -> None:
        digest.update(data)
        file.write(data)

    head = json.dumps(origin._asdict()).encode()
    put(MAGIC + _u32(len(head)) + head)
    for position, version, stream, cold in parts:
        count += 1
        name = stream.encode()
        put(_u64(position) + _u64(version) + _u32(len(name)) + name + _u64(len(cold)))
        put(cold)
    put(_u64(0) + _u64(count))
    file.write(digest.digest())
    return count


def check(path: Path) -> Archived:
    """Read an archive from beginning to end.

    Raises:
        ColdFileError: it is none, or not as it was written.
        OSError: the file cannot be read.

    """
    first = last = count = size = 0
    with path.open("rb") as file:
        reading = _Reading(path, file)
        for part in reading.parts():
            first, last = first or part.position, part.position
            count, size = count + 1, size + len(part.cold)
        digest = reading.digest.hexdigest()
    return Archived(path, reading.origin, digest, first, last, count, size)


def origin(path: Path) -> Origin:
    """Of which ledger an archive is.

    Raises:
        ColdFileError: it is none.
        OSError: the file cannot be read.

    """
    with path.open("rb") as file:
        return _Reading(path, file).origin


def parts_of(path: Path) -> Iterator[Cold]:
    """The cold parts of an archive, by position; that it is as it was written is known when the last was read.

    Raises:
        ColdFileError: it is none, or not as it was written.
        OSError: the file cannot be read.

    """
    with path.open("rb") as file:
        yield from _Reading(path, file).parts()


class _Reading:
    """A file on its way from beginning to end."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self.digest = sha256()
        if file.read(len(MAGIC)) != MAGIC:
            message = f"{path} is no archive of cold parts"
            raise ColdFileError(message)
        self.digest.update(MAGIC)
        self.origin = self._origin()

    def _origin(self) -> Origin:
        try:
            return Origin(**json.loads(self._text(HEADER_LIMIT)))
        except (ValueError, TypeError, RecursionError):
            raise self._damaged("its header cannot be read") from None

    def parts(self) -> Iterator[Cold]:
        before = count = 0
        while position := self._number(8):
            if position <= before or position > NUMBER_LIMIT:
                raise self._damaged(f"position {position} follows {before}")
            version, stream = self._length(8, NUMBER_LIMIT), self._text(STREAM_LIMIT)
            yield Cold(position, version, stream, self._take(self._length(8, COLD_LIMIT)))
            before, count = position, count + 1
        if self._number(8) != count:
            raise self._damaged("it lacks facts")
        end = self._file.read(DIGEST)
        if end != self.digest.digest() or self._file.read(1):
            raise self._damaged("its digest is another")
        self.digest.update(end)

    def _text(self, limit: int) -> str:
        try:
            return self._take(self._length(4, limit)).decode()
        except UnicodeDecodeError:
            raise self._damaged("a text cannot be read") from None

    def _length(self, width: int, limit: int) -> int:
        length = self._number(width)
        if length > limit:
            raise self._damaged("a number is beyond all measure")
        return length

    def _number(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def _take(self, length: int) -> bytes:
        data = self._file.read(length)
        if len(data) != length:
            raise self._damaged("it is cut short")
        self.digest.update(data)
        return data

    def _damaged(self, why: str) -> ColdFileError:
        return ColdFileError(f"{self._path} is not as it was written: {why}")


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _u64(number: int) -> bytes:
    return number.to_bytes(8, "big")
