"""What came of batches that could not count: set aside, refused as another's, or begun in a new spool (facts)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

Unsound = Literal["unreadable", "other_day", "no_assignment", "other_assignment", "future", "told"]
"""Why a batch counts for nothing."""

Alarm = Literal["other_content", "two_runs"]
"""How two writers of one spool, or two agents with one key, show themselves."""


class IntakeFact(BaseModel):
    """A frozen fact of the intake; instants in µs UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BatchQuarantined(IntakeFact):
    """In place of a batch that is not sound: it keeps the bytes (base64) and counts for nothing.

    It stands in the observation stream itself, so that the numbers there stay dense.
    """

    because: Unsound
    reason: str
    received_at: int
    content_hash: str
    content: str

    @classmethod
    def of(cls, payload: bytes, because: Unsound, reason: str, received_at: int) -> Self:
        """Set bytes aside."""
        return cls(
            because=because,
            reason=reason,
            received_at=received_at,
            content_hash=sha256(payload).hexdigest(),
            content=b64encode(payload).decode(),
        )

    @property
    def payload(self) -> bytes:
        """The bytes as they came."""
        return b64decode(self.content)


class SpoolBegan(IntakeFact):
    """The first batch of a spool came: of a new agent, of one installed anew, or of a copy given a new identity."""

    spool: str
    begin: int
    received_at: int


class SpoolConflictFound(IntakeFact):
    """Two write what only one can: the same number with other content, or two runs by turns; once a spool and day."""

    kind: Alarm
    spool: str
    day: str
    sequence: int
    held: str
    given: str
    received_at: int
