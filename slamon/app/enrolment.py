"""Enrolment: let agents of other machines in, each by a key of its own, and let them in no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256

from catalogue.problems import closest
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import Ledger
from slamon.sla import enrolment
from slamon.sla.enrolment import Active, AgentEnrolled, Enrolment, EnrolmentError, EnrolmentFact

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
ENROLLED = "agent-enrolled/1"
AT_ONCE = 500  # rows of the ledger in memory at a time


def enrol(
    ledger: Ledger,
    agent: str,
    location: str,
    key: str,
    *,
    locations: Collection[str],
    taken: Mapping[str, str],
    known: int,
    renew: bool,
    actor: str,
) -> int | None:
    """Let an agent in by a key, of which only the hash is recorded; the position of the fact.

    `locations` are those of the catalogue; `taken` names the agent that measures from a place, as of the position
    `known`. Of two who were let in at one place since then, the first in the ledger stays.

    Raises:
        Unknown: the catalogue has no such location.
        Refused: the id is none, another agent measures from there, or `slamon.sla.enrolment` does not allow it.

    """
    _require_enrollable(ledger, agent, location, locations=locations, taken=taken)
    wanted = AgentEnrolled(location=location, key_sha256=sha256(key.encode()).hexdigest())
    position = _decide(
        ledger, agent, lambda state: enrolment.enrol(state, wanted, renew=renew), actor
    )
    if position and (first := _first_there(ledger, agent, location, (known, position))):
        moment = f"{first} was enrolled at {location} at the same moment"
        revoke(ledger, agent, reason=moment, actor=actor)
        message = f"{moment}, and two at one place would be counted twice; {agent} is revoked again"
        raise Refused(message)
    return position


def _require_enrollable(
    ledger: Ledger,
    agent: str,
    location: str,
    *,
    locations: Collection[str],
    taken: Mapping[str, str],
) -> None:
    if not ID.fullmatch(agent):
        message = f"{agent!r} is no id; write small letters, digits and hyphens, like vienna-1"
        raise Refused(message)
    if location not in locations:
        raise Unknown(_no_location(location, locations))
    if (other := taken.get(location, agent)) != agent:
        way_out = f" or revoke {other} first" if ledger.version(stream_of(other)) else ""
        message = (
            f"{other} measures from {location}, and two at one place would be counted twice; "
            f"enrol {agent} at another location{way_out}"
        )
        raise Refused(message)
    if not ledger.version(stream_of(agent)) and ledger.version(f"assignment:{agent}"):
        message = f"{agent} is an agent of this ledger that needs no enrolment; give another id"
        raise Refused(message)


def _first_there(ledger: Ledger, agent: str, location: str, span: tuple[int, int]) -> str | None:
    """Another agent that was let in at a place between two positions, before the second."""
    begin, end = span
    while rows := ledger.rows(begin, limit=AT_ONCE, upto=end - 1):
        for name in {row.stream.partition(":")[2] for row in rows if row.name == ENROLLED}:
            state = _state(ledger, name, upto=end - 1)
            if name != agent and isinstance(state, Active) and state.location == location:
                return name
        begin = rows[-1].position
    return None


def revoke(ledger: Ledger, agent: str, *, reason: str, actor: str) -> int | None:
    """Let an agent in no more; the position of the fact, None if it was revoked before.

    Raises:
        Refused: it was never enrolled, or no reason is given.

    """
    return _decide(ledger, agent, lambda state: enrolment.revoke(state, reason=reason), actor)


def key_of(ledger: Ledger, agent: str) -> str | None:
    """The SHA-256 in hex of the key that lets an agent in; None of one that is not let in."""
    state = _state(ledger, agent)
    return state.key_sha256 if isinstance(state, Active) else None


def stream_of(agent: str) -> str:
    """The stream of an agent's enrolment."""
    return f"agent:{agent}"


def _state(ledger: Ledger, agent: str, *, upto: int | None = None) -> Enrolment:
    state = enrolment.START
    for entry in ledger.stream(stream_of(agent), upto=upto):
        if isinstance(entry.fact, EnrolmentFact):
            state = enrolment.evolve(state, entry.fact)
    return state


def _no_location(location: str, known: Collection[str]) -> str:
    proposal = closest(location, known)
    meant = f"is {proposal} meant? " if proposal else ""
    names = ", ".join(sorted(known)) or "none"
    return f"the catalogue has no location {location!r}; {meant}known are {names}"


def _decide(
    ledger: Ledger,
    agent: str,
    decision: Callable[[Enrolment], Sequence[EnrolmentFact]],
    actor: str,
) -> int | None:
    stream = stream_of(agent)
    try:
        return ledger.decide(stream, enrolment.START, enrolment.evolve, decision, actor=actor)
    except EnrolmentError as wrong:
        message = f"{agent}: {wrong}"
        raise Refused(message) from None
