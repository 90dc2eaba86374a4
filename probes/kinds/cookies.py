"""Cookies of one attempt: kept while it lasts, and sent to nobody but the host that set them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult

from probes.conditions.timing import micros

MOST = 50
LONGEST = 4096
TELLING = 16  # characters from which a value is a session's and not a word such as "true"

_PAIR = re.compile(r"([^\s=;,\x00-\x1f\x7f]+)=([\x20-\x3a\x3c-\x7e]*)")


@dataclass(frozen=True)
class Cookie:
    """One cookie; a secure one is sent over TLS only."""

    host: str
    path: str
    name: str
    value: str
    secure: bool


class Jar:
    """What targets asked to be reminded of. A `Domain` is not heeded: a cookie goes to its very host (RFC 6265 §5)."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str], Cookie] = {}

    def keep(self, url: SplitResult, said: str, at: int) -> str | None:
        """Keep what a `Set-Cookie` from a page says at an instant (µs); return a value that is worth hiding."""
        pair, *rest = said[:LONGEST].split(";")
        found = _PAIR.fullmatch(pair.strip())
        if found is None:
            return None
        told = {name.strip().lower(): value.strip() for name, _, value in _split(rest)}
        path = told.get("path", "")
        path = path if path.startswith("/") else _folder(url.path)
        name, value = found.groups()
        key = (url.hostname or "", path, name)
        self._held.pop(key, None)
        if len(self._held) < MOST and not _over(told, at):
            secure = "secure" in told
            self._held[key] = Cookie(*key, value, secure)
        return value if len(value) >= TELLING else None

    def header(self, url: SplitResult) -> str:
        """What the page is reminded of, empty where there is nothing."""
        if not self._held:
            return ""
        fitting = [each for each in self._held.values() if _fits(each, url)]
        fitting.sort(key=lambda each: -len(each.path))
        return "; ".join(f"{each.name}={each.value}" for each in fitting)


def _split(attributes: list[str]) -> list[tuple[str, str, str]]:
    return [each.partition("=") for each in attributes]


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _over(told: dict[str, str], at: int) -> bool:
    age = told.get("max-age", "")
    if re.fullmatch(r"-?[0-9]{1,18}", age):
        return int(age) <= 0
    try:
        return "expires" in told and micros(parsedate_to_datetime(told["expires"])) <= at
    except (ValueError, OverflowError):
        return False


def _fits(cookie: Cookie, url: SplitResult) -> bool:
    if cookie.host != url.hostname or (cookie.secure and url.scheme != "https"):
        return False
    path, under = url.path or "/", cookie.path
    return path == under or path.startswith(under if under.endswith("/") else f"{under}/")
