"""Announce excluded time, and rule on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import cast

from pydantic import TypeAdapter, ValidationError

from catalogue.agreements import Agreement
from catalogue.instants import InstantError, local_date, parse_instant
from catalogue.values import Id
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import ConflictError, Ledger
from slamon.sla import announcing
from slamon.sla.announcing import (
    Announcing,
    AnnouncingError,
    AnnouncingFact,
    ExclusionAnnounced,
    NotAnnounced,
    Standing,
)

_ID = TypeAdapter(Id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A window as somebody writes it: instants as ISO 8601, without an offset on the clock of the agreement.

    No services means all of the agreement.
    """

    clause: str
    services: tuple[str, ...] = ()
    begin: str
    end: str
    received_at: str
    evidence: str
    reason: str


@dataclass(frozen=True, slots=True)
class Announced:
    """The id of an announcement, and the position of its fact; None where it stood already."""

    exclusion: str
    position: int | None


def announce(
    ledger: Ledger,
    agreement: str,
    asked: Asked,
    *,
    versions: Iterable[Agreement],
    exclusion: str | None = None,
    now: int,
    actor: str,
) -> Announced:
    """Record that a window was announced under a clause of an agreement; repeated, it changes nothing.

    `versions` are those of the agreement's terms, the newest last. Without an id one is made of the clause, the local
    date of the begin and a running number; the same announcement gets the same one.

    Raises:
        Unknown: there is no such agreement.
        Refused: the announcement cannot be; the message says what to change.

    """
    known = tuple(versions)
    if not known:
        message = f"there is no agreement {agreement!r}; `slamon exclusion announce` needs one that was applied"
        raise Unknown(message)

    offered = _read(agreement, asked, known[-1].tz)

    def decision(state: Announcing) -> list[AnnouncingFact]:
        return announcing.announce(
            state, offered, clauses=_clauses(known), services=_services(known), now=now
        )

    if exclusion:
        name = _checked(exclusion)
        return Announced(name, _decide(ledger, agreement, name, decision, actor))
    try:
        (said,) = cast("list[ExclusionAnnounced]", decision(announcing.START))
    except AnnouncingError as wrong:
        message = f"{agreement}: {wrong}"
        raise Refused(message) from None
    stem = f"{said.clause}-{local_date(said.begin, known[-1].tz)}"
    try:
        return _under_a_free_id(ledger, agreement, stem, said, actor)
    except ConflictError:
        return _under_a_free_id(ledger, agreement, stem, said, actor)


def _read(agreement: str, asked: Asked, tz: str) -> ExclusionAnnounced:
    try:
        return ExclusionAnnounced(
            clause=asked.clause,
            services=asked.services,
            begin=parse_instant(asked.begin, tz),
            end=parse_instant(asked.end, tz),
            received_at=parse_instant(asked.received_at, tz),
            evidence=asked.evidence,
            reason=asked.reason,
        )
    except InstantError as wrong:
        message = f"{agreement}: {wrong}"
        raise Refused(message) from None


def _under_a_free_id(
    ledger: Ledger, agreement: str, stem: str, said: ExclusionAnnounced, actor: str
) -> Announced:
    """Record an announcement under the first running number that is free, unless it stands under one before."""
    for number in count(1):
        name = f"{stem}-{number}"
        stream = exclusion_stream(agreement, name)
        state = announcing.fold(cast("AnnouncingFact", each.fact) for each in ledger.stream(stream))
        if isinstance(state, Standing) and state.announced == said:
            return Announced(name, None)
        if isinstance(state, NotAnnounced):
            position = ledger.append(stream, [said], after=0, actor=actor)
            return Announced(name, position)
    raise AssertionError("numbers do not end")


def grant(ledger: Ledger, agreement: str, exclusion: str, *, reason: str, actor: str) -> int | None:
    """Accept an announced window; the position of the fact, None if it was granted before.

    Raises:
        Unknown: nothing was announced under this id.
        Refused: it was refused or withdrawn, or no reason is given.

    """
    return _rule(
        ledger, agreement, exclusion, lambda state: announcing.grant(state, reason=reason), actor
    )


def refuse(
    ledger: Ledger, agreement: str, exclusion: str, *, reason: str, actor: str
) -> int | None:
    """Turn an announced window down; the position of the fact, None if it was refused before.

    Raises:
        Unknown: nothing was announced under this id.
        Refused: it was granted or withdrawn, or no reason is given.

    """
    return _rule(
        ledger, agreement, exclusion, lambda state: announcing.refuse(state, reason=reason), actor
    )


def withdraw(
    ledger: Ledger, agreement: str, exclusion: str, *, reason: str, actor: str
) -> int | None:
    """Take an announced window back; the position of the fact, None if it was withdrawn before.

    Raises:
        Unknown: nothing was announced under this id.
        Refused: no reason is given.

    """
    return _rule(
        ledger, agreement, exclusion, lambda state: announcing.withdraw(state, reason=reason), actor
    )


def exclusion_stream(agreement: str, exclusion: str) -> str:
    """The stream of an announcement."""
    return f"exclusion:{agreement}:{exclusion}"


def _rule(
    ledger: Ledger,
    agreement: str,
    exclusion: str,
    decision: Callable[[Announcing], Sequence[AnnouncingFact]],
    actor: str,
) -> int | None:
    if ledger.version(exclusion_stream(agreement, exclusion)) == 0:
        message = (
            f"nothing was announced as {exclusion!r} of {agreement!r};"
            " `slamon exclusion list` names what was"
        )
        raise Unknown(message)
    return _decide(ledger, agreement, exclusion, decision, actor)


def _decide(
    ledger: Ledger,
    agreement: str,
    exclusion: str,
    decision: Callable[[Announcing], Sequence[AnnouncingFact]],
    actor: str,
) -> int | None:
    stream = exclusion_stream(agreement, exclusion)
    try:
        return ledger.decide(stream, announcing.START, announcing.evolve, decision, actor=actor)
    except AnnouncingError as wrong:
        message = f"{agreement} {exclusion}: {wrong}"
        raise Refused(message) from None


def _clauses(versions: Sequence[Agreement]) -> dict[str, str]:
    """The kinds of the exclusions of all versions by id: which of them holds for a window is judged with it."""
    return {clause.id: clause.kind for terms in versions for clause in terms.exclusions}


def _services(versions: Sequence[Agreement]) -> set[str]:
    return {objective.service for terms in versions for objective in terms.objectives}


def _checked(exclusion: str) -> str:
    try:
        return _ID.validate_python(exclusion)
    except ValidationError:
        message = f"{exclusion!r} cannot be an id; write letters, digits, dots, hyphens, underlines"
        raise Refused(message) from None
