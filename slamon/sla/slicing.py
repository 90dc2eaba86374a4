"""Judging by slices: what a contract that counts minutes makes of the states of a period (§4.5)."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from catalogue.intervals import Intervals, Span, Steps, intersect, membership, subtract, zip_steps
from slamon.sla.availability import role
from slamon.sla.slices import SliceRule, mean_of_slices, measured_slices
from slamon.sla.tally import Entry
from slamon.sla.terms import ObjectiveTerms


def sliced(entries: Steps[Entry], terms: ObjectiveTerms, rule: SliceRule) -> Steps[Entry]:
    """Give entries in which only the bad time of bad slices is left, all other bad time is up.

    Slices lie as from the start of the entries: give them from a local midnight on.
    """
    span = entries.span
    bad = rule.bad(_bad(entries, terms), span, _counted(terms, span))
    both: Steps[tuple[Entry | bool, ...]] = zip_steps([entries, membership(bad, span)])

    def kept(pair: tuple[Entry | bool, ...]) -> Entry:
        entry = cast("Entry", pair[0])
        return "up" if role(entry, terms.policy) == "bad" and not pair[1] else entry

    return both.map(kept)


def mean_share(entries: Steps[Entry], terms: ObjectiveTerms, length: int) -> Fraction | None:
    """Give the mean of the shares of good time of all slices of `length` µs, None where nothing was measured."""
    span = entries.span
    counted = _counted(terms, span)
    good = entries.where(lambda entry: role(entry, terms.policy) == "good")
    bad = intersect(_bad(entries, terms), counted)
    return mean_of_slices(measured_slices(intersect(good, counted), bad, span, length))


def _bad(entries: Steps[Entry], terms: ObjectiveTerms) -> Intervals:
    return entries.where(lambda entry: role(entry, terms.policy) == "bad")


def _counted(terms: ObjectiveTerms, span: Span) -> Intervals:
    gone = tuple((begin, end) for begin, end, _ in terms.windows)
    return subtract(terms.agreed(*span), gone)
