"""What is expected of the probes that report themselves, and whose key opens which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Row, func, select

from catalogue.instants import parse_duration
from catalogue.probing import Probe
from catalogue.questions import Heartbeat
from slamon.ledger.codec import Entry
from slamon.sla.heartbeats import Expected, HeartbeatKeyIssued, HeartbeatKeyRevoked
from slamon.views.promised import Promises, promises
from slamon.views.tables import heartbeat_key, probe_last
from slamon.views.writing import insert


class Known(NamedTuple):
    """A probe that a key speaks for: what is expected of it, and whether what it prints is kept."""

    expected: Expected
    keep_output: bool


def applied(
    connection: Connection, entry: Entry, fact: HeartbeatKeyIssued | HeartbeatKeyRevoked
) -> None:
    """A probe has another key, or none any more."""
    row = {
        "position": entry.position,
        "probe": entry.stream.partition(":")[2],
        "at": entry.recorded_at,
        "key_sha256": fact.key_sha256 if isinstance(fact, HeartbeatKeyIssued) else None,
    }
    connection.execute(insert(heartbeat_key).values(row))


def expected(held: Promises, centre: str) -> Iterator[Expected]:
    """What is expected of every heartbeat that is switched on; `centre` is the location of those that name none."""
    for probe in held.of(Probe):
        if isinstance(probe, Heartbeat) and probe.enabled:
            yield _expected(probe, centre)


def known_by(connection: Connection, key_sha256: str, centre: str) -> Known | None:
    """The probe that a key speaks for; None where it opens nothing."""
    keys = _keys(connection)
    name = next((probe for probe, row in keys.items() if row.key_sha256 == key_sha256), None)
    probe = promises(connection).get(Probe, name) if name is not None else None
    if not isinstance(probe, Heartbeat):
        return None
    return Known(_expected(probe, centre), probe.keep_output)


def issued(connection: Connection) -> Mapping[str, int]:
    """When the key of each probe was issued (µs)."""
    return {probe: row.at for probe, row in _keys(connection).items()}


def _keys(connection: Connection) -> Mapping[str, Row[tuple[object, ...]]]:
    """The key of each probe that has one."""
    rows = connection.execute(select(heartbeat_key).order_by(heartbeat_key.c.position))
    last = {row.probe: row for row in rows}
    return {probe: row for probe, row in last.items() if row.key_sha256 is not None}


def newest(connection: Connection, probe: str) -> int | None:
    """The instant (µs) of the newest result of a probe; None where it has none."""
    asked = select(func.max(probe_last.c.at)).where(probe_last.c.check == probe)
    found = connection.execute(asked).scalar()
    return None if found is None else int(found)


def _expected(probe: Heartbeat, centre: str) -> Expected:
    return Expected(
        probe=probe.id,
        interval=parse_duration(probe.interval).exact(),
        grace=parse_duration(probe.grace).exact(),
        location=probe.location or centre,
    )
