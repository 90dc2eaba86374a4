"""Observations made elsewhere, taken in from a file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, model_validator


class ObservationsImported(BaseModel):
    """Results with explicit times, in columns of equal length; stream `imports:{source}`.

    `check` and `outcome` index into `checks` and `probes.outcome.Outcome`; `at` is in µs, `latency_us`
    is None where the source had none. `validity_us` says how long a result of this source speaks;
    `location` is where the source measured from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    location: str
    validity_us: int
    checks: tuple[str, ...]
    check: tuple[int, ...]
    at: tuple[int, ...]
    outcome: tuple[int, ...]
    latency_us: tuple[int | None, ...]

    @model_validator(mode="after")
    def _columns_are_equally_long(self) -> ObservationsImported:
        if len({len(self.check), len(self.at), len(self.outcome), len(self.latency_us)}) > 1:
            message = "columns of different length"
            raise ValueError(message)
        return self
