"""Evidence: what is kept of an attempt beside its outcome and latency, where it is unusual (`probes.worth`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.spec import CALENDAR_END

CALENDAR_BEGIN = (
    -62_135_596_800_000_000
)  # the year 1: what lies before it cannot be written as a date


class Evidence(BaseModel):
    """Why an attempt came out as it did; `phases` in µs by name; texts are redacted, bodies never kept.

    `certificate_until` is the instant (µs) at which the target's certificate ends, `issuer` who signed it,
    `fingerprint` its SHA-256; `timing` says whose clock the phases are by (`probes.arrivals`); `headers` are those of
    a list that tells nothing of people; `line` is the status line or the banner.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str | None = None
    text: str = ""
    address: str | None = None
    phases: dict[str, Annotated[int, Field(ge=0, lt=2**63)]] = {}
    checked: tuple[str, ...] = ()
    certificate_until: Annotated[int, Field(ge=CALENDAR_BEGIN, lt=CALENDAR_END)] | None = None
    issuer: str = ""
    fingerprint: str = ""
    timing: Literal["kernel", "userland"] | None = None
    headers: dict[str, str] = {}
    line: str = ""
