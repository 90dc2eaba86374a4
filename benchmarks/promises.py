"""Promises of a generated fleet: services of one provider, a probe each, agreements of a few objectives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from catalogue.terms import LifecycleAsserted, TermsStated
from slamon.ledger.codec import Fact
from slamon.ledger.store import Write

ZONE = "Europe/Berlin"
PER_AGREEMENT = 10
LOCATION = "bonn"
OFFICE = "office"
ALWAYS = "always"
HOURS = {
    OFFICE: (["mon", "tue", "wed", "thu", "fri"], "08:00", "18:00"),
    ALWAYS: (["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "00:00", "24:00"),
}
PROV = {"_": "I"}

Json = dict[str, Any]


def promises(services: int, hours: Sequence[str] = (OFFICE,)) -> Iterator[Write]:
    """State everything that is promised of a fleet; its services take the service hours in turn."""
    for party in ("us", "them"):
        yield _stated(
            "party", {"id": party, "role": "provider", "name": _text(party), "prov": PROV}
        )
    yield _stated("location", {"id": LOCATION, "name": _text("bonn"), "prov": PROV})
    for name in dict.fromkeys(hours):
        yield _stated("service_hours", _hours(name))
    live = LifecycleAsserted(values={"lifecycle": "live"})
    for number in range(services):
        yield _stated("service", _service(number), live)
        yield _stated("probe", _probe(number))
    signed = {"state": "in_force", "signed_on": {"value": "2016-01-01", "precision": "day"}}
    for number in range(-(-services // PER_AGREEMENT)):
        terms = _terms(number, services, hours)
        yield _stated("agreement", terms, LifecycleAsserted(values=signed))


def agreement_id(number: int) -> str:
    """The id of the n-th agreement."""
    return f"sla-{number:03}"


def probe_id(number: int) -> str:
    """The id of the probe of the n-th service."""
    return f"prb-{number:04}"


def service_id(number: int) -> str:
    """The id of the n-th service."""
    return f"svc-{number:04}"


def _stated(kind: str, terms: Json, *more: Fact) -> Write:
    facts: list[Fact] = [TermsStated(catalogue="fleet", terms=terms), *more]
    return Write(f"{kind}:{terms['id']}", facts, 0)


def _text(word: str) -> Json:
    return {"en": word, "fr": word, "es": word}


def _hours(name: str) -> Json:
    weekdays, begin, end = HOURS[name]
    return {
        "id": name,
        "tz": ZONE,
        "weekdays": weekdays,
        "from": begin,
        "to": end,
        "holidays": None,
        "prov": PROV,
    }


def _service(number: int) -> Json:
    return {
        "id": service_id(number),
        "name": _text(f"service {number}"),
        "provider": "them",
        "criticality": "low",
        "measured_by": ["probe"],
        "funding_source": "none",
        "recommendations": [],
        "offerings": [],
        "baselines": [],
        "prov": PROV,
    }


def _probe(number: int) -> Json:
    return {
        "id": probe_id(number),
        "service": service_id(number),
        "kind": "tcp",
        "target": f"s{number}.example:25",
        "demo_target": "127.0.0.1:25",
        "interval": "PT1M",
        "timeout": "PT10S",
        "prov": PROV,
    }


def _terms(number: int, services: int, hours: Sequence[str]) -> Json:
    first = number * PER_AGREEMENT
    own = range(first, min(first + PER_AGREEMENT, services))
    return {
        "id": agreement_id(number),
        "kind": "sla",
        "name": _text(agreement_id(number)),
        "customer": "us",
        "provider": "them",
        "tz": ZONE,
        "in_force": {"from": "2016-01-01", "to": None},
        "recommendations": [],
        "objectives": [
            _objective(service, service - first, hours[service % len(hours)]) for service in own
        ],
        "measurement_rules": {
            "down_after": 2,
            "failing": "consecutive",
            "outage_starts": "first_failure",
            "up_after": 2,
            "locations": [LOCATION],
            "quorum": 1,
            "rounding": "truncate_2",
        },
        "prov": PROV,
    }


def _objective(service: int, number: int, hours: str) -> Json:
    return {
        "id": f"o{number}",
        "service": service_id(service),
        "indicator": "availability",
        "target": "99.50",
        "period": "calendar_month",
        "service_hours": hours,
        "data": [probe_id(service)],
        "remedy": {"kind": "review_item", "after_periods": 1},
    }
