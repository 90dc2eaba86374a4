"""Decides what a document, as now written, does to the terms the ledger knows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import assert_never

from catalogue.changes import Change, as_written, differences, fields_along
from catalogue.kinds import KINDS
from catalogue.marks import Mark, amendments, lifecycle_of, mark_of, terms_of
from catalogue.problems import Problem, problem_at
from catalogue.recorded import RecordedDocumentError, recorded
from catalogue.records import Written
from catalogue.terms import (
    Known,
    LifecycleAsserted,
    Terms,
    TermsAmended,
    TermsCorrected,
    TermsFact,
    TermsRestated,
    TermsStated,
    Unstated,
    evolve,
)
from catalogue.wording import in_words, path_in_words

# Words about a promise, which promise nothing themselves.
_DESCRIPTIVE = {"label", "name", "note", "prov", "recommendations"}

BINDING_STATES = {
    "agreement": ("state", {"signed", "in_force", "expired", "terminated"}),
    "tariff": ("status", {"published", "superseded", "withdrawn"}),
}
_WAYS_OUT = {
    "agreement": 'write "amended: {from: DAY, reason: WHY}" beside it for a second version from that day, '
    'or "correction: {reason: WHY}" if it was wrong from the start',
    "tariff": 'a published price is never amended: write a new tariff with "supersedes: {id}", '
    'or "correction: {reason: WHY}" beside it if it was wrong from the start',
    "quantity": 'write a new entry from its own day, or "correction: {reason: WHY}" if it was wrong from the start',
    "exchange_rate": "write a new entry from its own day, "
    'or "correction: {reason: WHY}" if it was wrong from the start',
}

_AHEAD = {"tariff": "the prices of a requested tariff come by `slamon import tariff`"}


@dataclass(frozen=True)
class Decision:
    """Facts to record, or why not; `ahead` says where the ledger knows more than the document.

    `behind` says what was edited past the document, which still says something else.
    """

    facts: tuple[TermsFact, ...] = ()
    refusals: tuple[Problem, ...] = ()
    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


def decide(record: Written, terms: Terms, today: date) -> Decision:
    """Compare a record with its history; `today` tells which quantities and rates are effective."""
    match terms:
        case Unstated() | Known(withdrawn=True):
            return _first(record, terms, today)
        case Known():
            if terms.catalogue != record.catalogue:
                said = (
                    f'{record.kind} "{record.id}" is already stated by the set "{terms.catalogue}"'
                )
                return Decision(refusals=(problem_at(record.position, said),))
            return _readable(record, terms, _restated(record, terms, today))
    assert_never(terms)


def binds(kind: str, terms: Known, today: date) -> bool:
    """Tell whether somebody may rely on the terms: signed, published or effective."""
    if kind in BINDING_STATES:
        field, states = BINDING_STATES[kind]
        return (terms.lifecycle or {}).get(field) in states
    if kind in {"quantity", "exchange_rate"}:
        stated = terms.newest.terms
        day = stated.get("from") or stated.get("date") or stated.get("effective")
        return isinstance(day, str) and date.fromisoformat(day) <= today
    return False


def _readable(record: Written, terms: Known, decision: Decision) -> Decision:
    """Refuse terms that do not go with the lifecycle that the ledger has, such as prices of a requested tariff."""
    start: Terms = terms
    after = reduce(evolve, decision.facts, start)
    if not isinstance(after, Known):
        return decision
    try:
        recorded(record.kind, record.id, after.document(after.newest))
    except RecordedDocumentError as wrong:
        said = "; ".join(decision.ahead)
        why = f"{_named(record)}: the ledger is ahead: {said}; {_AHEAD.get(record.kind, wrong)}"
        return Decision(refusals=(problem_at(record.position, why),), ahead=decision.ahead)
    return decision


def _first(record: Written, terms: Terms, today: date) -> Decision:
    kind = KINDS[record.kind]
    stated = TermsStated(catalogue=record.catalogue, terms=terms_of(kind, record.document))
    facts: tuple[TermsFact, ...] = (stated, *_assertion(record, terms))
    after = terms
    for fact in facts:
        after = evolve(after, fact)
    if isinstance(after, Known) and binds(record.kind, after, today):
        said = (
            f"{_named(record)} is new to this ledger, so the version before this amendment is not known; "
            "apply the documents that state it first, or leave the mark out"
        )
        places = tuple(record.at(path) for path in amendments(record.document))
        if places:
            return Decision(refusals=tuple(problem_at(place, said) for place in places))
    return Decision(facts)


def _assertion(record: Written, terms: Terms) -> tuple[LifecycleAsserted, ...]:
    values = lifecycle_of(KINDS[record.kind], record.document)
    known = isinstance(terms, Known) and terms.lifecycle is not None
    return (LifecycleAsserted(values=values),) if values and not known else ()


def _restated(record: Written, terms: Known, today: date) -> Decision:
    kind = KINDS[record.kind]
    found = differences(terms.newest.terms, terms_of(kind, record.document))
    behind = tuple(change for change in found if _is_behind(change, record, terms))
    changes = tuple(change for change in found if change not in behind)
    assertion = _assertion(record, terms)
    ahead, edits = _ahead(record, terms), tuple(map(_edited, behind))
    if not binds(record.kind, terms, today):
        restated = (TermsRestated(changes=changes),) if changes else ()
        return Decision((*restated, *assertion), ahead=ahead, behind=edits)
    words = tuple(change for change in changes if _describes(change, record, terms))
    promises = tuple(change for change in changes if change not in words)
    if refusals := tuple(p for change in promises if (p := _refusal(record, terms, change))):
        return Decision(refusals=refusals, ahead=ahead, behind=edits)
    reworded = (TermsRestated(changes=words),) if words else ()
    return Decision((*reworded, *_marked(record, promises), *assertion), ahead=ahead, behind=edits)


def _is_behind(change: Change, record: Written, terms: Known) -> bool:
    """Tell whether the document still says what was edited past it; a new mark beside it says that this is meant."""
    edit = next((each for each in terms.edited if each.path == change.path), None)
    if edit is None or (change.new, change.kind == "removed") != (edit.old, edit.kind == "added"):
        return False
    mark = mark_of(change, record.document)
    return mark is None or terms.has_explained(mark.from_, mark.reason, change.path)


def _edited(change: Change) -> str:
    still = "lacks it" if change.kind == "removed" else f"still says {in_words(change.new)}"
    now = in_words(change.old) if change.kind != "added" else "nothing"
    return (
        f"{path_in_words(change)} is {now}, the document {still}; export it, "
        'or write "correction: {reason: WHY}" beside it to take the edit back'
    )


def _describes(change: Change, record: Written, terms: Known) -> bool:
    wording = terms.newest.terms if change.kind == "removed" else record.document
    return not _DESCRIPTIVE.isdisjoint(fields_along(wording, change.parts))


def _named(record: Written) -> str:
    return f"{record.kind.replace('_', ' ')} {record.id}"


def _ahead(record: Written, terms: Known) -> tuple[str, ...]:
    if terms.lifecycle is None:
        return ()
    written = lifecycle_of(KINDS[record.kind], record.document)
    return tuple(
        f"{field.replace('_', ' ')} {in_words(terms.lifecycle.get(field))} (the document says {in_words(value)})"
        for field, value in written.items()
        if value != terms.lifecycle.get(field)
    )


def _marked(record: Written, promises: tuple[Change, ...]) -> tuple[TermsFact, ...]:
    by_mark: defaultdict[Mark, list[Change]] = defaultdict(list)
    for change in promises:
        mark = mark_of(change, record.document)
        if mark is not None:
            by_mark[mark].append(change)
    # Corrections first: an amendment rests on what is right.
    ordered = sorted(by_mark.items(), key=lambda item: item[0].from_ or date.min)
    return tuple(_fact(mark, tuple(changes)) for mark, changes in ordered)


def _fact(mark: Mark, changes: tuple[Change, ...]) -> TermsFact:
    if mark.from_ is None:
        return TermsCorrected(reason=mark.reason, changes=changes)
    return TermsAmended(from_=mark.from_, reason=mark.reason, changes=changes)


def _refusal(record: Written, terms: Known, change: Change) -> Problem | None:
    """Say why a change of a binding term cannot be recorded; null if it can."""
    mark = mark_of(change, record.document)
    what = f"{_named(record)}: {in_words(change)}"
    if mark is None or (mark.from_ is not None and record.kind != "agreement"):
        ways = _WAYS_OUT[record.kind].replace("{id}", record.id)
        said = f"{what} changes a term in force; {ways}"
    elif mark.from_ and change.path == "tz":
        said = (
            f"{what} from {mark.from_} would leave a period that is neither in one zone nor in the other; "
            'write "correction: {reason: WHY}" if it was wrong from the start, or state a new agreement'
        )
    elif terms.has_explained(mark.from_, mark.reason, change.path):
        said = f'{what}: the mark "{mark.reason}" already explains an earlier change; give this one its own'
    elif mark.from_ and (why := _untimely(mark.from_, terms, record)):
        said = f"{what} from {mark.from_} {why}"
    else:
        return None
    return problem_at(record.at(as_written(record.document, change.parts)), said)


def _untimely(day: date, terms: Known, record: Written) -> str | None:
    """Say why a version cannot begin on a day: it overlaps the one before, leaves a gap, or never holds."""
    if terms.newest.from_ and day < terms.newest.from_:
        return f"lies before the version that holds from {terms.newest.from_}"
    match terms.newest.terms.get("in_force"):
        case {"from": str(first)} if day <= date.fromisoformat(first):
            return f"leaves no day to the terms before, in force from {first}; that is a correction"
        case {"to": str(last)} if day > date.fromisoformat(last) + timedelta(days=1):
            return (
                f"leaves days without terms: those before end with {last}; "
                "amend from the day after, or state a new agreement"
            )
    match record.document.get("in_force"):
        case {"to": str(last)} if day > date.fromisoformat(last):
            return f"would hold on no day: the agreement ends with {last}"
    return None
