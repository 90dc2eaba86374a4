"""In which zone an instant is told, so that one thing is told in one zone on every page.

What a promise is about is told in the zone in which its agreement counts; a service in that of the first agreement
about it, else in that of most agreements, and so is a page that tells of many. The ledger, its facts and the agents
are told in UTC, as they belong to no agreement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from slamon.views.answers import AgreementSummary
from slamon.web import ranking
from slamon.web.texts import DEFAULT, language

OF_THE_LEDGER: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones in which agreements and services are told; `most` is that of most agreements, UTC without any."""

    agreements: Mapping[str, str]
    services: Mapping[str, str]
    most: str

    @classmethod
    def of(cls, agreements: Iterable[AgreementSummary]) -> Self:
        """Find them in how all agreements stand."""
        told: dict[str, str] = {}
        services: dict[str, str] = {}
        for line in ranking.agreements(language(DEFAULT), agreements):
            if line.period:
                told[line.agreement] = line.period.tz
                for status in line.objectives:
                    services.setdefault(status.judgement.service, line.period.tz)
        most = next((zone for zone, _ in Counter(told.values()).most_common(1)), "UTC")
        return cls(told, services, most)

    def service(self, service: str | None) -> str:
        """The zone in which a service, its probes and its results are told."""
        return self.services.get(service or "", self.most)

    def promise(self, agreement: str, service: str) -> str:
        """The zone in which what follows from a promise is told, or from a baseline that no agreement promises."""
        return self.agreements.get(agreement) or self.service(service)
