"""Conditions of probes that nothing can ever fulfil: of what never is, or against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from catalogue.contradictions import exclusive, leaves_none
from catalogue.databases import MysqlProbe, PostgresqlProbe
from catalogue.expectations import http_placed, placed
from catalogue.interviews import OaiProbe, WfsProbe, WmsProbe
from catalogue.probing import Probe
from catalogue.problems import closest
from catalogue.references import Path
from catalogue.web import HttpProbe, StepsProbe, Web
from probes.conditions.databases import LagAtMost, ReadOnlyIs, ReplicationRuns, RoleIs
from probes.conditions.durations import duration_said
from probes.conditions.echoes import RoundTripAtMost
from probes.conditions.harvest import RecordsFresh
from probes.conditions.requirement import Requirement
from probes.conditions.text import said
from probes.conditions.timing import LatencyAtMost
from probes.conditions.web import SizeBetween, StatusIn
from probes.specs import harvest, maps
from probes.specs.wire import MIB

Placed = tuple[Path, Requirement]

_OF_A_CONNECTION = ("dns", "connect")
_OF_A_PAGE = ("first_byte", "body", "total")
_OF_A_LOGIN = ("first_byte", "login", "query", "total")
_WMS_STEPS = (maps.CAPABILITIES, maps.MAP)
_WFS_STEPS = (maps.CAPABILITIES, maps.FEATURES)


class Said(NamedTuple):
    """What is wrong at a path of a probe, and what was probably meant."""

    path: Path
    message: str
    proposal: str | None = None


def unfulfillable(probe: Probe, *, plain: bool, recorded: bool = False) -> Iterator[Said]:
    """Find the conditions that can never hold, or not together with one that stands before them.

    `plain` says that its pages come without TLS. Of a `recorded` probe, what is said of latency in a step was always
    taken for the whole step.
    """
    for group in expected(probe):
        yield from _against_each_other(probe, group)
        if not (recorded and isinstance(probe, StepsProbe)):
            yield from _of_no_phase(probe, group, plain=plain)
        yield from _beyond_the_limit(probe, group)


def always_fulfilled(probe: Probe, timeout: int) -> Iterator[Said]:
    """Find the lengths of time that no attempt can exceed: at the timeout (µs) it has ended."""
    for path, condition in (each for group in expected(probe) for each in group):
        match condition:
            case LatencyAtMost(most=most) | RoundTripAtMost(us=most) if most >= timeout:
                message = (
                    f'"{said(condition)}" always holds: '
                    f"the timeout {duration_said(timeout)} ends each attempt before"
                )
                yield Said(path, message)


def expected(probe: Probe) -> Iterator[Sequence[Placed]]:
    """List what a probe expects, answer by answer; each condition with its place in the probe."""
    if isinstance(probe, StepsProbe):
        for index, step in enumerate(probe.steps):
            yield _within(("steps", index, "expect"), http_placed(step.expect))
    elif isinstance(probe, HttpProbe):
        yield _within(("expect",), http_placed(probe.expect))
    else:
        yield _within(("expect",), placed(getattr(probe, "expect", None)))


def _within(base: Path, conditions: Iterable[Placed]) -> Sequence[Placed]:
    return [((*base, *path), condition) for path, condition in conditions]


def _against_each_other(probe: Probe, group: Sequence[Placed]) -> Iterator[Said]:
    sound: list[Requirement] = []  # what is said to be wrong once is not held against the rest
    for index, (path, condition) in enumerate(group):
        clash = _clash(probe, [each for _, each in group[:index]], condition)
        if clash is not None:
            message = f'"{said(condition)}" and "{said(clash)}" never hold together'
            yield Said(path, message, _joined(clash, condition))
        elif leaves_none(sound, condition):
            message = f'"{said(condition)}" and the conditions before it never hold together'
            yield Said(path, message)
        else:
            sound.append(condition)


def _clash(
    probe: Probe, before: Iterable[Requirement], condition: Requirement
) -> Requirement | None:
    both = (
        each for each in before if exclusive(each, condition) or _of_a_copy(probe, each, condition)
    )
    return next(both, None)


def _joined(one: Requirement, other: Requirement) -> str | None:
    if isinstance(one, StatusIn) and isinstance(other, StatusIn):
        return f'"{said(StatusIn(values=(*one.values, *other.values)))}"'
    return None


def _of_a_copy(probe: Probe, one: Requirement, other: Requirement) -> bool:
    """Tell whether a PostgreSQL that follows another is expected to take writes, which it never does."""
    if not isinstance(probe, PostgresqlProbe):
        return False
    pair = (one, other)
    writes = any(isinstance(each, ReadOnlyIs) and not each.value for each in pair)
    return writes and any(
        isinstance(each, ReplicationRuns | LagAtMost)
        or (isinstance(each, RoleIs) and each.role == "replica")
        for each in pair
    )


def _of_no_phase(probe: Probe, group: Sequence[Placed], *, plain: bool) -> Iterator[Said]:
    for path, condition in group:
        known = _phases(probe, path, plain=plain)
        if isinstance(condition, LatencyAtMost) and condition.phase not in known:
            whose = "this step" if isinstance(probe, StepsProbe) else f"this {probe.kind} probe"
            whose += " by plain http" if plain and condition.phase == "tls" else ""
            message = f'"{condition.phase}" is no phase of {whose}, which has {", ".join(known)}'
            yield Said(path, message, closest(condition.phase, known))


def _phases(probe: Probe, path: Path, *, plain: bool) -> tuple[str, ...]:
    """List the phases that an attempt goes through; those of a step are told of it as a whole."""
    if isinstance(probe, StepsProbe) and isinstance(path[1], int):
        return ("total", f"step.{probe.steps[path[1]].name}")
    if isinstance(probe, Web):
        begun = _OF_A_CONNECTION if plain else (*_OF_A_CONNECTION, "tls")
        return (*begun, *_OF_A_PAGE, *(f"step.{name}" for name in _steps(probe)))
    if isinstance(probe, PostgresqlProbe | MysqlProbe):
        begun = _OF_A_CONNECTION if probe.tls == "off" else (*_OF_A_CONNECTION, "tls")
        return (*begun, *_OF_A_LOGIN)
    return ()


def _steps(probe: Web) -> tuple[str, ...]:
    match probe:
        case OaiProbe():
            fresh = any(isinstance(each, RecordsFresh) for each in probe.expect)
            return (harvest.IDENTIFY, harvest.RECORDS) if fresh else (harvest.IDENTIFY,)
        case WmsProbe():
            return _WMS_STEPS
        case WfsProbe():
            return _WFS_STEPS
        case _:
            return ()


def _beyond_the_limit(probe: Probe, group: Sequence[Placed]) -> Iterator[Said]:
    """Find sizes of which nobody hears, as no more than `max_body` is read."""
    limit = (probe.max_body or MIB) if isinstance(probe, Web) else MIB
    for path, condition in group:
        if isinstance(condition, SizeBetween) and (condition.minimum or 0) > limit:
            message = f"no more than {limit} bytes of a body are read, and {condition.minimum} are expected"
            yield Said(path, message, f'"max_body: {condition.minimum}"')
