"""The texts of the pages: one message catalogue per language, every key checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup, escape
from ruamel.yaml import YAML

from catalogue.document import Text3

DEFAULT = "en"
NARROW_SPACE = "\u202f"
NO_BREAK = "\u00a0"

# Which form of a message counts a number, after the Unicode CLDR; a language is available once it stands here too.
PLURALS: Mapping[str, Callable[[int], str]] = {
    "en": lambda n: "one" if n == 1 else "other",
    "fr": lambda n: "one" if n in {0, 1} else "other",
    "es": lambda n: "one" if n == 1 else "other",
}

# Where a space of a message may not be broken: French sets : and quotes apart by a whole one, ; ? ! by a narrow one.
SPACED: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "fr": (
        (re.compile(r" (?=[:»])|(?<=«) "), NO_BREAK),
        (re.compile(r" (?=[;?!%])"), NARROW_SPACE),
    ),
    "es": ((re.compile(r" (?=%)"), NARROW_SPACE),),
}


class MissingTextError(LookupError):
    """A key, a plural form or a value that the message catalogue or its caller lacks."""


@dataclass(frozen=True, slots=True)
class Language:
    """The messages of one language by dotted key; call it as `t(key, **values)`."""

    code: str
    messages: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """Write the message of `key` with its values; `count` chooses the plural form.

        Raises: MissingTextError for an unknown key or a value not given.
        """
        pattern = self.pattern(key, values.get("count"))
        try:
            told = {name: self.words(value) for name, value in values.items()}
            if any(isinstance(value, Markup) for value in told.values()):
                return escape(pattern).format_map(told)
            return pattern.format_map(told)
        except KeyError as missing:
            raise MissingTextError(f"{key}: no value for {missing}") from None

    def pattern(self, key: str, count: object = None) -> str:
        """Give the message of `key` before its values are written in, in the form that counts `count`.

        Raises: MissingTextError for an unknown key.
        """
        found = self.messages.get(key)
        if found is None and isinstance(count, int):
            found = self.messages.get(f"{key}.{PLURALS[self.code](count)}")
        if found is None:
            raise MissingTextError(key)
        return found

    def has(self, key: str) -> bool:
        """Tell whether the catalogue has words for `key`."""
        return key in self.messages

    def words(self, value: object) -> object:
        """Choose of a text of the documents the words in this language; anything else stays as it is."""
        return getattr(value, self.code) if isinstance(value, Text3) else value

    def order(self, value: object) -> str:
        """Give the place of a text in the alphabet of this language: accents and capitals do not move a word."""
        apart = unicodedata.normalize("NFD", str(self.words(value)).casefold())
        return "".join(each for each in apart if not unicodedata.combining(each))


@cache
def language(code: str) -> Language:
    """Load the messages of one language.

    Raises: MissingTextError where there is no catalogue for it.
    """
    if code not in available():
        raise MissingTextError(code)
    text = files("slamon.web").joinpath("messages", f"{code}.yaml").read_text(encoding="utf-8")
    told = _flat(YAML(typ="safe", pure=True).load(text))
    return Language(code, {key: _spaced(code, words) for key, words in told})


@cache
def available() -> tuple[str, ...]:
    """Languages that have both messages and a plural rule, in the order in which they are offered."""
    names = (entry.name for entry in files("slamon.web").joinpath("messages").iterdir())
    codes = {name.removesuffix(".yaml") for name in names if name.endswith(".yaml")}
    return tuple(code for code in PLURALS if code in codes)


def negotiate(asked: str | None, chosen: str | None, accept: str | None) -> str:
    """Choose what the address asks for, else the visitor's own choice, else the best that the browser accepts."""
    for code in (asked, chosen):
        if code in available():
            return str(code)
    wishes = sorted((_wish(part) for part in (accept or "").split(",")), key=lambda wish: -wish[0])
    fitting = (code for weight, code in wishes if weight > 0 and code in available())
    return next(fitting, DEFAULT)


def _wish(part: str) -> tuple[int, str]:
    tag, _, parameter = part.partition(";")
    digits = parameter.strip().removeprefix("q=").replace(".", "", 1)
    # "1.000" to 1000, "0.8" to 800, no weight to 1000, as RFC 9110 has three decimals at most
    weight = int(digits.ljust(4, "0")[:4]) if digits.isdecimal() else 1000
    return weight, tag.strip().lower().partition("-")[0]


def _flat(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _spaced(code: str, words: str) -> str:
    for place, space in SPACED.get(code, ()):
        words = place.sub(space, words)
    return words
