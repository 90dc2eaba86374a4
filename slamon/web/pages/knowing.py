"""What a page must say beside its figures: whose data they are, since when none come, which zone counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from slamon.sla.judgement import Basis
from slamon.views.answers import AgreementSummary, ImportLine, Silence
from slamon.web.ports import Reading

IMPORTED = frozenset({"imported", "mixed"})

Silent = dict[str, dict[str, Silence]]
"""Silences by agreement and objective."""


def silent(reading: Reading, now: int) -> Silent:
    """The objectives about which nothing speaks now."""
    found: Silent = {}
    for line in reading.silences(now):
        found.setdefault(line.agreement, {})[line.objective] = line
    return found


def sources(reading: Reading, shown: Iterable[tuple[str, Basis]]) -> list[ImportLine]:
    """The imports to be named beside figures, given as (service, basis)."""
    services = {service for service, basis in shown if basis in IMPORTED}
    return [line for line in reading.imports() if services & set(line.services)]


def zones_of_services(agreements: Iterable[AgreementSummary]) -> dict[str, str]:
    """The zone in which the first agreement about each service counts its periods."""
    found: dict[str, str] = {}
    for line in agreements:
        for status in line.objectives:
            if line.period:
                found.setdefault(status.judgement.service, line.period.tz)
    return found


def one_zone(zones: Mapping[str, str]) -> str:
    """The zone of a page that tells of many agreements: that of most of them, UTC where there is none."""
    return next((zone for zone, _ in Counter(zones.values()).most_common(1)), "UTC")
