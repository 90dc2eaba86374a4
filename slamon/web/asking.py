"""Asking a probe now: what came of it stage by stage, and how often that may be done."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fastapi import HTTPException

from probes.observation import Observation, Reason
from slamon.views.answers import Answer

WINDOW_US = 60_000_000
SECOND_US = 1_000_000
OF_ONE, IN_ALL = 1, 10  # so often in a window
THIS_ONE = (
    "This probe was asked by hand less than a minute ago, and that is done once a minute at most"
)
ALL_OF_THEM = f"{IN_ALL} probes were asked by hand within the last minute, as many as may be in all"

AUTHORITIES = (
    "SLAMON_AGENT_CA is a file (PEM) of authorities that are trusted besides those of the system"
)
ADVICE: Mapping[str, str] = {
    Reason.NOT_PERMITTED: "SLAMON_AGENT_ALLOW lists the networks that may be asked though they are not public, e.g. "
    "SLAMON_AGENT_ALLOW=10.0.0.0/8; no list opens the addresses at which clouds give out metadata",
    Reason.SECRET_MISSING: "a secret is looked up where the agent runs: here, set the variable for this command, "
    "or let its user read the file",
    Reason.RESOLVER: "the name servers of this machine, in /etc/resolv.conf, are asked",
    Reason.TLS_CHAIN: AUTHORITIES,
    Reason.TLS_UNTRUSTED: AUTHORITIES,
    Reason.TLS_SELF_SIGNED: AUTHORITIES,
}


def advice_on(reason: str | None) -> str | None:
    """What to do where an attempt ended for a reason, if that is known."""
    return ADVICE.get(reason or "")


class StageTold(Answer):
    """One stage of an attempt: what took how long (µs), and what it found."""

    stage: str
    took_us: int
    found: str


class ConditionTold(Answer):
    """What was expected of an answer, and what was found."""

    expected: str
    passed: bool
    actual: str


class AskedNow(Answer):
    """What a probe saw when it was asked by hand; nothing of it is recorded, and it counts for nothing.

    `source` says whose word the target is: an assignment's, or the catalogue's. `advice` is what helps,
    if that is known.
    """

    probe: str
    target: str
    source: str
    outcome: str
    reason: str | None
    text: str
    address: str | None
    latency_us: int | None
    stages: tuple[StageTold, ...]
    conditions: tuple[ConditionTold, ...]
    advice: str | None = None

    @classmethod
    def of(cls, probe: str, target: str, source: str, seen: Observation) -> AskedNow:
        """Tell an attempt."""
        return cls(
            probe=probe,
            target=target,
            source=source,
            outcome=seen.outcome.name.lower(),
            reason=seen.reason,
            text=seen.text,
            advice=advice_on(seen.reason),
            address=seen.address,
            latency_us=seen.latency,
            stages=tuple(
                StageTold(stage=each.name, took_us=each.took, found=each.text)
                for each in seen.stages
            ),
            conditions=tuple(
                ConditionTold(
                    expected=each.condition.expectation(), passed=each.passed, actual=each.actual
                )
                for each in seen.checked
            ),
        )


Ask = Callable[[str, str], AskedNow]
"""Asks a probe of the catalogue, by its id, for an actor. Raises: Unknown where there is none, Refused where it
cannot be asked."""


@dataclass
class Turns:
    """How often probes were asked by hand in the last minute: no page may be used to load a target."""

    _asked: deque[tuple[int, str]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, probe: str, now: int) -> None:
        """Take a turn at an instant (µs).

        Raises: HTTPException 429 with Retry-After, where this probe, or all of them, had theirs.
        """
        with self._lock:
            while self._asked and self._asked[0][0] <= now - WINDOW_US:
                self._asked.popleft()
            own = [at for at, name in self._asked if name == probe]
            frees = own[0] if len(own) >= OF_ONE else None
            if frees is not None:
                raise _later(THIS_ONE, frees + WINDOW_US - now)
            if len(self._asked) >= IN_ALL:
                raise _later(ALL_OF_THEM, self._asked[0][0] + WINDOW_US - now)
            self._asked.append((now, probe))


def _later(why: str, wait: int) -> HTTPException:
    seconds = max(1, -(-wait // SECOND_US))
    said = f"{why}; try again in {seconds} s."
    return HTTPException(429, said, {"Retry-After": str(seconds)})
