"""What a change of terms does to periods that are closed: to leave them alone, or to have them judged anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from catalogue.calendars import Hours
from catalogue.changes import Change
from catalogue.instants import at_clock, local_date
from catalogue.kinds import KINDS
from catalogue.periods import Period
from catalogue.records import Key
from catalogue.references import references
from catalogue.terms import Known, Terms, TermsAmended, TermsCorrected, TermsFact, TermsRestated

Closed = Mapping[str, Sequence[Period]]
"""The closed periods of each agreement."""

# Terms of an agreement by which nothing is measured.
_NO_FIGURE = frozenset({"raci", "dispute", "review_every", "close", "beneficiaries"})

# Records on which figures rest, besides the agreement itself.
_MEASURING = frozenset({"service_hours", "calendar", "window", "probe", "import"})


def consequences(
    key: Key, facts: Sequence[TermsFact], states: Mapping[Key, Terms], closed: Closed
) -> tuple[str, ...]:
    """Say of each agreement that rests on the record which closed periods the facts leave alone, and which not."""
    kind, name = key
    if not closed or kind not in {"agreement", *_MEASURING}:
        return ()
    concerned = [name] if kind == "agreement" else sorted(_resting_on(key, states, closed))
    return tuple(
        said if kind == "agreement" else f"{agreement}: {said}"
        for agreement in concerned
        for said in _of(facts, closed.get(agreement, ()), of_terms=kind == "agreement")
    )


def too_late(key: Key, facts: Sequence[TermsFact], closed: Closed) -> str | None:
    """Say why an amendment cannot be: it would hold in a period that is closed; null where it leaves those alone.

    What changes a closed period is a correction, for the document was wrong when the period was closed.
    """
    periods = closed.get(key[1], ()) if key[0] == "agreement" else ()
    for fact in facts:
        if not isinstance(fact, TermsAmended) or all(map(_bears_no_figure, fact.changes)):
            continue
        reached = [each for each in periods if each.end > at_clock(fact.from_, 0, each.tz)]
        if reached:
            last = max(reached, key=lambda each: each.end)
            free = local_date(last.end, last.tz)
            return (
                f"the amendment from {fact.from_} reaches {last.label}, which is closed; amend from {free} or later, "
                'or write "correction: {reason: WHY}" if it was wrong from the start'
            )
    return None


def _bears_no_figure(change: Change) -> bool:
    return change.parts[0] in _NO_FIGURE


def _of(facts: Sequence[TermsFact], periods: Sequence[Period], *, of_terms: bool) -> Iterator[str]:
    for fact in facts:
        match fact:
            case TermsAmended():
                yield from _counted(periods, fact.from_)
            case TermsCorrected():
                yield from _counted(periods, date.min)
            case TermsRestated() if not of_terms:
                yield from _counted(periods, date.min)
            case _:
                pass


def _counted(periods: Sequence[Period], first: date) -> Iterator[str]:
    """Count the periods that end before a day, and those that do not."""
    before = [
        each for each in periods if first > date.min and each.end <= at_clock(first, 0, each.tz)
    ]
    after = [each for each in periods if each not in before]
    if before:
        yield f"{_so_many(before)} unaffected"
    if after:
        yield f"{_so_many(after)} judged anew, and restated where the figures differ"


def _so_many(periods: Sequence[Period]) -> str:
    units = Counter(each.unit for each in periods)
    unit = next(iter(units)) if len(units) == 1 else "period"
    word = {"agreement_year": "agreement year", "term": "term", "rolling": "window"}.get(unit, unit)
    return f"{len(periods)} closed {word}{'s' if len(periods) != 1 else ''}"


def _resting_on(key: Key, states: Mapping[Key, Terms], closed: Closed) -> Iterator[str]:
    """Find the agreements with closed periods whose terms name a record, calendars by way of their service hours."""
    names = {key}
    if key[0] == "calendar":
        names |= {
            (kind, name)
            for (kind, name), terms in states.items()
            if KINDS[kind].model is Hours and key in _named(kind, terms)
        }
    for name in closed:
        terms = states.get(("agreement", name))
        if terms is not None and names & set(_named("agreement", terms)):
            yield name


def _named(kind: str, terms: Terms) -> Iterator[Key]:
    if not isinstance(terms, Known):
        return
    for version in terms.versions:
        for named in references(KINDS[kind].recall(terms.document(version))):
            yield from ((other, named.id) for other in named.reference.kinds)
