"""What a record states on purpose that makes its figures easier to doubt."""

from __future__ import annotations

from catalogue.document import Document
from catalogue.web import Web


def weaknesses(record: Document) -> tuple[str, ...]:
    """List what is weak about a record, each with what follows from it."""
    if isinstance(record, Web) and record.verify == "off":
        return ("verify: off: whoever answers in the target's name is believed",)
    return ()
