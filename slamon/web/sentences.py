"""Sentences that the program recorded or answered in English, said again in the language of a page.

Facts are never rewritten, so the reason of a refusal that was recorded in English stays English in the ledger. The
messages under `sentence` know it by its English pattern. What is not known is shown as it stands, marked as English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from string import Formatter

from markupsafe import Markup, escape

from catalogue.instants import InstantError
from slamon.web.figures import decimal, period, timed
from slamon.web.measures import length_of_time
from slamon.web.texts import DEFAULT, Language, language

FAMILY = "sentence."
AGAIN = "rest"
"""The field of a pattern that is a sentence of its own: the whole is known only if this is."""


def said(t: Language, text: str, zone: str | None = None) -> Markup:
    """Say a sentence of the program in the language of the page.

    With a zone, each instant in it is written as a person of that zone reads it.
    """
    if t.code == DEFAULT:
        return _told(t, text, zone)
    known = _known(t, text, zone)
    return (
        Markup('<span lang="en">{}</span>').format(_told(t, text, zone)) if known is None else known
    )


def _told(t: Language, text: str, zone: str | None) -> Markup:
    return timed(t, text, zone) if zone else escape(text)


def _known(t: Language, text: str, zone: str | None) -> Markup | None:
    for key, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is None:
            continue
        values = _values(t, found.groupdict(), zone)
        if values is not None:
            return Markup(t.pattern(key, values.get("count"))).format_map(values)  # noqa: S704 - of the catalogue
    return None


def _values(t: Language, given: Mapping[str, str], zone: str | None) -> dict[str, object] | None:
    """The values of a sentence in the language of the page; None where one that must be known is not."""
    values: dict[str, object] = {}
    for name, value in given.items():
        if name == AGAIN:
            again = _known(t, value, zone)
            if again is None:
                return None
            values[name] = again
        elif name == "count":
            values[name] = int(value)
        elif name in WORDS:
            values[name] = WORDS[name](t, value)
        else:
            values[name] = _given(t, name, value, zone)
    return values


def _given(t: Language, name: str, value: str, zone: str | None) -> Markup:
    """A value as it was given; what people or machines wrote is in a language nobody knows."""
    told = _told(t, value, zone)
    return Markup('<span lang="">{}</span>').format(told) if name in {"reason", "output"} else told


def _in(family: str) -> Callable[[Language, str], str]:
    def word(t: Language, value: str) -> str:
        key = f"{family}.{value.replace(' ', '_')}"
        return t(key) if t.has(key) else value

    return word


def _length(t: Language, typed: str) -> str:
    try:
        return length_of_time(t, typed)
    except InstantError:
        return typed


WORDS: Mapping[str, Callable[[Language, str], str]] = {
    "kind": _in("exclusion.kind"),
    "ruled": _in("exclusion"),
    "ruling": _in("exclusion"),
    "decided": _in("review"),
    "decision": _in("review"),
    "outcome": _in("outcome"),
    "recorded_as": _in("outcome"),
    "why": _in("reason"),
    "notice": _length,
    "month": period,
    "seconds": decimal,
}
"""Fields whose values are words of the program, and how a page says them."""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (key.removesuffix(".one").removesuffix(".other"), re.compile(_expression(words), re.DOTALL))
        for key, words in language(DEFAULT).messages.items()
        if key.startswith(FAMILY)
    )


def _expression(words: str) -> str:
    return "".join(_pieces(words))


def _pieces(words: str) -> Iterator[str]:
    for literal, name, _, _ in Formatter().parse(words):
        yield re.escape(literal)
        if name is not None:
            yield rf"(?P<{name}>{r'[0-9]+' if name == 'count' else '.+?'})"
