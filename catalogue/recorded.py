"""Documents as they were recorded: what could be read then may not be now, for zones of time come and go."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from catalogue.document import Document
from catalogue.kinds import KINDS


class RecordedDocumentError(ValueError):
    """A recorded document that this slamon and its time zones cannot read; the message says where, and what to do."""


def recorded(kind: str, name: str, document: Mapping[str, JsonValue]) -> Document:
    """Read a document that the ledger holds.

    Raises:
        RecordedDocumentError: it names what there is no longer, such as a time zone that disappeared.

    """
    try:
        return KINDS[kind].recall(document)
    except ValidationError as refused:
        faults = "; ".join(map(_said, refused.errors(include_url=False)))
        raise RecordedDocumentError(
            f"{kind.replace('_', ' ')} {name} cannot be read as it was recorded: {faults}; correct its document"
        ) from None


def _said(error: ErrorDetails) -> str:
    proposal = error.get("ctx", {}).get("proposal")
    meant = f" (did you mean {proposal}?)" if proposal else ""
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}{meant}"
