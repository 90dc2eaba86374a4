"""The form of a fact: something that happened, fixed for ever; recorded time and actor stand in its envelope."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """A fact of the judge's trade."""

    model_config = ConfigDict(frozen=True, extra="forbid")
