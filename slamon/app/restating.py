"""Restate closed periods that later facts have changed; breaches vanish and appear with their figures."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import NamedTuple, cast

from slamon.app import reviews
from slamon.app.books import Books, Offer, is_final
from slamon.app.program import ITSELF, this_program
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger, Write
from slamon.sla import closing
from slamon.sla.closing import ClosingFact, JudgedAnew, PeriodRestated
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.restated import Pair, changed

Looked = MutableMapping[tuple[str, str], int]
"""Up to which position a closed period (agreement, label) was looked at and found unchanged."""


class Restated(NamedTuple):
    """A period that was restated: the figures that changed, the breaches that appeared and those that vanished."""

    agreement: str
    label: str
    position: int
    found: tuple[str, ...]
    withdrawn: tuple[str, ...]
    changes: tuple[Pair, ...] = ()


def restate_due(
    ledger: Ledger, books: Books, now: int, looked: Looked | None = None
) -> list[Restated]:
    """Judge every closed period anew that a later fact may have changed, and restate it where it has (§4.12).

    What is remembered in `looked` is not judged again until another fact comes; forgetting it costs time only, since
    equal figures are not recorded.
    """
    seen = {} if looked is None else looked
    done = []
    for agreement, label, newest in books.touched_periods():
        if seen.get((agreement, label), 0) >= newest:
            continue
        offer = books.closing(agreement, label, now)
        if offer is None or not is_final(offer):
            continue
        if restated := _restate(ledger, agreement, label, offer):
            done.append(restated)
        seen[agreement, label] = offer.position
    return done


def _restate(ledger: Ledger, agreement: str, label: str, offer: Offer) -> Restated | None:
    causes = [each for each in _facts(ledger, offer.touched) if not _is_own(each, agreement, label)]
    if not causes:
        return None
    program = this_program()
    anew = JudgedAnew(
        figures=offer.figures,
        position=offer.position,
        cause=[entry.position for entry in causes],
        reasons=list(dict.fromkeys(f"{entry.name} in {entry.stream}" for entry in causes)),
        code_version=program.code_version,
        tzdata=program.tzdata,
    )
    return reviews.once_more_after_a_conflict(lambda: _attempt(ledger, agreement, label, anew))


def _attempt(ledger: Ledger, agreement: str, label: str, anew: JudgedAnew) -> Restated | None:
    stream = f"period:{agreement}:{label}"
    entries = list(ledger.stream(stream))
    state = closing.fold(cast("ClosingFact", entry.fact) for entry in entries)
    restated = closing.restate(state, anew)
    if not restated:
        return None
    found = reviews.found_writes(ledger, agreement, label, anew.figures, anew.position)
    withdrawn = list(_withdrawals(ledger, agreement, label, restated[0]))
    writes = [Write(stream, restated, len(entries)), *found, *withdrawn]
    cause = f"restatement of {agreement} {label}"
    position = ledger.append_all(writes, actor=ITSELF, cause=cause)
    changes = changed(restated[0].old, restated[0].new)
    return Restated(agreement, label, position or 0, _named(found), _named(withdrawn), changes)


def _facts(ledger: Ledger, positions: Sequence[int]) -> Iterator[Entry]:
    """The facts at some positions; positions may have gaps."""
    for position in positions:
        yield from ledger.since(position - 1, limit=1, upto=position)


def _is_own(entry: Entry, agreement: str, label: str) -> bool:
    """Whether a fact is about this very period, or about no figure at all: neither changes one.

    What became of an earlier period does, where so many in a row are promised.
    """
    kind, *names = entry.stream.split(":")
    return kind == "ledger" or (
        kind in {"period", "breach"} and (names[0], names[-1]) == (agreement, label)
    )


def _withdrawals(
    ledger: Ledger, agreement: str, label: str, restated: PeriodRestated
) -> Iterator[Write]:
    """Withdraw the breaches of the old figures that the new ones do not have."""
    now = {figure.objective: figure for figure in restated.new}
    for old in restated.old:
        new = now.get(old.objective)
        if reviews.is_breach(old) and not (new and reviews.is_breach(new)):
            breach = f"{agreement}.{old.objective}.{label}"
            said = f"{agreement} {label} was restated: {_says(old, new)}"
            yield reviews.withdrawal(ledger, breach, reason=said, position=restated.position)


def _says(old: ObjectiveJudgement, new: ObjectiveJudgement | None) -> str:
    if new is None:
        return f"{old.objective} is not promised in this period any more"
    if new.state == "breached":
        return f"{new.objective} is {new.mode}, without consequence"
    return f"{new.objective} is {new.state.replace('_', ' ')}"


def _named(writes: Sequence[Write]) -> tuple[str, ...]:
    return tuple(
        write.stream.split(":", 1)[1].replace(":", ".", 2) for write in writes if write.facts
    )
