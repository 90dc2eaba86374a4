"""Keyset pages: a list is walked by the key of its last item, so no item is met twice."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, HTTPException, Query
from pydantic import BaseModel

from catalogue.instants import InstantError
from catalogue.periods import parse_period

Item = TypeVar("Item")
Key = tuple[str, ...]


class Page(BaseModel, Generic[Item]):
    """Some items of a list; `next` goes into `after` for those behind, null at the end."""

    items: tuple[Item, ...]
    next: str | None


def encode(key: Key) -> str:
    """Write a key as an opaque word that fits into an address."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode(word: str) -> Key:
    """Read a key back.

    Raises: HTTPException 422 for a word that no page has given out.
    """
    try:
        key = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
    except (binascii.Error, ValueError):
        raise HTTPException(422, "The value of after was not given out by a page.") from None
    if not isinstance(key, list) or not all(isinstance(part, str) for part in key):
        raise HTTPException(422, "The value of after was not given out by a page.")
    return tuple(key)


class Slice(BaseModel):
    """Which part of a list is asked for: `limit` items behind `after`."""

    after: Key | None
    limit: int

    @property
    def probe(self) -> int:
        """How many items to read so as to know whether more follow."""
        return self.limit + 1

    def word(self, length: int) -> Key | None:
        """The key to start behind, which must have `length` parts.

        Raises: HTTPException 422 for the key of another list.
        """
        if self.after is not None and len(self.after) != length:
            raise HTTPException(422, "The value of after belongs to another list.")
        return self.after

    def day_word(self, length: int) -> Key | None:
        """The key to start behind, whose first part is a day.

        Raises: HTTPException 422 for the key of another list.
        """
        key = self.word(length)
        if key is not None and not _is_day(key[0]):
            raise HTTPException(422, "The value of after belongs to another list.")
        return key

    def page(self, items: Sequence[Item], key: Callable[[Item], Key]) -> Page[Item]:
        """Make the page of items that were read up to `probe`."""
        shown = tuple(items[: self.limit])
        more = len(items) > self.limit
        return Page(items=shown, next=encode(key(shown[-1])) if more else None)

    def cut(self, items: Sequence[Item], key: Callable[[Item], Key]) -> Page[Item]:
        """Make the page of a whole, short list."""
        after = self.after
        rest = sorted((item for item in items if after is None or key(item) > after), key=key)
        return self.page(rest, key)


def _is_day(text: str) -> bool:
    try:
        return parse_period(text, "UTC").unit == "day"
    except InstantError:
        return False


def _slice(
    after: Annotated[str | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Slice:
    return Slice(after=None if after is None else decode(after), limit=limit)


Asked = Annotated[Slice, Depends(_slice)]
