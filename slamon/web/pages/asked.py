"""Pages of the past: what was asked to be known, and links that go on asking for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from fastapi import Request

from catalogue.instants import format_instant
from slamon.web.requests import AS_KNOWN_AT, then_of

READING = frozenset({"GET", "HEAD"})
SIGN_IN = "/sign-in"
INWARD = re.compile(
    r'(href=")(/(?!static/|api/v1/openapi|sign-in|language/)[^"?#]*)(\?[^"#]*)?(#[^"]*)?"'
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page tells as it was known then; `back` is the same page as of now.

    A position `amid` what was recorded at once was asked for, and `position` is the one before all of that.
    """

    text: str
    instant: str
    position: int
    amid: int | None
    back: str

    @classmethod
    def of(cls, request: Request) -> Self | None:
        """What a request asks for; None where it asks for now."""
        then = then_of(request)
        if then is None:
            return None
        return cls(
            then.asked,
            format_instant(then.moment.instant),
            then.moment.position,
            then.moment.asked,
            back(request),
        )


def back(request: Request) -> str:
    """The same page as of now."""
    return "?" + request.url.remove_query_params(AS_KNOWN_AT).query


def others(request: Request) -> list[tuple[str, str]] | None:
    """What else an address asks for, where the page can also be had as known then; None where it cannot."""
    if request.method not in READING or request.url.path.startswith(SIGN_IN):
        return None
    return [each for each in request.query_params.multi_items() if each[0] != AS_KNOWN_AT]


def kept(page: str, asked: Asked) -> str:
    """A page whose links, those to proofs and seals among them, ask for the same moment."""
    word = f"{AS_KNOWN_AT}={quote(asked.text)}"

    def ask(link: re.Match[str]) -> str:
        name, path, query, place = link.groups("")
        if AS_KNOWN_AT in query:
            return link.group()
        return f'{name}{path}{query + "&amp;" if query else "?"}{word}{place}"'

    return INWARD.sub(ask, page)
