"""Evidence: what is kept of an attempt beside its outcome and latency, for edges and failures."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Evidence(BaseModel):
    """Why an attempt came out as it did; `phases` in µs by name; texts are redacted, bodies never kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str | None = None
    text: str = ""
    address: str | None = None
    phases: dict[str, int] = {}
    checked: tuple[str, ...] = ()
