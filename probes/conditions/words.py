"""The words that short texts of conditions are made of, and how values are written in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from probes.conditions.documents import COMPARED
from probes.conditions.durations import duration_said, read_duration

_BARE = re.compile(r'[^\s,"]+')
_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")(?=[\s,]|$)|(,)|([^\s,"]+)(?=[\s,]|$))')


class TextError(ValueError):
    """A text is no condition; the message says which would be."""


@dataclass(frozen=True)
class Token:
    """A word, a comma or what stood in quotation marks."""

    text: str
    quoted: bool = False


MISSING = object()


def tokens_of(text: str) -> list[Token]:
    """Take a text apart.

    Raises:
        TextError: a quotation does not end, or is no JSON string.

    """
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        token = _TOKEN.match(text, place, end)
        if token is None:
            message = f"{text!r} is not understood from {text[place:].strip()[:20]!r} on; is a quotation mark missing?"
            raise TextError(message)
        quoted, comma, bare = token.groups()
        found.append(_unquoted(quoted) if quoted else Token(comma or bare))
        place = token.end()
    return found


def _unquoted(text: str) -> Token:
    try:
        return Token(json.loads(text), quoted=True)
    except ValueError:
        message = f"{text} is no JSON string"
        raise TextError(message) from None


def _quoted(text: str) -> str:
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _json_written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json_read(token: Token) -> object:
    if token.quoted:
        return token.text
    try:
        value: object = json.loads(token.text)
    except ValueError:
        return MISSING
    return MISSING if isinstance(value, float | list | dict) else value


def _status_read(token: Token) -> object:
    return int(token.text) if re.fullmatch("[0-9]{3}", token.text) else token.text


def _number_read(token: Token) -> object:
    return int(token.text) if re.fullmatch("[0-9]{1,18}", token.text) else MISSING


def _decimal_read(token: Token) -> object:
    try:
        return MISSING if token.quoted else Decimal(token.text)
    except InvalidOperation:
        return MISSING


def _duration_read(token: Token) -> object:
    try:
        return read_duration(token.text)
    except ValueError as fault:
        raise TextError(str(fault)) from None


def _sign_read(token: Token) -> object:
    return token.text if token.text in COMPARED and not token.quoted else MISSING


def _text_read(token: Token) -> object:
    return MISSING if token == Token(",") else token.text


WRITE: Mapping[str, Callable[[Any], str]] = {
    "text": _quoted,
    "texts": _quoted,
    "json": _json_written,
    "jsons": _json_written,
    "statuses": str,
    "number": str,
    "decimal": str,
    "duration": duration_said,
    "sign": str,
}
READ: Mapping[str, Callable[[Token], object]] = {
    "text": _text_read,
    "texts": _text_read,
    "json": _json_read,
    "jsons": _json_read,
    "statuses": _status_read,
    "number": _number_read,
    "decimal": _decimal_read,
    "duration": _duration_read,
    "sign": _sign_read,
}
