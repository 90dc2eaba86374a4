"""Evidence: what is kept of an attempt beside its outcome and latency, where it is unusual (`probes.worth`)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Evidence(BaseModel):
    """Why an attempt came out as it did; `phases` in µs by name; texts are redacted, bodies never kept.

    `certificate_until` is the instant (µs) at which the target's certificate ends; `headers` are those of a list
    that tells nothing of people; `line` is the status line or the banner.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str | None = None
    text: str = ""
    address: str | None = None
    phases: dict[str, int] = {}
    checked: tuple[str, ...] = ()
    certificate_until: int | None = None
    headers: dict[str, str] = {}
    line: str = ""
