"""Observation batches: all slots of one agent in a span, as one compact fact that folds without inflating.

Layout, version 2. Integers are big-endian; `v` is an unsigned LEB128 number; offsets are µs from `begin`.

    u8   version = 2, or 0x82: the cold part is elsewhere
    u32  assignment
    i64  begin, i64 end                       the span [begin, end) in µs UTC
    u32  rows
    u32  edges, u32 missing runs
    u32  length of buckets, u32 length of columns, u32 length of evidence (bytes)
    edges         v(probe * 4 + outcome) v(offset of the instant)
    missing runs  v(probe) v(offset of the first due) v(step in µs) v(count - 1)
    buckets       zlib: the bucket of each row's latency, one byte (`probes.latency`)
    --- from here on the part is cold: nothing is folded from it
    columns       zlib: what a latency has beyond its bucket as 4 byte planes (u32 µs), lateness as 2 (u16 ms)
    evidence      zlib: JSON object, row number -> evidence
    or, where it is elsewhere: u64 length of the cold part, its SHA-256 (32 bytes)

Version 1 has no buckets and no length of them; its columns hold whole latencies (0xFFFFFFFF = none). Both are read.

Rows are the slots of `AgentAssigned.plan(begin, end)` less the missing ones, in that order. A row without
an edge has the outcome of the row of its probe before it, be it in an earlier batch.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, Self

from probes import latency as latencies
from probes.columns import (
    BatchError,
    deflate,
    from_planes,
    inflate,
    pack_evidence,
    to_planes,
    unpack_evidence,
)
from probes.evidence import Evidence
from probes.latency import NO_LATENCY
from probes.outcome import Outcome

__all__ = [
    "NO_LATENCY",
    "BatchError",
    "ColdError",
    "Edge",
    "Missing",
    "ObservationsRecorded",
]

VERSION = 2
OLDER = 1
ELSEWHERE = 0x80
LATENESS_LIMIT = 0xFFFF
ROWS_LIMIT = 1_000_000
AWAY = struct.Struct(">Q32s")  # of a cold part that is elsewhere: its length and SHA-256

_HEADS = {OLDER: struct.Struct(">BIqqIIIII"), VERSION: struct.Struct(">BIqqIIIIII")}
_OUTCOMES = tuple(Outcome)
_SPAN = struct.Struct(">qq")
_BY_DUE = itemgetter(1, 0)


class ColdError(BatchError):
    """Latencies and evidence of a batch were moved to an archive; its outcomes and buckets are here."""


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
    `stored` are the bytes, `lengths` those of buckets, columns and evidence.
    """

    assignment: int
    begin: int
    end: int
    rows: int
    edges: tuple[Edge, ...]
    missing: tuple[Missing, ...]
    stored: bytes
    lengths: tuple[int, int, int]

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
        capped = [min(value, NO_LATENCY) for value in latency]
        late = [min(value, LATENESS_LIMIT) for value in lateness]
        buckets = latencies.buckets(capped)
        planes = to_planes("I", latencies.beyond(capped, buckets)) + to_planes("H", late)
        changed = tuple(sorted(edges, key=lambda e: (e.at, e.probe)))
        absent = tuple(sorted(missing, key=_BY_DUE))
        gaps = list(_missing_runs(absent))
        packed = (deflate(buckets), deflate(planes), pack_evidence(evidence))
        lengths = (len(packed[0]), len(packed[1]), len(packed[2]))
        head = _HEADS[VERSION].pack(
            VERSION, assignment, begin, end, len(latency), len(changed), len(gaps), *lengths
        )
        stored = b"".join((head, *_edges(changed, begin), *_gaps(gaps, begin), *packed))
        return cls(assignment, begin, end, len(latency), changed, absent, stored, lengths)

    @property
    def cold(self) -> int | None:
        """Where the cold part begins among the stored bytes; None where it is elsewhere."""
        if self.stored[0] & ELSEWHERE:
            return None
        _, columns, kept = self.lengths
        return len(self.stored) - columns - kept

    @property
    def away(self) -> bool:
        """Whether the cold part is elsewhere."""
        return self.cold is None

    @property
    def movable(self) -> bool:
        """Whether the buckets stay when the cold part goes elsewhere: layout 1 has them in its latencies only."""
        return self.stored[0] & ~ELSEWHERE != OLDER

    @cached_property
    def buckets(self) -> bytes:
        """The bucket of each row's latency (`probes.latency`).

        Raises:
            ColdError: the batch is of layout 1, and its columns are elsewhere.
            BatchError: they are damaged.

        """
        if self.stored[0] & ~ELSEWHERE == OLDER:
            return latencies.buckets(self.latency)
        _, columns, kept = self.lengths
        cold = columns + kept if self.cold is not None else AWAY.size
        end = len(self.stored) - cold
        return inflate(self.stored[end - self.lengths[0] : end], self.rows, exact=True)

    @cached_property
    def latency(self) -> Sequence[int]:
        """Latency of each row in µs, `NO_LATENCY` where none was measured.

        Raises:
            ColdError: they are elsewhere.
            BatchError: they are damaged.

        """
        found = from_planes(self._planes[: self.rows * 4], "I", self.rows)
        return found if self.stored[0] == OLDER else latencies.restored(self.buckets, found)

    @cached_property
    def lateness(self) -> Sequence[int]:
        """How late each row's attempt started, in ms; raises as `latency` does."""
        return from_planes(self._planes[self.rows * 4 :], "H", self.rows)

    @cached_property
    def evidence(self) -> Mapping[int, Evidence]:
        """The evidence kept, by row number; raises as `latency` does."""
        start = self._start_of_cold() + self.lengths[1]
        return unpack_evidence(self.stored[start:])

    @cached_property
    def _planes(self) -> bytes:
        start = self._start_of_cold()
        return inflate(self.stored[start : start + self.lengths[1]], self.rows * 6, exact=True)

    def _start_of_cold(self) -> int:
        if self.cold is None:
            raise ColdError("the single results of this batch were moved to an archive")
        return self.cold

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the bytes, in hex: equal hashes are a resend, different ones a conflict."""
        return hashlib.sha256(self.stored).hexdigest()

    def to_bytes(self) -> bytes:
        """The bytes as they were made or read."""
        return self.stored

    def later(self, by: int) -> Self:
        """The same rows, `by` µs later."""
        span = _SPAN.pack(self.begin + by, self.end + by)
        return type(self).from_bytes(self.stored[:5] + span + self.stored[5 + _SPAN.size :])

    def without_cold(self) -> tuple[Self, bytes]:
        """The batch with only the digest of its cold part, and that part; unchanged where it is elsewhere already."""
        if self.cold is None:
            return self, b""
        cold = self.stored[self.cold :]
        first = bytes([self.stored[0] | ELSEWHERE])
        digest = AWAY.pack(len(cold), hashlib.sha256(cold).digest())
        return replace(self, stored=first + self.stored[1 : self.cold] + digest), cold

    def with_cold(self, cold: bytes) -> Self:
        """The batch with its cold part again.

        Raises:
            BatchError: that is another batch's.

        """
        if self.cold is not None:
            return self
        warm = self.stored[: -AWAY.size]
        if self.stored[-AWAY.size :] != AWAY.pack(len(cold), hashlib.sha256(cold).digest()):
            raise BatchError("these bytes are not the cold part of this batch")
        return replace(self, stored=bytes([warm[0] & ~ELSEWHERE]) + warm[1:] + cold)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a batch without inflating its columns.

        Raises:
            BatchError: the version is unknown, or the bytes are cut short or contradict themselves.

        """
        if not data or data[0] & ~ELSEWHERE not in _HEADS:
            found = data[0] if data else "none"
            raise BatchError(
                f"a batch of version {found} cannot be read; known are versions {OLDER} and {VERSION}"
            )
        try:
            return cls._read(data)
        except (struct.error, IndexError):
            raise BatchError("the batch is cut short") from None

    @classmethod
    def _read(cls, data: bytes) -> Self:
        head = _HEADS[data[0] & ~ELSEWHERE]
        _, assignment, begin, end, rows, edge_count, run_count, *lengths = head.unpack_from(data)
        if len(lengths) == 2:  # noqa: PLR2004  # layout 1 has no buckets
            lengths = [0, *lengths]
        edges: list[Edge] = []
        missing: list[Missing] = []
        place = head.size
        if edge_count:
            edges, place = _read_edges(data, place, edge_count, begin)
        if run_count:
            missing, place = _read_missing(data, place, run_count, begin)
        buckets, columns, kept = lengths
        cold = AWAY.size if data[0] & ELSEWHERE else columns + kept
        if len(data) != place + buckets + cold or begin >= end or rows > ROWS_LIMIT:
            raise BatchError("the lengths or the span of the batch contradict each other")
        # What a frozen dataclass does field by field takes longer than all of the above.
        made = object.__new__(cls)
        vars(made).update(
            assignment=assignment,
            begin=begin,
            end=end,
            rows=rows,
            edges=tuple(edges),
            missing=tuple(missing),
            stored=data,
            lengths=(buckets, columns, kept),
        )
        return made


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number, and where the next one begins."""
    byte = data[place]
    if byte < 0x80:  # noqa: PLR2004  # most are
        return byte, place + 1
    value, shift = byte & 0x7F, 7
    while True:
        place += 1
        byte = data[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004
            return value, place + 1
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


def _read_edges(data: bytes, place: int, count: int, begin: int) -> tuple[list[Edge], int]:
    """So many edges, and where they end."""
    found = []
    for _ in range(count):
        said, place = _number(data, place)
        offset, place = _number(data, place)
        found.append(Edge(said >> 2, begin + offset, _OUTCOMES[said & 3]))
    return found, place


def _read_missing(data: bytes, place: int, count: int, begin: int) -> tuple[list[Missing], int]:
    """What so many runs say is missing, in order of time, and where they end."""
    found: list[Missing] = []
    for _ in range(count):
        probe, place = _number(data, place)
        first, place = _number(data, place)
        step, place = _number(data, place)
        more, place = _number(data, place)
        if more >= ROWS_LIMIT - len(found):
            raise BatchError("the batch lists more missing slots than a batch may have")
        found += [Missing(probe, begin + first + step * n) for n in range(more + 1)]
    found.sort(key=_BY_DUE)
    return found, place


def _edges(edges: Iterable[Edge], begin: int) -> Iterator[bytes]:
    for edge in edges:
        yield _varint(edge.probe * 4 + edge.outcome) + _varint(edge.at - begin)


def _gaps(runs: Iterable[tuple[int, int, int, int]], begin: int) -> Iterator[bytes]:
    for probe, first, step, count in runs:
        yield _varint(probe) + _varint(first - begin) + _varint(step) + _varint(count - 1)


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
