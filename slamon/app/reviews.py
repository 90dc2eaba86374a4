"""Close a period, and decide on the breaches it left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from slamon.app.program import ITSELF
from slamon.app.refused import Refused, Unknown
from slamon.ledger import sealing
from slamon.ledger.store import ConflictError, Ledger, Write
from slamon.sla import closing, review
from slamon.sla.closing import ClosingError, ClosingFact, PeriodClosed
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.review import BreachFound, Review, ReviewError, ReviewFact

T = TypeVar("T")


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

    What they rest on is sealed before.

    Returns the position of the last fact, None when the period was closed before.

    Raises:
        Refused: nothing is promised by such periods, the period has not ended, or its figures are not complete yet.

    """

    def attempt() -> int | None:
        stream = f"period:{agreement}:{label}"
        entries = list(ledger.stream(stream))
        state = closing.fold(cast("ClosingFact", entry.fact) for entry in entries)
        closed = closing.close(state, offered, period_end=period_end, until=until)
        writes = [Write(stream, closed, len(entries))]
        if closed:
            sealing.seal(ledger, actor=ITSELF, cause=f"before the close of {agreement} {label}")
            writes += found_writes(ledger, agreement, label, offered.figures, offered.position)
        return ledger.append_all(writes, actor=actor, cause=f"close of {agreement} {label}")

    try:
        return once_more_after_a_conflict(attempt)
    except ClosingError as wrong:
        message = f"{agreement} {label} cannot be closed: {wrong}"
        raise Refused(message) from None


def once_more_after_a_conflict(attempt: Callable[[], T]) -> T:
    """Take a decision; if another was faster, once more from what it left.

    Raises:
        ConflictError: the second attempt met another one too.

    """
    try:
        return attempt()
    except ConflictError:
        return attempt()


def found_writes(
    ledger: Ledger,
    agreement: str,
    label: str,
    figures: Sequence[ObjectiveJudgement],
    position: int,
) -> list[Write]:
    """Find the breaches of figures that rest on a position; those that stand already stay as they are."""
    writes = []
    for figure in figures:
        if not is_breach(figure):
            continue
        stream = breach_stream(f"{agreement}.{figure.objective}.{label}")
        found = BreachFound(ratio=_reached(figure), target=figure.target, position=position)
        state, version = _review(ledger, stream)
        writes.append(Write(stream, review.find(state, found), version))
    return writes


def withdrawal(ledger: Ledger, breach: str, *, reason: str, position: int) -> Write:
    """Take a breach back that a restatement resting on a position has made vanish."""
    stream = breach_stream(breach)
    state, version = _review(ledger, stream)
    return Write(stream, review.withdraw(state, reason=reason, position=position), version)


def _reached(figure: ObjectiveJudgement) -> str:
    if figure.measured:
        return figure.measured.ratio
    return figure.level.value if figure.level else ""


def is_breach(figure: ObjectiveJudgement) -> bool:
    """Does a closed figure begin a review? Shadow and baseline objectives never do."""
    row = figure.in_a_row
    broken = row is None or row.missed >= row.wanted
    return figure.state == "breached" and figure.mode == "enforced" and broken


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
