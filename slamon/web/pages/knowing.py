"""What a page must say beside its figures: whose data they are, since when none come."""

from __future__ import annotations

from collections.abc import Iterable

from slamon.sla.judgement import Basis
from slamon.views.answers import ImportLine
from slamon.views.silence import Silence
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
