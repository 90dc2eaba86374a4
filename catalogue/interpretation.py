"""What the documents say that the program keeps, but does not act upon yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from catalogue.agreements import Agreement
from catalogue.document import Document
from catalogue.services import Service


def not_yet_interpreted(record: Document) -> tuple[str, ...]:
    """List the fields of a record without effect yet, by path, each with what is still missing."""
    kinds = (each for each in type(record).__mro__ if each in _FINDERS)
    find = next((_FINDERS[each] for each in kinds), None)
    return tuple(find(record)) if find else ()


def _agreement(agreement: Agreement) -> Iterator[str]:
    if agreement.dispute:
        yield "dispute: kept, a breach cannot yet be contested"


def _service(service: Service) -> Iterator[str]:
    for baseline in service.baselines:
        if baseline.indicator != "availability":
            yield f"baselines.{baseline.id} ({baseline.indicator}): kept, not yet measured"


_FINDERS: dict[type[Document], Callable[[Any], Iterator[str]]] = {
    Agreement: _agreement,
    Service: _service,
}
