"""Edits past the documents: the same facts as documents record, and what the documents say instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from catalogue.changes import Change
from catalogue.plan import Plan, PlannedChange
from catalogue.records import Key
from catalogue.terms import (
    START,
    Known,
    Terms,
    TermsAmended,
    TermsCorrected,
    TermsEdited,
    TermsFact,
    TermsRestated,
    TermsStated,
)


def edited(plan: Plan, states: Mapping[Key, Terms]) -> Plan:
    """Mark every change of a plan as made past the documents, so that these are known to be behind."""
    changes = (_marked(each, states.get((each.kind, each.id), START)) for each in plan.changes)
    return replace(plan, changes=tuple(changes))


def _marked(change: PlannedChange, terms: Terms) -> PlannedChange:
    known = terms.edited if isinstance(terms, Known) else ()
    net = (_since_the_documents(each, known) for each in _changes(change.facts))
    behind = tuple(each for each in net if each is not None)
    born = any(isinstance(fact, TermsStated) for fact in change.facts)
    mark = TermsEdited(changes=behind, born=born)
    return replace(change, facts=(*change.facts, mark))


def _changes(facts: tuple[TermsFact, ...]) -> Iterator[Change]:
    for fact in facts:
        if isinstance(fact, TermsAmended | TermsCorrected | TermsRestated):
            yield from fact.changes


def _since_the_documents(change: Change, known: tuple[Change, ...]) -> Change | None:
    """Put a change together with an earlier edit of the same path; null where the documents are right again."""
    first = next((each for each in known if each.path == change.path), None)
    if first is None:
        return change
    was, is_now = first.kind != "added", change.kind != "removed"
    if was and is_now:
        if first.old == change.new:
            return None
        return Change(path=change.path, old=first.old, new=change.new)
    if not was and not is_now:
        return None
    kind = "removed" if was else "added"
    return Change(path=change.path, kind=kind, old=first.old, new=change.new)
