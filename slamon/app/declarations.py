"""Declare incidents, end them, withdraw them."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence

from catalogue.instants import moment_of
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import Ledger
from slamon.sla import declaring
from slamon.sla.declaring import (
    Declaration,
    DeclarationError,
    DeclarationFact,
    StateDeclared,
)

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def id_of(begin: int) -> str:
    """Name an incident by the minute in which it began, as long as nobody gives it another id."""
    return f"{moment_of(begin):inc-%Y%m%d-%H%M}"


def declare(
    ledger: Ledger,
    service: str,
    name: str,
    said: StateDeclared,
    *,
    services: Container[str],
    now: int,
    actor: str,
) -> int | None:
    """State how a service was; returns the position of the fact, None if it stood before.

    Raises:
        Unknown: there is no such service.
        Refused: the id is none, or the rules of `slamon.sla.declaring` do not allow it.

    """
    if service not in services:
        message = f"the catalogue has no service {service!r}"
        raise Unknown(message)
    if not ID.fullmatch(name):
        message = f"{name!r} is no id; write small letters, digits and hyphens, like inc-2026-02-14"
        raise Refused(message)
    return _decide(
        ledger, f"{service}/{name}", lambda state: declaring.declare(state, said, now=now), actor
    )


def end(
    ledger: Ledger, incident: str, instant: int, *, reason: str, now: int, actor: str
) -> int | None:
    """Say when an open incident was over; the position of the fact, None if it stood before.

    Raises:
        Unknown: there is no such incident.
        Refused: the rules of `slamon.sla.declaring` do not allow it.

    """
    _refuse_unknown(ledger, incident)
    return _decide(
        ledger,
        incident,
        lambda state: declaring.end(state, instant, reason=reason, now=now),
        actor,
    )


def withdraw(ledger: Ledger, incident: str, *, reason: str, actor: str) -> int | None:
    """Take a declaration back; the position of the fact, None if it was withdrawn before.

    Raises:
        Unknown: there is no such incident.
        Refused: no reason is given.

    """
    _refuse_unknown(ledger, incident)
    return _decide(ledger, incident, lambda state: declaring.withdraw(state, reason=reason), actor)


def stream_of(incident: str) -> str:
    """The stream of an incident named service/id."""
    return "declaration:" + incident.replace("/", ":", 1)


def _refuse_unknown(ledger: Ledger, incident: str) -> None:
    if ledger.version(stream_of(incident)) == 0:
        message = f"there is no incident {incident!r}; `slamon incident list` names them"
        raise Unknown(message)


def _decide(
    ledger: Ledger,
    incident: str,
    decision: Callable[[Declaration], Sequence[DeclarationFact]],
    actor: str,
) -> int | None:
    stream = stream_of(incident)
    try:
        return ledger.decide(stream, declaring.START, declaring.evolve, decision, actor=actor)
    except DeclarationError as wrong:
        message = f"{incident}: {wrong}"
        raise Refused(message) from None
