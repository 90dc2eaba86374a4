"""Edits past the documents: the same facts as documents record, and what the documents say instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from catalogue.changes import Change, net_of
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
    behind = net_of(_changes(change.facts), known)
    born = any(isinstance(fact, TermsStated) for fact in change.facts)
    mark = TermsEdited(changes=behind, born=born)
    return replace(change, facts=(*change.facts, mark))


def _changes(facts: tuple[TermsFact, ...]) -> Iterator[Change]:
    for fact in facts:
        if isinstance(fact, TermsAmended | TermsCorrected | TermsRestated):
            yield from fact.changes
