"""Public sources behind the provenance codes."""

from __future__ import annotations

from typing import Literal

from catalogue.document import Document
from catalogue.values import Id


class Source(Document):
    """Something public that was read, and what was taken from it."""

    id: Id
    title: str
    year: int | None
    supports: str
    url: str | None = None
    licence: str | None = None
    attribution: str | None = None
    consulted: Literal["whole", "part", "data"]
