"""Changes of terms put into words."""

from __future__ import annotations

import json
from typing import assert_never

from pydantic import JsonValue

from catalogue.changes import Change
from catalogue.terms import (
    LifecycleAsserted,
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
_LONGEST = 80


def in_words(what: Change | JsonValue) -> str:
    """Put a change or a value into words."""
    if not isinstance(what, Change):
        return _value(what)
    path = " ".join(_ONE_OF.get(part, part.replace("_", " ")) for part in what.parts)
    match what.kind:
        case "changed":
            return f"{path} {_value(what.old)} → {_value(what.new)}"
        case "added":
            return (
                f"{path} added"
                if isinstance(what.new, dict)
                else f"{path} {_value(what.new)} added"
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
        case LifecycleAsserted():
            said = (
                f"{field.replace('_', ' ')} {_value(value)}" for field, value in fact.values.items()
            )
            return f"asserted with {', '.join(said)}"
    assert_never(fact)


def _all(changes: tuple[Change, ...]) -> str:
    return ", ".join(in_words(change) for change in changes)


def _value(value: JsonValue) -> str:
    match value:
        case None:
            return "none"
        case str():
            text = value
        case {"value": str(known), "precision": str()}:
            text = known
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
