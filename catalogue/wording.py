"""Changes of terms put into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from pydantic import JsonValue

from catalogue.changes import Change, as_text
from catalogue.lifecycle import LifecycleFact
from catalogue.terms import (
    TermsAmended,
    TermsCorrected,
    TermsEdited,
    TermsFact,
    TermsRestated,
    TermsStated,
    TermsWithdrawn,
)

_ONE_OF = {
    "baselines": "baseline", "days": "day", "exclusions": "exclusion", "lines": "line",
    "objectives": "objective", "offerings": "offering", "surcharges": "surcharge",
}  # fmt: skip

_WHOLE: Mapping[type[Any], str] = {
    TermsStated: "stated",
    TermsWithdrawn: "withdrawn, it is no longer in its set",
    TermsEdited: "past the documents",
}


def in_words(what: Change | JsonValue) -> str:
    """Put a change or a value into words."""
    if not isinstance(what, Change):
        return as_text(what)
    path = path_in_words(what)
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


def path_in_words(change: Change) -> str:
    """Name what changes in the words of the trade: objective o1 target."""
    return " ".join(_ONE_OF.get(part, part.replace("_", " ")) for part in change.parts)


def sentence(fact: TermsFact) -> str:
    """Put a fact into words."""
    match fact:
        case TermsStated() | TermsWithdrawn() | TermsEdited():
            return _WHOLE[type(fact)]
        case TermsAmended():
            return f'{_all(fact.changes)} from {fact.from_} ("{fact.reason}")'
        case TermsCorrected():
            return f'{_all(fact.changes)}, corrected from the start ("{fact.reason}")'
        case TermsRestated():
            return _all(fact.changes)
        case LifecycleFact():
            return fact.sentence
    assert_never(fact)


def _all(changes: tuple[Change, ...]) -> str:
    return ", ".join(in_words(change) for change in changes)
