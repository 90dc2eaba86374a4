"""Changes of terms put into words."""

from __future__ import annotations

from typing import assert_never

from pydantic import JsonValue

from catalogue.changes import Change, as_text
from catalogue.lifecycle import LifecycleFact
from catalogue.terms import (
    TermsAmended,
    TermsCorrected,
    TermsFact,
    TermsRestated,
    TermsStated,
    TermsWithdrawn,
)

_ONE_OF = {
    "baselines": "baseline", "days": "day", "exclusions": "exclusion", "lines": "line",
    "objectives": "objective", "offerings": "offering", "surcharges": "surcharge",
}  # fmt: skip


def in_words(what: Change | JsonValue) -> str:
    """Put a change or a value into words."""
    if not isinstance(what, Change):
        return as_text(what)
    path = " ".join(_ONE_OF.get(part, part.replace("_", " ")) for part in what.parts)
    match what.kind:
        case "changed":
            return f"{path} {as_text(what.old)} → {as_text(what.new)}"
        case "added":
            return (
                f"{path} added"
                if isinstance(what.new, dict)
                else f"{path} {as_text(what.new)} added"
            )
        case "removed":
            return f"{path} removed"
    assert_never(what.kind)


def sentence(fact: TermsFact) -> str:
    """Put a fact into words."""
    match fact:
        case TermsStated():
            return "stated"
        case TermsAmended():
            return f'{_all(fact.changes)} from {fact.from_} ("{fact.reason}")'
        case TermsCorrected():
            return f'{_all(fact.changes)}, corrected from the start ("{fact.reason}")'
        case TermsRestated():
            return _all(fact.changes)
        case TermsWithdrawn():
            return "withdrawn, it is no longer in its set"
        case LifecycleFact():
            return fact.sentence
    assert_never(fact)


def _all(changes: tuple[Change, ...]) -> str:
    return ", ".join(in_words(change) for change in changes)
