"""What is asked where a probe is asked by hand: by the assignment of this machine's agent, or by the catalogue."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from ipaddress import ip_address

from catalogue.compile import NotYet, Use, spec_of
from catalogue.probing import Probe, ProbeDefaults
from probes.equipment import Equipment
from probes.guard import Network, networks
from probes.prober import probe_once
from probes.spec import ProbeSpec
from slamon.app import agents
from slamon.app.refused import Refused, Unknown
from slamon.cli.assigning import AGENT
from slamon.cli.house import House
from slamon.views.promised import promises
from slamon.web.asking import AskedNow

AUDIT = logging.getLogger("slamon.audit")
AUDIT.setLevel(logging.INFO)  # who asked whom stands in the log, whatever else is left out of it

LOOPBACK = "127.0.0.0/8, ::1/128"  # where demo targets are, by definition


@dataclass(frozen=True)
class Asked:
    """What is asked, and who says so."""

    spec: ProbeSpec
    source: str
    may_be_demo: bool

    def own_loopback(self) -> tuple[Network, ...]:
        """The loopback network that a target of a demonstration stands on; none for others."""
        found = (each for each in networks(LOOPBACK) if _stands_on(self.spec.host, each))
        return tuple(found) if self.may_be_demo else ()


def _stands_on(host: str, network: Network) -> bool:
    try:
        return ip_address(host) in network
    except ValueError:
        return False  # a name: what it resolves to is not ours to allow


def asked_of(house: House, name: str, *, demo: bool = False) -> Asked:
    """What to ask of a probe.

    Raises:
        Unknown: the catalogue has no such probe.
        Refused: it cannot be asked.

    """
    assignment = None if demo else agents.assignment(house.ledger, AGENT)
    for each in assignment.probes if assignment else ():
        if each.probe == name and assignment:
            source = f"as {AGENT} is assigned, version {assignment.version}"
            return Asked(each.spec, source, may_be_demo=True)
    use: Use = "demo_target" if demo else "target"
    source = "as the catalogue says" + (", its demo_target" if demo else "")
    return Asked(_compiled(house, name, use), source, demo)


def _compiled(house: House, name: str, use: Use) -> ProbeSpec:
    with house.store.reading() as connection:
        held = promises(connection)
        probe = held.get(Probe, name)
        if probe is None:
            known = ", ".join(each.id for each in held.of(Probe))
            message = f"there is no probe {name!r}; known are {known or 'none'}"
            raise Unknown(message)
        defaults = held.get(ProbeDefaults, held.catalogue_of("probe", name))
        spec = spec_of(probe, defaults, use)
    if isinstance(spec, NotYet):
        message = f"{name} cannot be asked: {spec.why}"
        raise Refused(message)
    return spec


@dataclass(frozen=True)
class Asker:
    """Asks probes for people who press a button: only what is catalogued, only where this machine may look."""

    house: House
    equipment: Equipment

    def __call__(self, probe: str, actor: str) -> AskedNow:
        """Ask once; nothing is recorded but a line of the log.

        Raises:
            Unknown: the catalogue has no such probe.
            Refused: it cannot be asked.

        """
        asked = asked_of(self.house, probe)
        AUDIT.info("%s asks probe %s at %s", actor, probe, asked.spec.target)
        seen = probe_once(asked.spec, self.equipment.surroundings())
        return AskedNow.of(probe, asked.spec.target, asked.source, seen)
