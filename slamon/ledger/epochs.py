"""Epochs: a ledger that was restored from a backup is another history from there on, and says so."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class EpochBegun(BaseModel):
    """The ledger went on from a backup: facts after `position` may differ from those of the epoch before.

    `position` is that of the last fact that the backup held. Views and agents that know an earlier
    epoch look at another history: views are folded anew, agents hand in again what is missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epoch: int
    position: int
    reason: str
