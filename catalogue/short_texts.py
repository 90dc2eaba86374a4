"""Conditions as people write them: read where they can be, else with what was probably meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from pydantic import ValidationError

from catalogue.values import meant_duration, wrong
from probes.conditions.text import FORMS, SEVERITIES, Form, Slot, read
from probes.conditions.words import TextError

LIKENESS = 50  # percent, of two words one of which was probably meant by the other
_LENGTH = re.compile(r"\b(within|than) (\d+ ?[A-Za-z]+)\b")
_JSON_VALUES = re.compile(r"(json \S+ (?:is|in) )(.+?)( else \w+)?")
_SUBJECTS = frozenset(str(form.parts[0]) for form in FORMS)
BEGUN = f"^({'|'.join(sorted(_SUBJECTS))})( |$)"
"""The pattern of how every condition begins."""


def condition(value: object) -> object:
    """Read a condition that is written as a short text; what is written in full is read by its model.

    Raises:
        PydanticCustomError: it is none, or one that can never hold.

    """
    if isinstance(value, dict):
        return _map(value)
    if not isinstance(value, str):
        return value
    try:
        return read(value)
    except ValidationError as refused:
        fault = refused.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise wrong(f'"{value}" can never hold: {fault[0].lower()}{fault[1:]}') from None
    except TextError as fault:
        raise wrong(*_meant(value, str(fault))) from None


def _map(value: dict[object, object]) -> object:
    """Pass on what is written in full; a text with a colon in it is read as a map, and was meant as a text."""
    key, inner = next(iter(value.items()), (None, None))
    begun = key.split() if isinstance(key, str) else []
    if len(value) > 1 or len(begun) <= 1 or begun[0] not in _SUBJECTS:
        return value
    last = json.dumps(f"{begun[-1]}: {inner}", ensure_ascii=False)
    texts = (f"{key}: {inner}", " ".join((*begun[:-1], last)))
    proposal = next((f"'{text}'" for text in texts if _is_condition(text)), None)
    raise wrong("a text with a colon and a blank in it is a map, unless it is quoted", proposal)


def _meant(text: str, fault: str) -> tuple[str, str | None]:
    """Say what is wrong with a text, and what was probably meant."""
    *_, before, last = ("", "", *text.split())
    if before == "else" and last not in SEVERITIES:
        return f'"{last}" is no severity: say "else bad" or "else degraded"', None
    if found := _LENGTH.search(text):
        fixed = _LENGTH.sub(lambda each: f"{each[1]} {_length(each[2])}", text)
        return f'"{found[2]}" is no duration such as P7D or PT0.5S', _proposed(fixed)
    if proposal := _proposed(_with_texts_quoted(text)):
        return "a text in JSON stands in quotation marks", proposal
    nearest = max(_corrected(text.split()), default=None)
    if nearest is None:
        return fault, None
    return f"{text!r} is no condition", _proposed(nearest[1])


def _with_texts_quoted(text: str) -> str:
    found = _JSON_VALUES.fullmatch(text)
    if found is None:
        return text
    values = ", ".join(_as_json(each.strip()) for each in found[2].split(","))
    return f"{found[1]}{values}{found[3] or ''}"


def _as_json(word: str) -> str:
    try:
        json.loads(word)
    except ValueError:
        return json.dumps(word, ensure_ascii=False) if word else word
    return word


def _length(said: str) -> str:
    return (meant_duration(said) or said).strip('"')


def _proposed(text: str) -> str | None:
    quote = "'" if '"' in text else '"'
    return f"{quote}{text}{quote}" if _is_condition(text) else None


def _corrected(words: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the conditions that a text is, with one word put right; each with how like that word was."""
    begun = words[0] if words else ""
    for form in FORMS:
        if begun in _SUBJECTS and form.parts[0] != begun:
            continue  # that word was meant
        likeness, fixed = _fitted(words, form)
        text = " ".join(fixed)
        if likeness >= LIKENESS and _is_condition(text):
            yield likeness, text


def _fitted(words: list[str], form: Form) -> tuple[int, list[str]]:
    """Write a text in the words of a form, and say how like the one was that is written otherwise."""
    missing = form.parts[len(words) :]
    if not words or any(isinstance(part, Slot) for part in missing):
        return 0, words
    fixed = [
        word if isinstance(part, Slot) else part
        for part, word in zip(form.parts, words, strict=False)
    ]
    changed = [pair for pair in zip(words, fixed, strict=False) if pair[0] != pair[1]]
    if len(changed) + bool(missing) > 1:
        return 0, words
    return min(map(_likeness, changed), default=100), [
        *fixed,
        *map(str, missing),
        *words[len(form.parts) :],
    ]


def _likeness(pair: tuple[str, str]) -> int:
    """Say how like two words are, in percent."""
    return int(100 * SequenceMatcher(None, *pair).ratio())


def _is_condition(text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
