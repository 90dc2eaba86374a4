"""Observation batches: all slots of one agent in a span, as one compact fact that folds without inflating.

Layout, version 1. Integers are big-endian; `v` is an unsigned LEB128 number; offsets are µs from `begin`.

    u8   version = 1
    u32  assignment
    i64  begin, i64 end                       the span [begin, end) in µs UTC
    u32  rows
    u32  edges, u32 missing runs, u32 length of columns, u32 length of evidence (bytes)
    edges         v(probe * 4 + outcome) v(offset of the instant)
    missing runs  v(probe) v(offset of the first due) v(step in µs) v(count - 1)
    columns       zlib: latency as 4 byte planes (u32 µs, 0xFFFFFFFF = none), lateness as 2 (u16 ms)
    evidence      zlib: JSON object, row number -> evidence

Rows are the slots of `AgentAssigned.plan(begin, end)` less the missing ones, in that order. A row without
an edge has the outcome of the row of its probe before it, be it in an earlier batch.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from probes.evidence import Evidence
from probes.outcome import Outcome

VERSION = 1
NO_LATENCY = 0xFFFFFFFF
LATENESS_LIMIT = 0xFFFF
ROWS_LIMIT = 1_000_000
EVIDENCE_LIMIT = 64 * 1024 * 1024

_HEAD = struct.Struct(">BIqqIIIII")
_EVIDENCE = TypeAdapter(dict[int, Evidence])


class BatchError(ValueError):
    """The bytes are not a batch that this version of slamon can read."""


class Edge(NamedTuple):
    """From `at` on (µs) the probe has this outcome."""

    probe: int
    at: int
    outcome: Outcome


class Missing(NamedTuple):
    """The slot of the probe due at `due` (µs) has no row."""

    probe: int
    due: int


@dataclass(frozen=True)
class ObservationsRecorded:
    """Everything due in `[begin, end)` under one assignment (fact); columns inflate when first read.

    `edge.at` is the due instant; for a row started later than the allowed lateness it is the start.
    """

    assignment: int
    begin: int
    end: int
    rows: int
    edges: tuple[Edge, ...]
    missing: tuple[Missing, ...]
    columns: bytes
    kept: bytes

    @classmethod
    def of(
        cls,
        assignment: int,
        begin: int,
        end: int,
        *,
        edges: Iterable[Edge],
        missing: Iterable[Missing],
        latency: Sequence[int],
        lateness: Sequence[int],
        evidence: Mapping[int, Evidence],
    ) -> ObservationsRecorded:
        """Compress rows into a batch; `latency` in µs (`NO_LATENCY` = none), `lateness` in ms, both capped."""
        return cls(
            assignment=assignment,
            begin=begin,
            end=end,
            rows=len(latency),
            edges=tuple(sorted(edges, key=lambda e: (e.at, e.probe))),
            missing=tuple(sorted(missing, key=lambda m: (m.due, m.probe))),
            columns=_pack_columns(latency, lateness),
            kept=_pack_evidence(evidence),
        )

    @cached_property
    def latency(self) -> Sequence[int]:
        """Latency of each row in µs, `NO_LATENCY` where none was measured."""
        return _from_planes(self._planes[: self.rows * 4], "I", self.rows)

    @cached_property
    def lateness(self) -> Sequence[int]:
        """How late each row's attempt started, in ms."""
        return _from_planes(self._planes[self.rows * 4 :], "H", self.rows)

    @cached_property
    def evidence(self) -> Mapping[int, Evidence]:
        """The evidence kept, by row number."""
        return _unpack_evidence(self.kept)

    @cached_property
    def _planes(self) -> bytes:
        return _inflate(self.columns, self.rows * 6, exact=True)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the bytes, in hex: equal hashes are a resend, different ones a conflict."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """Write the layout of version 1; equal content gives equal bytes."""
        runs = list(_missing_runs(self.missing))
        edges = b"".join(
            _varint(e.probe * 4 + e.outcome) + _varint(e.at - self.begin) for e in self.edges
        )
        gaps = b"".join(
            _varint(probe) + _varint(first - self.begin) + _varint(step) + _varint(count - 1)
            for probe, first, step, count in runs
        )
        head = _HEAD.pack(
            VERSION,
            self.assignment,
            self.begin,
            self.end,
            self.rows,
            len(self.edges),
            len(runs),
            len(self.columns),
            len(self.kept),
        )
        return b"".join((head, edges, gaps, self.columns, self.kept))

    @classmethod
    def from_bytes(cls, data: bytes) -> ObservationsRecorded:
        """Read a batch without inflating its columns.

        Raises:
            BatchError: the version is unknown, or the bytes are cut short or contradict themselves.

        """
        if not data or data[0] != VERSION:
            found = data[0] if data else "none"
            raise BatchError(
                f"a batch of version {found} cannot be read; known is version {VERSION}"
            )
        try:
            return cls._read(data)
        except (struct.error, IndexError):
            raise BatchError("the batch is cut short") from None

    @classmethod
    def _read(cls, data: bytes) -> ObservationsRecorded:
        _, assignment, begin, end, rows, edge_count, run_count, columns, kept = _HEAD.unpack_from(
            data
        )
        cursor = _Cursor(data, _HEAD.size)
        edges = tuple(_read_edge(cursor, begin) for _ in range(edge_count))
        missing: list[Missing] = []
        for _ in range(run_count):
            missing.extend(_read_missing(cursor, begin, ROWS_LIMIT - len(missing)))
        start = cursor.place
        if len(data) != start + columns + kept or begin >= end or rows > ROWS_LIMIT:
            raise BatchError("the lengths or the span of the batch contradict each other")
        return cls(
            assignment,
            begin,
            end,
            rows,
            edges,
            tuple(sorted(missing, key=lambda m: (m.due, m.probe))),
            data[start : start + columns],
            data[start + columns :],
        )


class _Cursor:
    """Reads varints one after the other."""

    def __init__(self, data: bytes, place: int) -> None:
        self.data = data
        self.place = place

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.place]
            self.place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004
                return value
            shift += 7
            if shift > 63:  # noqa: PLR2004
                raise BatchError("the batch holds a number beyond 64 bits")


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:  # noqa: PLR2004
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _read_edge(cursor: _Cursor, begin: int) -> Edge:
    probe, outcome = divmod(cursor.number(), 4)
    return Edge(probe, begin + cursor.number(), Outcome(outcome))


def _read_missing(cursor: _Cursor, begin: int, room: int) -> Iterator[Missing]:
    probe, first, step, count = (cursor.number() for _ in range(4))
    if count >= room:
        raise BatchError("the batch lists more missing slots than a batch may have")
    return (Missing(probe, begin + first + step * n) for n in range(count + 1))


def _missing_runs(missing: Iterable[Missing]) -> Iterator[tuple[int, int, int, int]]:
    for probe, group in groupby(sorted(missing), key=lambda m: m.probe):
        dues = [m.due for m in group]
        place = 0
        while place < len(dues):
            first = dues[place]
            step = dues[place + 1] - first if place + 1 < len(dues) else 0
            count = 1
            while place + count < len(dues) and dues[place + count] == first + step * count:
                count += 1
            yield probe, first, step, count
            place += count


def _pack_columns(latency: Sequence[int], lateness: Sequence[int]) -> bytes:
    capped = [min(value, NO_LATENCY) for value in latency]
    late = [min(value, LATENESS_LIMIT) for value in lateness]
    return zlib.compress(_to_planes("I", capped) + _to_planes("H", late), 1)


def _to_planes(code: str, values: Sequence[int]) -> bytes:
    column = array(code, values)
    if sys.byteorder == "little":
        column.byteswap()
    raw = column.tobytes()
    return b"".join(raw[plane :: column.itemsize] for plane in range(column.itemsize))


def _from_planes(planes: bytes, code: str, rows: int) -> Sequence[int]:
    column: array[int] = array(code)
    raw = bytearray(len(planes))
    for plane in range(column.itemsize):
        raw[plane :: column.itemsize] = planes[plane * rows : (plane + 1) * rows]
    column.frombytes(bytes(raw))
    if sys.byteorder == "little":
        column.byteswap()
    return column


def _pack_evidence(evidence: Mapping[int, Evidence]) -> bytes:
    plain = {str(row): evidence[row].model_dump(exclude_defaults=True) for row in sorted(evidence)}
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode(), 6)


def _unpack_evidence(kept: bytes) -> Mapping[int, Evidence]:
    try:
        return _EVIDENCE.validate_json(_inflate(kept, EVIDENCE_LIMIT))
    except ValidationError as fault:
        raise BatchError(
            f"the evidence of the batch cannot be read: {fault.error_count()} errors"
        ) from None


def _inflate(packed: bytes, limit: int, *, exact: bool = False) -> bytes:
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(packed, limit + 1)
    except zlib.error:
        raise BatchError("the compressed part of the batch is damaged") from None
    if len(plain) > limit or not inflater.eof or (exact and len(plain) != limit):
        raise BatchError("the compressed part of the batch has not the length its header says")
    return plain
