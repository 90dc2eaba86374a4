"""The compressed part of a batch: columns of numbers as byte planes, and evidence as JSON."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from probes.evidence import Evidence

EVIDENCE_LIMIT = 4 * 1024 * 1024  # bytes of JSON; agents keep 256 KiB (`probes.assembly`)

_EVIDENCE = TypeAdapter(dict[int, Evidence])


class BatchError(ValueError):
    """The bytes are not a batch that this version of slamon can read."""


def to_planes(code: str, values: Sequence[int]) -> bytes:
    """Numbers of an array's type code as byte planes, the highest bytes first."""
    column = array(code, values)
    if sys.byteorder == "little":
        column.byteswap()
    raw = column.tobytes()
    return b"".join(raw[plane :: column.itemsize] for plane in range(column.itemsize))


def from_planes(planes: bytes, code: str, rows: int) -> Sequence[int]:
    """Numbers from their byte planes."""
    column: array[int] = array(code)
    raw = bytearray(len(planes))
    for plane in range(column.itemsize):
        raw[plane :: column.itemsize] = planes[plane * rows : (plane + 1) * rows]
    column.frombytes(bytes(raw))
    if sys.byteorder == "little":
        column.byteswap()
    return column


def pack_evidence(evidence: Mapping[int, Evidence]) -> bytes:
    """Evidence by row number, compressed."""
    plain = {str(row): evidence[row].model_dump(exclude_defaults=True) for row in sorted(evidence)}
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode(), 6)


def unpack_evidence(kept: bytes) -> Mapping[int, Evidence]:
    """Evidence by row number.

    Raises:
        BatchError: it cannot be read.

    """
    try:
        return _EVIDENCE.validate_json(inflate(kept, EVIDENCE_LIMIT))
    except ValidationError as fault:
        raise BatchError(
            f"the evidence of the batch cannot be read: {fault.error_count()} errors"
        ) from None


def deflate(plain: bytes) -> bytes:
    """Compress planes of numbers, for which zlib has a strategy: 3 % smaller than without, in the same time."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_FILTERED)
    return packer.compress(plain) + packer.flush()


def inflate(packed: bytes, limit: int, *, exact: bool = False) -> bytes:
    """Decompress at most `limit` bytes, or exactly as many.

    Raises:
        BatchError: the bytes are damaged, or there are more (or less) of them.

    """
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(packed, limit + 1)
    except zlib.error:
        raise BatchError("the compressed part of the batch is damaged") from None
    if len(plain) > limit or not inflater.eof or (exact and len(plain) != limit):
        raise BatchError("the compressed part of the batch has not the length its header says")
    return plain
