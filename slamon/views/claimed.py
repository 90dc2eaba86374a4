"""What an outage is by measurement and by the provider's own log: the shape of both side by side."""

from __future__ import annotations

from pydantic import Field

from slamon.sla.judgement import Said


class Disputed(Said):
    """An outage measured by us and claimed by the provider (µs of counted time); `disputed_us` only one of them says.

    `causes` are the provider's words, `facts` the ledger positions of its claims.
    """

    from_: str = Field(alias="from")
    to: str
    measured_us: int
    claimed_us: int
    disputed_us: int
    causes: tuple[str, ...]
    facts: tuple[int, ...]


class CounterEvidence(Said):
    """The provider's own log beside what was measured in a period; no figure rests on it."""

    sources: tuple[str, ...]
    measured_us: int
    claimed_us: int
    disputed_us: int
    outages: tuple[Disputed, ...]
