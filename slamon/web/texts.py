"""The texts of the pages: one message catalogue per language, every key checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

DEFAULT = "en"

# Which form of a message counts a number; a language is available once it stands here too.
PLURALS: Mapping[str, Callable[[int], str]] = {"en": lambda n: "one" if n == 1 else "other"}


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
        pattern = self.messages.get(key)
        count = values.get("count")
        if pattern is None and isinstance(count, int):
            pattern = self.messages.get(f"{key}.{PLURALS[self.code](count)}")
        if pattern is None:
            raise MissingTextError(key)
        try:
            return pattern.format_map(values)
        except KeyError as missing:
            raise MissingTextError(f"{key}: no value for {missing}") from None

    def has(self, key: str) -> bool:
        """Tell whether the catalogue has words for `key`."""
        return key in self.messages


@cache
def language(code: str) -> Language:
    """Load the messages of one language.

    Raises: MissingTextError where there is no catalogue for it.
    """
    if code not in available():
        raise MissingTextError(code)
    text = files("slamon.web").joinpath("messages", f"{code}.yaml").read_text(encoding="utf-8")
    return Language(code, dict(_flat(YAML(typ="safe", pure=True).load(text))))


@cache
def available() -> tuple[str, ...]:
    """Languages that have both messages and a plural rule."""
    names = (entry.name for entry in files("slamon.web").joinpath("messages").iterdir())
    codes = {name.removesuffix(".yaml") for name in names if name.endswith(".yaml")}
    return tuple(sorted(codes & set(PLURALS)))


def negotiate(chosen: str | None, accept: str | None) -> str:
    """Choose a language: the visitor's own choice, else the best the browser accepts."""
    if chosen in available():
        return str(chosen)
    wishes = sorted((_wish(part) for part in (accept or "").split(",")), reverse=True)
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
