"""From facts to stored bytes and back: an envelope line in JSON, then the payload."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol, Self, cast, runtime_checkable

from eventsourcing.persistence import Mapper, StoredEvent
from pydantic import BaseModel

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

Parting = Callable[[bytes], tuple[bytes, bytes]]
"""Parts a payload into its warm part, the same wherever the cold one is, and the SHA-256 of the cold one.

Raises: ValueError where the payload is damaged.
"""


class Moving(NamedTuple):
    """Takes the cold part out of a payload, puts it back, and tells whether it is away.

    The first two raise ValueError where the payload is damaged, `together` also where the cold part is not its own.
    """

    apart: Callable[[bytes], tuple[bytes, bytes]]
    """The payload with the digest of the cold part in its place, and that part; empty where it is away already."""
    together: Callable[[bytes, bytes], bytes]
    elsewhere: Callable[[bytes], int]
    """How many bytes the cold part has that is away; 0 where it is here."""


@runtime_checkable
class BinaryFact(Protocol):
    """A fact with a byte layout of its own (observation batches)."""

    def to_bytes(self) -> bytes:
        """The payload, the same bytes for the same content."""

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a payload; refuses a version it does not know."""


Fact = BaseModel | BinaryFact


class UnreadableFactError(ValueError):
    """A stored fact cannot be read by this program, or a fact has no name to be stored under."""


@dataclass(frozen=True)
class Names:
    """Permanent names of facts, how payloads of older versions become today's, which have a cold part, and move it.

    Raises:
        ValueError: a fact has two names, or an upcaster leads nowhere.

    """

    facts: Mapping[str, type[Any]]
    upcasters: Mapping[str, tuple[str, Upcaster]] = field(default_factory=dict)
    partings: Mapping[str, Parting] = field(default_factory=dict)
    movings: Mapping[str, Moving] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse names that would be written or read in two ways."""
        if len(set(self.facts.values())) < len(self.facts):
            message = "a fact is written under one name; older ones become it through upcasters"
            raise ValueError(message)
        for older, (newer, _) in self.upcasters.items():
            if older in self.facts or newer not in {*self.facts, *self.upcasters}:
                message = f"{older} cannot become {newer}"
                raise ValueError(message)

    def name_of(self, fact: Fact) -> str:
        """The permanent name of a fact's type."""
        name = self._by_type.get(type(fact))
        if name is None:
            message = f"{type(fact).__name__} has no permanent name"
            raise UnreadableFactError(message)
        return name

    @cached_property
    def _by_type(self) -> Mapping[type[Any], str]:
        return {kind: name for name, kind in self.facts.items()}

    def encode(self, fact: Fact) -> bytes:
        """The payload of a fact."""
        if isinstance(fact, BaseModel):
            return fact.model_dump_json(by_alias=True).encode()
        return fact.to_bytes()

    def decode(self, name: str, payload: bytes) -> Fact:
        """The fact of a payload, brought up to today's version."""
        if name in self.upcasters:
            newer, upcast = self.upcasters[name]
            try:
                state = upcast(json.loads(payload))
            except (LookupError, TypeError) as wrong:
                message = f"it does not become {newer}: {type(wrong).__name__}: {wrong}"
                raise UnreadableFactError(message) from wrong
            return self.decode(newer, json.dumps(state).encode())
        kind = self.facts.get(name)
        if kind is None:
            message = f"no fact is named {name!r}: it was written by a newer version of slamon"
            raise UnreadableFactError(message)
        if issubclass(kind, BaseModel):
            return kind.model_validate_json(payload)
        return cast("BinaryFact", kind.from_bytes(payload))


@dataclass(frozen=True)
class Envelope:
    """Who recorded a fact, when (µs, never running backwards), and because of what."""

    recorded_at: int
    actor: str
    cause: str | None


@dataclass(frozen=True)
class Entry:
    """A fact as it stands in the ledger. `position` is 0 until it is stored."""

    originator_id: str
    originator_version: int
    fact: Fact
    actor: str
    cause: str | None = None
    recorded_at: int = 0
    position: int = 0
    name: str = ""
    payload: bytes = b""

    @property
    def stream(self) -> str:
        """The stream it belongs to."""
        return self.originator_id

    @property
    def version(self) -> int:
        """Its place in the stream, from 1."""
        return self.originator_version


class Row(NamedTuple):
    """A fact as it is stored: `state` is the envelope, a line feed and the payload."""

    position: int
    stream: str
    version: int
    name: str
    state: bytes


class Change(NamedTuple):
    """A fact as it is stored, and the bytes to be stored in place of its `state`."""

    row: Row
    state: bytes


def stamp(state: bytes, recorded_at: int) -> bytes:
    """Write the recorded instant into an envelope that has none yet."""
    return b'{"at":%d,' % recorded_at + state[1:]


def split(state: bytes) -> tuple[Envelope, bytes]:
    """The envelope and the payload of stored bytes."""
    try:
        line, _, payload = state.partition(b"\n")
        head = json.loads(line)
        return Envelope(head["at"], head["by"], head["cause"]), payload
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        message = "its envelope is damaged"
        raise UnreadableFactError(message) from None


def payload_of(row: Row) -> bytes:
    """The payload of a stored fact."""
    return row.state[row.state.index(b"\n") + 1 :]


class FactMapper(Mapper[str]):
    """Maps entries to stored events under permanent names."""

    def __init__(self, names: Names, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = names

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The row of an entry; the store stamps the recorded instant under its write lock."""
        entry = cast("Entry", domain_event)
        head = json.dumps({"by": entry.actor, "cause": entry.cause}, separators=(",", ":"))
        state = head.encode() + b"\n" + self._names.encode(entry.fact)
        return StoredEvent(entry.stream, entry.version, self._names.name_of(entry.fact), state)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The entry of a row, without its position."""
        stored = stored_event
        stream = str(stored.originator_id)
        return self.entry(Row(0, stream, stored.originator_version, stored.topic, stored.state))

    def entry(self, row: Row) -> Entry:
        """The entry of a row."""
        try:
            envelope, payload = split(row.state)
            fact = self._names.decode(row.name, payload)
        except ValueError as wrong:
            message = f"cannot read {row.name} at {row.stream} version {row.version}: {wrong}"
            raise UnreadableFactError(message) from wrong
        return Entry(
            originator_id=row.stream,
            originator_version=row.version,
            fact=fact,
            actor=envelope.actor,
            cause=envelope.cause,
            recorded_at=envelope.recorded_at,
            position=row.position,
            name=row.name,
            payload=payload,
        )
