"""Compile the catalogue into what an agent is told to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from catalogue.agreements import Agreement
from catalogue.calendars import Window
from catalogue.compile import NotYet, Use, assigned
from catalogue.intervals import Span
from catalogue.probing import Probe, ProbeDefaults
from catalogue.services import Service
from probes.spec import AgentAssigned, AssignedProbe
from slamon.app import agents
from slamon.app.wires import NEWEST, readable
from slamon.cli.house import House, now
from slamon.views.promised import Promises, promises

AGENT = "agent-local"

WEEK = 604_800_000_000  # µs; a list that names spans of hours is made anew each week
TOLD_AHEAD = (
    6  # weeks with the one that runs: an agent that is cut off longer keeps the usual interval
)


@dataclass(frozen=True)
class Targets:
    """Which target of a probe is asked, and where it is if it was moved (`host:port` to `host:port`)."""

    use: Use = "target"
    addresses: Mapping[str, str] = field(default_factory=dict)


def compile_probes(
    held: Promises,
    targets: Targets,
    only: Sequence[str] | None = None,
    location: str | None = None,
) -> list[AssignedProbe]:
    """All probes that can be asked now (or those named), of a location if one is given, in the order of their ids."""
    compiled = compiler(held, targets)
    wanted = (
        compiled(probe)
        for probe in held.of(Probe)
        if (only is None or probe.id in only) and (location is None or probe.asked_at(location))
    )
    return [each for each in wanted if not isinstance(each, NotYet)]


def compiler(held: Promises, targets: Targets) -> Callable[[Probe], AssignedProbe | NotYet]:
    """What compiles single probes of the catalogue, or says why one is not asked."""
    windows = {window.id: window for window in held.of(Window)}
    agreements = {agreement.id: agreement for agreement in held.of(Agreement)}
    told = told_ahead(now())

    def compiled(probe: Probe) -> AssignedProbe | NotYet:
        service = held.get(Service, probe.service) if probe.service else None
        return assigned(
            probe,
            held.get(ProbeDefaults, held.catalogue_of("probe", probe.id)),
            windows,
            agreements,
            critical=service.critical_windows if service else (),
            recurring=lambda hours: held.hours(hours).intervals(*told),
            use=targets.use,
            addresses=targets.addresses,
        )

    return compiled


def told_ahead(instant: int) -> Span:
    """The span (µs) of which agents are told at an instant when hours are: whole weeks, the same all week long."""
    begin = instant // WEEK * WEEK
    return begin, begin + TOLD_AHEAD * WEEK


def assign(
    house: House, agent: str, location: str, targets: Targets, wire: int = NEWEST
) -> AgentAssigned:
    """Tell an agent what to ask, as far as its wire can express it; the same list again changes nothing."""
    with house.store.reading() as connection:
        compiled = compile_probes(promises(connection), targets, location=location)
    probes = [each for each in compiled if readable(each, wire)]
    return agents.assign(house.ledger, agent, probes, location=location, actor="slamon")
