"""Announced windows as labels of results: probing goes on inside them, and whoever reads a result must see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from catalogue.agreements import Agreement
from catalogue.intervals import Span
from slamon.sla.exclusions import Announcement
from slamon.views.answers import WindowLabel
from slamon.views.objectives import Judged, of_agreement
from slamon.views.promised import Promises

__all__ = ["WindowLabel", "windows_of"]

Status = Literal["announced", "granted", "refused"]


def windows_of(held: Promises, service: str | None, span: Span) -> tuple[WindowLabel, ...]:
    """The windows of a service that were announced, and not withdrawn, for any instant of a span (µs)."""
    if service is None:
        return ()
    begin, end = span
    return tuple(
        _label(held, each)
        for each in _announced(held, service)
        if each.begin < end and begin < each.end
    )


def _announced(held: Promises, service: str) -> Iterator[Announcement]:
    for each in held.announced:
        if not each.withdrawn and each.concerns(service) and _promises(held, each, service):
            yield each


def _promises(held: Promises, announced: Announcement, service: str) -> bool:
    """Whether the agreement of an announcement is about a service, or needs it for another."""
    return any(
        service == each.terms.service or service in each.terms.members.values()
        if isinstance(each, Judged)
        else service == each.objective.service
        for each in of_agreement(held, announced.agreement)
    )


def _label(held: Promises, announced: Announcement) -> WindowLabel:
    terms = held.get(Agreement, announced.agreement)
    clauses = {each.id: each.kind for each in terms.exclusions} if terms else {}
    status: Status = announced.ruling or "announced"
    return WindowLabel(
        agreement=announced.agreement,
        exclusion=announced.id,
        kind=clauses.get(announced.clause),
        status=status,
        position=announced.positions[0],
    )
