"""Heartbeats: keys are issued and revoked, signals taken in."""

from __future__ import annotations

import secrets
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from slamon.app.outputs import redacted
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import ConflictError, Ledger
from slamon.sla.fact import Fact
from slamon.sla.heartbeats import (
    Expected,
    HeartbeatKeyIssued,
    HeartbeatKeyRevoked,
    HeartbeatReceived,
    Signal,
    stream_of,
)
from slamon.sla.runs import DAY_US

MOST_TRIES = 20  # of appending where many signals of one probe come at once
MOST_READ = 1_000  # facts of a day among which the begin of a run is looked for
KEPT = 200  # characters of what came with a signal


@dataclass(frozen=True)
class Said:
    """What a signal says: at which instant (µs), of which run, with which exit status.

    `output` is the beginning of what came with it, of `output_bytes` in all.
    """

    at: int
    signal: Signal
    run: str | None = None
    exit_status: int | None = None
    output: bytes = b""
    output_bytes: int = 0


def issue(ledger: Ledger, probe: str, *, heartbeats: Container[str], actor: str) -> str:
    """Make a key for a probe, told this once; the one before it opens nothing any more.

    Raises:
        Unknown: there is no such heartbeat.
        ConflictError: another key was issued at the same moment.

    """
    if probe not in heartbeats:
        message = f"the catalogue has no heartbeat {probe!r}"
        raise Unknown(message)
    key = secrets.token_urlsafe(24)
    stream = f"heartbeat:{probe}"
    fact = HeartbeatKeyIssued(key_sha256=digest(key))
    ledger.append(stream, [fact], after=ledger.version(stream), actor=actor)
    return key


def revoke(ledger: Ledger, probe: str, *, reason: str, actor: str) -> int | None:
    """Let the key of a probe open nothing any more; the position of the fact, None if there was no key.

    Raises:
        Refused: no reason is given.
        ConflictError: another key was issued at the same moment.

    """
    if not reason.strip():
        raise Refused("say why the key is revoked")
    stream = f"heartbeat:{probe}"
    version = ledger.version(stream)
    last = next(ledger.stream(stream, after=version - 1), None) if version else None
    if last is None or not isinstance(last.fact, HeartbeatKeyIssued):
        return None
    fact = HeartbeatKeyRevoked(reason=reason.strip())
    return ledger.append(stream, [fact], after=version, actor=actor)


def digest(key: str) -> str:
    """What is kept of a key."""
    return sha256(key.encode()).hexdigest()


def take(ledger: Ledger, expected: Expected, said: Said, *, keep_output: bool) -> int:
    """Record a signal; returns its position.

    Raises:
        ConflictError: so many came at once that it could not be recorded.

    """
    fact = HeartbeatReceived(
        at=said.at,
        signal=said.signal,
        run=said.run,
        duration_us=_duration(ledger, expected.probe, said),
        exit_status=said.exit_status,
        output_bytes=said.output_bytes,
        output_sha256=sha256(said.output).hexdigest() if said.output else None,
        output=redacted(said.output)[:KEPT] if keep_output and said.output else None,
        location=expected.location,
        validity_us=expected.validity,
    )
    stream = stream_of(expected.probe, said.at)
    return record(ledger, stream, fact, actor=f"heartbeat:{expected.probe}")


def record(ledger: Ledger, stream: str, fact: Fact, *, actor: str) -> int:
    """Append a fact that may stand behind any other.

    Raises:
        ConflictError: others were quicker each time.

    """
    for _ in range(MOST_TRIES - 1):
        with suppress(ConflictError):
            return ledger.append(stream, [fact], after=ledger.version(stream), actor=actor) or 0
    return ledger.append(stream, [fact], after=ledger.version(stream), actor=actor) or 0


def _duration(ledger: Ledger, probe: str, said: Said) -> int | None:
    """How long the run took that ends with this (µs): since its begin of that day or of the day before."""
    if said.signal not in {"success", "fail"}:
        return None
    for at in (said.at, said.at - DAY_US):
        stream = stream_of(probe, at)
        version = ledger.version(stream)
        found = list(ledger.stream(stream, after=max(0, version - MOST_READ)))
        for entry in reversed(found):
            fact = entry.fact
            if isinstance(fact, HeartbeatReceived) and fact.run == said.run:
                if fact.signal == "start":
                    return max(0, said.at - fact.at)
                if fact.signal != "log":
                    return None
    return None
