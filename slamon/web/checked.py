"""Findings of the checks in words, for pages and commands."""

from __future__ import annotations

from slamon.views.finding import Finding
from slamon.web import figures
from slamon.web.texts import Language

PAGES = {"agreement": "/agreements/{}", "service": "/services/{}", "breach": "/breaches/{}"}


def found(t: Language, finding: Finding) -> str:
    """Say what was found in a sentence, in the language of the page and on the clock of what it is about."""
    values = {
        name: _written(t, name, str(t.words(value)), finding.tz)
        for name, value in finding.values.items()
    }
    return t(f"check.{finding.kind}.{finding.why}", **values)


def _written(t: Language, name: str, value: str, zone: str) -> str:
    match name.rpartition("_")[2]:
        case "us":
            return figures.duration(t, int(value))
        case "at":
            return figures.instant(t, value, zone).striptags()
        case "target":
            return figures.target(t, value)
        case "percent":
            return figures.percent(t, value)
        case "month" | "period":
            return figures.period(t, value)
        case _:
            return value


def place(finding: Finding) -> str:
    """The page that shows what a finding is about."""
    kind, _, name = finding.record.partition(":")
    return PAGES.get(kind, f"/catalogue/{kind}/{{}}").format(name)
