"""Enrolled agents: who may hand in from which place, by a key of which only the hash is known, until it is revoked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, assert_never

from pydantic import StringConstraints

from slamon.sla.fact import Fact

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class AgentEnrolled(Fact):
    """An agent measures from a location, and hands in with the key of this SHA-256; a key before it opens no more."""

    location: str
    key_sha256: Digest


class AgentRevoked(Fact):
    """The key of an agent opens nothing from now on; what it handed in stays."""

    reason: str


EnrolmentFact = AgentEnrolled | AgentRevoked


class NotEnrolled(Fact):
    """No such agent was ever enrolled."""


class Active(Fact):
    """The agent hands in."""

    location: str
    key_sha256: Digest


class Revoked(Fact):
    """The agent may not hand in any more."""

    location: str


Enrolment = NotEnrolled | Active | Revoked

START: Enrolment = NotEnrolled()


class EnrolmentError(Exception):
    """An agent cannot be enrolled or revoked; the message says what to do instead."""


def evolve(enrolment: Enrolment, fact: EnrolmentFact) -> Enrolment:
    """Give the state after a fact."""
    match fact:
        case AgentEnrolled():
            return Active(location=fact.location, key_sha256=fact.key_sha256)
        case AgentRevoked() if not isinstance(enrolment, NotEnrolled):
            return Revoked(location=enrolment.location)
    message = f"{fact!r} does not follow {enrolment!r}"
    raise AssertionError(message)


def enrol(enrolment: Enrolment, wanted: AgentEnrolled, *, renew: bool) -> Sequence[EnrolmentFact]:
    """Let an agent in by a key; with `renew` a known one by a new key, from the place it always measured from.

    Raises:
        EnrolmentError: it is known and was not to be renewed, or it measures from another place.

    """
    match enrolment:
        case NotEnrolled():
            return [wanted]
        case Active() if not renew:
            raise EnrolmentError(
                "it is enrolled; --renew gives it a new key, and the old one stops"
            )
        case Revoked() if not renew:
            raise EnrolmentError("it was revoked; --renew lets it in again by a new key")
        case Active(location=before) | Revoked(location=before):
            if before != wanted.location:
                raise EnrolmentError(
                    f"it measures from {before}; enrol the one at {wanted.location} under another id"
                )
            return [wanted]
    assert_never(enrolment)


def revoke(enrolment: Enrolment, *, reason: str) -> Sequence[EnrolmentFact]:
    """Let an agent in no more; repeated, it changes nothing.

    Raises:
        EnrolmentError: it was never enrolled, or no reason is given.

    """
    if not reason.strip():
        raise EnrolmentError("to revoke it needs a reason")
    match enrolment:
        case Active():
            return [AgentRevoked(reason=reason.strip())]
        case Revoked():
            return []
        case NotEnrolled():
            raise EnrolmentError("it was never enrolled; `slamon agent list` names those that are")
    assert_never(enrolment)
