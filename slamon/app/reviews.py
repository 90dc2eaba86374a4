"""Close a period, and decide on the breaches it left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from catalogue.periods import parse_period
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import ConflictError, Ledger, Write
from slamon.sla import closing, review
from slamon.sla.closing import ClosingError, PeriodClosed
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.review import Review, ReviewError, ReviewFact


def close(
    ledger: Ledger,
    agreement: str,
    label: str,
    offered: PeriodClosed,
    *,
    period_end: int,
    until: int,
    actor: str,
) -> int | None:
    """Fix the figures of a finished period and find the breaches of its enforced objectives, all at once.

    Returns the position of the last fact, None when the period was closed before.

    Raises:
        Refused: promises are not held by such periods, the period has not ended, or its figures are not complete yet.
        InstantError: the label names no period.

    """
    if parse_period(label, "UTC").unit != "month":
        message = f"{agreement} {label} cannot be closed: promises hold by the month, e.g. 2026-02"
        raise Refused(message)

    def attempt() -> int | None:
        stream = f"period:{agreement}:{label}"
        entries = list(ledger.stream(stream))
        state = closing.fold(cast("PeriodClosed", entry.fact) for entry in entries)
        closed = closing.close(state, offered, period_end=period_end, until=until)
        writes = [Write(stream, closed, len(entries))]
        if closed:
            writes += _breaches(ledger, agreement, label, offered)
        return ledger.append_all(writes, actor=actor, cause=f"close of {agreement} {label}")

    try:
        return _once_more_after_a_conflict(attempt)
    except ClosingError as wrong:
        message = f"{agreement} {label} cannot be closed: {wrong}"
        raise Refused(message) from None


def _once_more_after_a_conflict(attempt: Callable[[], int | None]) -> int | None:
    try:
        return attempt()
    except ConflictError:
        return attempt()


def _breaches(ledger: Ledger, agreement: str, label: str, offered: PeriodClosed) -> list[Write]:
    missed = [figure for figure in offered.figures if is_breach(figure)]
    writes = []
    for figure in missed:
        stream = breach_stream(f"{agreement}.{figure.objective}.{label}")
        found = review.BreachFound(
            ratio=figure.measured.ratio if figure.measured else "",
            target=figure.target,
            position=offered.position,
        )
        state, version = _review(ledger, stream)
        writes.append(Write(stream, review.find(state, found), version))
    return writes


def is_breach(figure: ObjectiveJudgement) -> bool:
    """Does a closed figure begin a review? Shadow and baseline objectives never do."""
    return figure.state == "breached" and figure.mode == "enforced"


def uphold(ledger: Ledger, breach: str, *, reason: str, actor: str) -> int | None:
    """Rule that a breach stands; repeated, it changes nothing.

    Raises:
        Unknown: there is no such breach.
        Refused: it was waived, or no reason is given.

    """
    return _decide(ledger, breach, lambda state: review.uphold(state, reason=reason), actor)


def waive(
    ledger: Ledger, breach: str, *, reason: str, clause: str | None, actor: str
) -> int | None:
    """Forgive a breach; its figures stay. Repeated, it changes nothing.

    Raises:
        Unknown: there is no such breach.
        Refused: it was upheld, or no reason is given.

    """
    return _decide(
        ledger, breach, lambda state: review.waive(state, reason=reason, clause=clause), actor
    )


def _decide(
    ledger: Ledger,
    breach: str,
    decision: Callable[[Review], Sequence[ReviewFact]],
    actor: str,
) -> int | None:
    stream = breach_stream(breach)
    if ledger.version(stream) == 0:
        message = f"there is no breach {breach!r}; `slamon breaches list` names them"
        raise Unknown(message)
    try:
        return ledger.decide(stream, review.START, review.evolve, decision, actor=actor)
    except ReviewError as wrong:
        message = f"{breach}: {wrong}"
        raise Refused(message) from None


def breach_stream(breach: str) -> str:
    """The stream of a breach named agreement.objective.period."""
    return "breach:" + breach.replace(".", ":", 2)


def _review(ledger: Ledger, stream: str) -> tuple[Review, int]:
    facts = [cast("ReviewFact", entry.fact) for entry in ledger.stream(stream)]
    return review.fold(facts), len(facts)
