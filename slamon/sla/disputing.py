"""Counter-evidence: the provider's own log of downtime, held against what was measured; it changes no figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import model_validator

from catalogue.intervals import Intervals, clip, intersect, norm, subtract, total, union
from slamon.sla.fact import Fact


class CounterEvidenceImported(Fact):
    """Downtime as the provider's log has it, in columns of equal length; stream `counter-evidence:{source}`.

    `[begin, end)` in µs. Of rows about one service with one begin the one recorded last holds.
    """

    file: str
    sha256: str
    service: tuple[str, ...]
    begin: tuple[int, ...]
    end: tuple[int, ...]
    cause: tuple[str, ...]

    @model_validator(mode="after")
    def _columns_are_equally_long(self) -> CounterEvidenceImported:
        if len({len(self.service), len(self.begin), len(self.end), len(self.cause)}) > 1:
            message = "columns of different length"
            raise ValueError(message)
        return self


@dataclass(frozen=True, slots=True)
class Claim:
    """A stretch (µs) in which a provider says that its service was down, and the fact that tells of it."""

    source: str
    begin: int
    end: int
    cause: str
    position: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """An outage as measured and as claimed (µs of counted time); in dispute is what only one of them says."""

    begin: int
    end: int
    measured_us: int
    claimed_us: int
    disputed_us: int
    claims: tuple[Claim, ...]


def disputes(
    measured: Intervals, claims: Sequence[Claim], counted: Intervals
) -> tuple[Dispute, ...]:
    """Hold claims against measured outages, in order of time; what overlaps is one outage.

    Only `counted` time is compared: agreed time that is not excluded. A claim outside of it disputes nothing.
    """
    claimed = intersect(norm((each.begin, each.end) for each in claims), counted)
    down = intersect(measured, counted)
    return tuple(_together(down, claimed, claims, counted))


def _together(
    down: Intervals, claimed: Intervals, claims: Sequence[Claim], counted: Intervals
) -> Iterator[Dispute]:
    for span in _outages(down, claims, counted):
        ours, theirs = clip(down, span), clip(claimed, span)
        if not (ours or theirs):
            continue
        yield Dispute(
            begin=min(ours[:1] + theirs[:1])[0],
            end=max(end for _, end in (*ours, *theirs)),
            measured_us=total(ours),
            claimed_us=total(theirs),
            disputed_us=total(subtract(ours, theirs)) + total(subtract(theirs, ours)),
            claims=tuple(each for each in claims if each.begin < span[1] and each.end > span[0]),
        )


def _outages(down: Intervals, claims: Sequence[Claim], counted: Intervals) -> Intervals:
    """Measured and claimed outages, joined where they meet; a night that does not count parts no outage."""
    hull = ((down[0][0], down[-1][1]),) if down else ()
    claimed = norm((each.begin, each.end) for each in claims)
    return union(down, subtract(hull, counted), claimed)
