"""Judging by slices: what a contract that counts minutes makes of the states of a period (§4.5)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import cast

from catalogue.intervals import Intervals, Span, Steps, membership, norm, subtract, zip_steps
from slamon.sla.availability import role
from slamon.sla.slices import SliceRule, mean_of_slices, measured_slices
from slamon.sla.tally import Entry, pieces
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


def mean_share(
    versions: Sequence[tuple[Steps[Entry], ObjectiveTerms]], span: Span, length: int
) -> Fraction | None:
    """Give the mean of the shares of good time of all slices of `length` µs, None where nothing was measured.

    `versions` are the entries of the span by each version of the terms, which follow each other inside it.
    """
    sides: dict[str, list[Span]] = {"good": [], "bad": []}
    for entries, terms in versions:
        unknown = _UNKNOWN[terms.policy.unknown]
        for begin, end, entry in pieces(entries, terms.agreed(*span), terms.windows, span):
            side = role(entry, terms.policy)
            sides.setdefault(unknown if side == "unknown" else side, []).append((begin, end))
    sides["good"] += versions[-1][1].hours_beyond(span)
    good, bad = norm(sides["good"]), norm(sides["bad"])
    return mean_of_slices(measured_slices(good, bad, span, length))


_UNKNOWN = {"exclude": "none", "as_available": "good", "as_unavailable": "bad"}


def _bad(entries: Steps[Entry], terms: ObjectiveTerms) -> Intervals:
    return entries.where(lambda entry: role(entry, terms.policy) == "bad")


def _counted(terms: ObjectiveTerms, span: Span) -> Intervals:
    """Give the time whose slices are looked at: what an exclusion does not touch stays among it."""
    policy = terms.policy
    gone = tuple((a, b) for a, b, stated in terms.windows if policy.effect(stated) != "ignore")
    return subtract(terms.agreed(*span), gone)
