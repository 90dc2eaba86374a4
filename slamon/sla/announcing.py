"""Announcing: how the claim that time is excluded comes into the history, and what is ruled on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, assert_never

from catalogue.instants import format_instant
from slamon.sla.fact import Fact

DAY = 86_400_000_000
LONGEST = 366 * DAY
FARTHEST = 50 * LONGEST
FREEZE = "freeze"


class ExclusionAnnounced(Fact):
    """A window `[begin, end)` (µs) was claimed under a clause, for some services or for all of the agreement.

    The customer received the announcement at `received_at`; `evidence` says how that is known.
    """

    clause: str
    services: tuple[str, ...]
    begin: int
    end: int
    received_at: int
    evidence: str
    reason: str


class ExclusionGranted(Fact):
    """The window was accepted, for this reason."""

    reason: str


class ExclusionRefused(Fact):
    """The window was not accepted, for this reason."""

    reason: str


class ExclusionWithdrawn(Fact):
    """The window was taken back, for this reason."""

    reason: str


AnnouncingFact = ExclusionAnnounced | ExclusionGranted | ExclusionRefused | ExclusionWithdrawn


class NotAnnounced(Fact):
    """Nothing was announced here."""


class Standing(Fact):
    """A window stands as announced and as ruled on, if it was."""

    announced: ExclusionAnnounced
    ruling: Literal["granted", "refused"] | None = None


class TakenBack(Fact):
    """A window was withdrawn."""

    announced: ExclusionAnnounced


Announcing = NotAnnounced | Standing | TakenBack

START: Announcing = NotAnnounced()


class AnnouncingError(Exception):
    """The announcement or the ruling on it is not possible; the message says why and what to do."""


def evolve(state: Announcing, fact: AnnouncingFact) -> Announcing:
    """Give the state after a fact."""
    match fact:
        case ExclusionAnnounced():
            return Standing(announced=fact)
        case ExclusionGranted():
            return Standing(announced=_announced(state), ruling="granted")
        case ExclusionRefused():
            return Standing(announced=_announced(state), ruling="refused")
        case ExclusionWithdrawn():
            return TakenBack(announced=_announced(state))
    assert_never(fact)


def fold(facts: Iterable[AnnouncingFact]) -> Announcing:
    """Give the state after all facts of an announcement."""
    state = START
    for fact in facts:
        state = evolve(state, fact)
    return state


def announce(
    state: Announcing,
    offered: ExclusionAnnounced,
    *,
    clauses: Mapping[str, str],
    services: Iterable[str],
    now: int,
) -> list[AnnouncingFact]:
    """Announce a window; repeated, it changes nothing (rule E1).

    `clauses` are the kinds of the agreement's exclusions by id, `services` those it promises something about.

    Raises:
        AnnouncingError: the window, its receipt or its clause cannot be, or another one was announced here.

    """
    said = _as_kept(offered)
    match state:
        case NotAnnounced():
            _refuse_clause(said.clause, clauses)
            _refuse_services(said.services, tuple(services))
            _refuse_times(said, now)
            _refuse_silence(said)
            return [said]
        case Standing(announced=announced) if announced == said:
            return []
        case Standing():
            raise AnnouncingError(
                "another window was announced under this id; withdraw it, or leave the id out and one is made"
            )
        case TakenBack():
            raise AnnouncingError(
                "it was withdrawn and stays so; announce the window under another id"
            )
    assert_never(state)


def grant(state: Announcing, *, reason: str) -> list[AnnouncingFact]:
    """Accept a window; repeated, it changes nothing. A grant cures late recording, never missing notice.

    Raises:
        AnnouncingError: nothing was announced, it was refused or withdrawn, or no reason is given.

    """
    return _rule(state, "granted", ExclusionGranted(reason=_stated(reason)))


def refuse(state: Announcing, *, reason: str) -> list[AnnouncingFact]:
    """Turn a window down; repeated, it changes nothing.

    Raises:
        AnnouncingError: nothing was announced, it was granted or withdrawn, or no reason is given.

    """
    return _rule(state, "refused", ExclusionRefused(reason=_stated(reason)))


def withdraw(state: Announcing, *, reason: str) -> list[AnnouncingFact]:
    """Take a window back, whatever was ruled on it; repeated, it changes nothing.

    Raises:
        AnnouncingError: nothing was announced, or no reason is given.

    """
    said = ExclusionWithdrawn(reason=_stated(reason))
    match state:
        case Standing():
            return [said]
        case TakenBack():
            return []
        case NotAnnounced():
            raise AnnouncingError("nothing was announced here, so nothing can be withdrawn")
    assert_never(state)


def _rule(
    state: Announcing,
    wanted: Literal["granted", "refused"],
    fact: ExclusionGranted | ExclusionRefused,
) -> list[AnnouncingFact]:
    match state:
        case Standing(ruling=None):
            return [fact]
        case Standing(ruling=ruling) if ruling == wanted:
            return []
        case Standing(ruling=ruling):
            raise AnnouncingError(
                f"it was already {ruling} and cannot be {wanted}; withdraw it and announce the window"
                " under another id"
            )
        case TakenBack():
            raise AnnouncingError(f"it was withdrawn, so it cannot be {wanted}; announce it again")
        case NotAnnounced():
            raise AnnouncingError(f"nothing was announced here, so nothing can be {wanted}")
    assert_never(state)


def _as_kept(offered: ExclusionAnnounced) -> ExclusionAnnounced:
    """Give the one spelling of an announcement, so that a repeated one is known again."""
    kept = {
        "services": tuple(sorted(set(offered.services))),
        "evidence": offered.evidence.strip(),
        "reason": offered.reason.strip(),
    }
    return offered.model_copy(update=kept)


def _refuse_clause(clause: str, clauses: Mapping[str, str]) -> None:
    named = ", ".join(name for name, kind in clauses.items() if kind != FREEZE)
    if not named:
        raise AnnouncingError(
            "the agreement has no clause by which time is excluded; amend it, or waive the breach"
        )
    if clause not in clauses:
        raise AnnouncingError(f"the agreement has no exclusion {clause!r}; it has {named}")
    if clauses[clause] == FREEZE:
        raise AnnouncingError(
            f"{clause} is a freeze: it keeps maintenance in the judgement and cannot be announced;"
            f" name one of {named}"
        )


def _refuse_services(named: tuple[str, ...], services: tuple[str, ...]) -> None:
    if unknown := sorted(set(named) - set(services)):
        raise AnnouncingError(
            f"the agreement promises nothing about {', '.join(unknown)}; it is about"
            f" {', '.join(sorted(set(services))) or 'no service'}"
        )


def _refuse_times(said: ExclusionAnnounced, now: int) -> None:
    if max(abs(at - now) for at in (said.begin, said.end, said.received_at)) > FARTHEST:
        raise AnnouncingError(
            "the window or its receipt lies more than fifty years from now; correct the year"
        )
    if said.begin >= said.end:
        raise AnnouncingError(
            f"the window ends at {format_instant(said.end)}, not after its begin"
            f" {format_instant(said.begin)}; exchange the two, or correct one"
        )
    if said.end - said.begin > LONGEST:
        raise AnnouncingError(
            f"the window from {format_instant(said.begin)} to {format_instant(said.end)} is longer than a year;"
            " announce it in parts"
        )
    if said.received_at > now:
        raise AnnouncingError(
            f"the announcement cannot have been received at {format_instant(said.received_at)}, which is yet to"
            " come; give the instant at which it arrived"
        )


def _refuse_silence(said: ExclusionAnnounced) -> None:
    if not said.evidence:
        raise AnnouncingError(
            "an announcement needs evidence of its receipt; say how it is known, like the message's number"
        )
    _stated(said.reason)


def _stated(reason: str) -> str:
    if not reason.strip():
        raise AnnouncingError("an announcement or a decision on it needs a reason; give one")
    return reason.strip()


def _announced(state: Announcing) -> ExclusionAnnounced:
    if isinstance(state, NotAnnounced):
        raise AnnouncingError("a decision stands in the history without an announcement")
    return state.announced
