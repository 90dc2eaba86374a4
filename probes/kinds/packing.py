"""Bodies that come packed (gzip, deflate): unpacked as they come, never beyond what is asked for."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from probes.observation import Failure, Reason

RATIO = 200  # pages pack to a twentieth, logs to a fiftieth; what packs better was made to
RATIO_FROM = 256 * 1024  # bytes; smaller ones do no harm
WINDOWS: Mapping[str, int] = {"gzip": 31, "x-gzip": 31, "deflate": 15}
RAW_DEFLATE = -15  # what many servers mean by deflate (RFC 9110 §8.4.1.2)


class Unpacking:
    """The unpacking of one body, which is over at `limit` bytes; `overfull` says that there was more."""

    def __init__(self, coding: str, limit: int) -> None:
        self._coding = coding
        self._inflating = zlib.decompressobj(WINDOWS[coding])
        self._limit = limit
        self._taken = 0
        self._given = 0
        self.overfull = False
        self.bomb = False

    def take(self, data: bytes) -> bytes:
        """Unpack a part.

        Raises:
            Failure: it is not packed as it is said to be.

        """
        parts = bytearray()
        while data:
            if self._inflating.eof:  # several files in a row are one (RFC 1952 §2.2)
                self._inflating = zlib.decompressobj(WINDOWS[self._coding])
            parts += self._unpacked(data)
            if self.overfull:
                break
            data = self._inflating.unused_data
        return bytes(parts)

    def finish(self) -> None:
        """Say that no more comes.

        Raises:
            Failure: there should be more.

        """
        if self._taken and not self._inflating.eof:
            raise Failure(Reason.INCOMPLETE, f"the body, packed by {self._coding}, breaks off")

    def _unpacked(self, data: bytes) -> bytes:
        room = self._limit - self._given
        try:
            found = self._inflated(data, room + 1)
        except zlib.error:
            said = f"the body is said to be packed by {self._coding}, and is not"
            raise Failure(Reason.ENCODING, said) from None
        self._taken += len(data) - len(self._inflating.unused_data)
        self._given += len(found)
        self.bomb = self._given > max(RATIO_FROM, RATIO * self._taken)
        self.overfull = self.bomb or len(found) > room
        return found[:room]

    def _inflated(self, data: bytes, most: int) -> bytes:
        try:
            return self._inflating.decompress(data, most)
        except zlib.error:
            if self._coding != "deflate" or self._taken:
                raise
            self._inflating = zlib.decompressobj(RAW_DEFLATE)
            return self._inflating.decompress(data, most)
