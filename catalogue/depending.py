"""Which services a service cannot be given without, and what is wrong with what documents say of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalogue.problems import Problem, problem_at
from catalogue.records import Catalogue
from catalogue.services import Service


def faults_of_depending(catalogue: Catalogue) -> Iterator[Problem]:
    """Find every dependency that stands twice, and every one that leads back to where it began."""
    services = {service.id: service for _, service in catalogue.of(Service)}
    for record, service in catalogue.of(Service):
        for index, name in enumerate(service.depends_on):
            place = record.at(("depends_on", index))
            if name in service.depends_on[:index]:
                yield problem_at(place, f'"{name}" stands twice among what {service.id} depends on')
            elif way := _way(services, name, service.id):
                said = " depends on ".join((service.id, *way))
                yield problem_at(place, f"no service can need itself: {said}")


def _way(services: Mapping[str, Service], begin: str, end: str) -> tuple[str, ...]:
    """The services over which one leads to another, both included; nothing where none does."""
    waiting: list[tuple[str, ...]] = [(begin,)]
    seen = {begin}
    while waiting:
        way = waiting.pop(0)
        if way[-1] == end:
            return way
        known = services.get(way[-1])
        further = [each for each in (known.depends_on if known else ()) if each not in seen]
        seen.update(further)
        waiting += [(*way, each) for each in further]
    return ()


def bought(services: Mapping[str, Service], service: str, provider: str) -> tuple[str, ...]:
    """The services that a provider must get from others to give one; that one itself where it is theirs.

    What comes from its own house is looked through: nobody agrees with themselves, and what that depends on counts.
    """
    found: list[str] = []
    waiting, seen = [service], {service}
    while waiting:
        known = services.get(waiting.pop(0))
        if known is None:
            continue
        if known.provider != provider:
            found.append(known.id)
            continue
        further = [each for each in known.depends_on if each not in seen]
        seen.update(further)
        waiting += further
    return tuple(found)
