"""Data written as documents are: a line for what fits in one, decimals in quotes, days and words without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import JsonValue

from catalogue.pages import TRUTH_WORDS

WIDTH = 120
INDENT = 2
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./@+-]*")
_READ_AS_OTHER = {*TRUTH_WORDS, "null"}
_UNBREAKABLE = "\u00a0\u202f"  # blanks of French texts, which are no breaks of lines


def in_line(value: JsonValue) -> str:
    """Write a value in one line, wherever it stands."""
    match value:
        case dict():
            return "{" + ", ".join(f"{in_line(k)}: {in_line(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(in_line(item) for item in value) + "]"
        case str():
            return _text(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def member(name: str, value: JsonValue, column: int) -> str:
    """Write a field of a map whose fields begin at a column; the first line is not indented."""
    key = in_line(name)
    if fits(value, column + len(key) + 2):
        return f"{key}: {in_line(value)}"
    if isinstance(value, dict):
        inner = column + INDENT
        return f"{key}:\n{' ' * inner}{_fields(value, inner)}"
    return f"{key}:\n{' ' * column}{items(value, column)}"


def item(value: JsonValue, column: int) -> str:
    """Write a member of a list whose dashes stand at a column; the first line is not indented."""
    inner = column + INDENT
    if isinstance(value, dict) and not fits(value, inner):
        return f"- {_fields(value, inner)}"
    return f"- {in_line(value)}"


def items(value: JsonValue, column: int) -> str:
    """Write the members of a list below each other."""
    listed = value if isinstance(value, list) else [value]
    return f"\n{' ' * column}".join(item(each, column) for each in listed)


def section(name: str, content: JsonValue) -> str:
    """Write a section of a file: its records below each other."""
    match content:
        case [_, *_]:
            return f"{name}:\n{items(content, 0)}\n"
        case dict() if content:
            return f"{name}:\n{' ' * INDENT}{_fields(content, INDENT)}\n"
        case _:
            return f"{name}: {in_line(content)}\n"


def fits(value: JsonValue, column: int) -> bool:
    """Tell whether a value is written in one line that begins at a column."""
    parts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    flat = isinstance(value, list) and not any(isinstance(part, dict | list) for part in parts)
    return not parts or flat or column + len(in_line(value)) <= WIDTH


def _fields(value: dict[str, JsonValue], column: int) -> str:
    written = (member(name, each, column) for name, each in value.items())
    return f"\n{' ' * column}".join(written)


def _text(text: str) -> str:
    if _DAY.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text) and text.lower() not in _READ_AS_OTHER:
        return text
    return f'"{"".join(_characters(text))}"'


def _characters(text: str) -> Iterator[str]:
    for each in text:
        if each in '"\\':
            yield f"\\{each}"
        elif each.isprintable() or each in _UNBREAKABLE:
            yield each
        else:
            code = ord(each)
            yield f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits
