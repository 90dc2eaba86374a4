"""Listens to a page as a screen reader does: which of its words are said in which language."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "br", "img", "path", "rect", "circle", "hr"})
SAID = ("title", "aria-label", "placeholder", "alt")
CODE = frozenset({"code"})  # commands and identifiers are of no language

# Words that every English sentence has one of, and that are none of French or Spanish.
ENGLISH = re.compile(
    r"(?<![\w.-])(?:the|of|and|is|was|were|are|not|by|with|from|until|since|been|which|this|that|its|than|at|"
    r"nothing|agreed|down|known|missing|received|recorded|ended|outage|withdrawn|shadow|announced|granted|"
    r"refused|measured|first|last|all|more|days|month|every|for|to)(?![\w.-])",
    re.IGNORECASE,
)
KEY = re.compile(r"\s*[a-z_]+(?:\.[a-z_0-9]+)+\s*")


class Spoken(HTMLParser):
    """The words of a page that are said in one language, by the attribute `lang` of what they stand in."""

    def __init__(self, page: str, code: str) -> None:
        super().__init__()
        self._code = code
        self._open: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        around = self._open[-1][1] if self._open else ""
        here = "" if tag in CODE else around if given.get("lang") is None else given["lang"] or ""
        if tag not in VOID:
            self._open.append((tag, here))
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self.links.append((given["href"] or "").partition("#")[0])
        for name in SAID:
            self._hear(here, given.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self._hear(self._open[-1][1] if self._open else "", data)

    def _hear(self, language: str, words: str) -> None:
        if language == self._code and words.strip():
            self.words.append(" ".join(words.split()))


def amiss(page: str, code: str, names: tuple[str, ...] = ()) -> list[str]:
    """What a page says in its language that is English or the bare key of a text; proper names are no words."""
    return [
        words
        for words in Spoken(page, code).words
        if ENGLISH.search(_without(words, names)) or KEY.fullmatch(words)
    ]


def _without(words: str, names: tuple[str, ...]) -> str:
    for name in sorted(names, key=len, reverse=True):
        words = words.replace(name, "")
    return words
