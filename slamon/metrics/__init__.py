"""How things stand now, as Prometheus reads it: figures already computed by the judge, not to be recomputed there.

Ratios are 0 to 1, times are seconds, instants are Unix timestamps. A series whose value is not known is absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slamon.metrics import families
from slamon.metrics.intake import Intake, Slots
from slamon.metrics.observers import Observers
from slamon.metrics.process import process
from slamon.metrics.text import CONTENT_TYPE, Family, written
from slamon.views.answers import BreachLine, LedgerStatus, Overview, ProbeLine
from slamon.views.following import Pulse
from slamon.views.lag import Behind

__all__ = [
    "CONTENT_TYPE",
    "Away",
    "Engine",
    "Intake",
    "Observers",
    "Slots",
    "Standing",
    "process",
    "render",
]


@dataclass(frozen=True)
class Standing:
    """What the read side answers about now; `breaches` are those of every review status."""

    version: str
    overview: Overview
    probes: tuple[ProbeLine, ...]
    breaches: tuple[BreachLine, ...]

    def collect(self) -> Iterator[Family]:
        """The families of one scrape."""
        yield families.build(self.version)
        yield from families.services(self.overview.services)
        yield from families.agreements(self.overview.agreements)
        yield from families.objectives(self.overview.agreements)
        yield from families.burns(self.overview.burns)
        yield from families.probes(self.probes)
        yield from families.breaches(self.overview.agreements, self.breaches)


@dataclass(frozen=True)
class Engine:
    """How the ledger is folded at this moment, which is told anew at every scrape.

    `views` are those that follow the ledger, by name; `overview` is what the standing was made from.
    """

    ledger: LedgerStatus
    views: Mapping[str, Behind]
    overview: Overview
    pulse: Pulse

    def collect(self) -> Iterator[Family]:
        """The families of one scrape."""
        yield families.views_up(answering=True)
        yield from families.ledger(self.ledger, self.views)
        yield from families.folding(self.pulse)
        yield from families.overview(self.overview)


@dataclass(frozen=True)
class Away:
    """What can be told while ledger or views do not answer."""

    pulse: Pulse

    def collect(self) -> Iterator[Family]:
        """The families of one scrape."""
        yield families.views_up(answering=False)
        yield from families.folding(self.pulse)


def render(*parts: Standing | Engine | Away | Intake | Slots | Observers) -> bytes:
    """The text to serve as `CONTENT_TYPE`."""
    return b"".join(written(part.collect()) for part in parts)
