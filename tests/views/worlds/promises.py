"""What is promised in the small world: three services, of which one is known from a file only, and three agreements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

PROBES = ("prb-control", "prb-mail", "prb-web")
AGENTS = {"agent-bonn": "loc-bonn", "agent-outside": "loc-outside"}
HEARTBEAT = "hb-report"
SERVICES = {"svc-mail": ("prb-mail",), "svc-web": ("prb-web", "prb-mail"), "svc-paper": ()}
PROV = {"_": "I"}

Json = dict[str, Any]

IN_FORCE: Json = {
    "state": "in_force",
    "signed_on": {"value": "2026-02-01", "precision": "day"},
}
CLAUSES: list[Json] = [
    {
        "id": "x1",
        "kind": "planned_maintenance",
        "effect": "remove_window",
        "notice": "P1D",
        "notice_hours": "hours-office",
        "max_per_month": "PT6H",
    },
    {"id": "x2", "kind": "customer_cause", "effect": "count_as_available"},
]


def _text(word: str) -> Json:
    return {"en": word, "fr": word, "es": word}


def _objective(name: str, service: str, data: list[str], **more: Any) -> Json:
    terms = {
        "id": name,
        "service": service,
        "indicator": "availability",
        "target": "97.00",
        "period": "calendar_month",
        "service_hours": "hours-office",
        "data": data,
        "min_coverage": "50.00",
        "remedy": {"kind": "review_item", "after_periods": 1},
    }
    return terms | more


def _agreement(name: str, zone: str, objectives: list[Json], **more: Any) -> Json:
    terms = {
        "id": name,
        "kind": "sla",
        "name": _text(name),
        "customer": "party-us",
        "provider": "party-them",
        "tz": zone,
        "in_force": {"from": "2026-03-01", "to": None},
        "recommendations": [],
        "objectives": objectives,
        "prov": PROV,
    }
    return terms | more


def _service(name: str, probes: tuple[str, ...]) -> Json:
    baseline = {
        "id": "availability",
        "indicator": "availability",
        "data": list(probes[:1]),
        "period": "calendar_month",
        "tz": "UTC",
        "service_hours": "hours-always",
        "prov": PROV,
    }
    return {
        "id": name,
        "name": _text(name),
        "provider": "party-them",
        "criticality": "low",
        "measured_by": ["probe"] if probes else ["import"],
        "funding_source": "none",
        "recommendations": [],
        "offerings": [],
        "baselines": [baseline] if name == "svc-mail" else [],
        "prov": PROV,
    }


def _hours(name: str, days: list[str], begin: str, end: str) -> Json:
    return {
        "id": name,
        "tz": "Europe/Berlin",
        "weekdays": days,
        "from": begin,
        "to": end,
        "holidays": None,
        "prov": PROV,
    }


def _probe(name: str) -> Json:
    service = next((s for s, own in SERVICES.items() if own[:1] == (name,)), None)
    return {
        "id": name,
        "kind": "tcp",
        "service": service,
        "control": service is None,
        "target": "target.example:25",
        "demo_target": "127.0.0.1:25",
        "prov": PROV,
    }


def _heartbeat() -> Json:
    return {
        "id": HEARTBEAT,
        "kind": "heartbeat",
        "service": "svc-paper",
        "interval": "PT20H",
        "grace": "PT1H",
        "location": "loc-bonn",
        "prov": PROV,
    }


def reports() -> Iterator[tuple[str, str, Json, Json | None]]:
    """Records of a report that tells how it went by itself, and of what is promised of it."""
    yield "probe", HEARTBEAT, _heartbeat(), None
    quick = {"share": "95.00", "within": "PT0.1S"}
    promised = [
        _objective("o1", "svc-paper", [HEARTBEAT]),
        _objective("o2", "svc-paper", [HEARTBEAT], indicator="latency", target=quick),
    ]
    agreement = _agreement("sla-reports", "Europe/Berlin", promised)
    yield "agreement", "sla-reports", agreement, IN_FORCE


def records() -> Iterator[tuple[str, str, Json, Json | None]]:
    """All records: kind, id, terms, lifecycle."""
    for party in ("party-us", "party-them"):
        yield (
            "party",
            party,
            {"id": party, "role": "provider", "name": _text(party), "prov": PROV},
            None,
        )
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    for hours in (
        _hours("hours-always", week, "00:00", "24:00"),
        _hours("hours-office", week[:5], "07:00", "19:00"),
    ):
        yield "service_hours", hours["id"], hours, None
    for place in AGENTS.values():
        yield "location", place, {"id": place, "name": _text(place), "prov": PROV}, None
    defaults = {"interval": "PT4H", "timeout": "PT1M", "prov": PROV}
    yield "probe_defaults", "small", defaults, None
    for service, probes in SERVICES.items():
        yield "service", service, _service(service, probes), {"lifecycle": "live"}
    for probe in PROBES:
        yield "probe", probe, _probe(probe), None
    yield "import", "imp-paper", _import(), None
    for agreement in _agreements():
        yield "agreement", agreement["id"], agreement, IN_FORCE


def _import() -> Json:
    return {
        "id": "imp-paper",
        "service": "svc-paper",
        "kind": "csv",
        "use": "observations",
        "columns": {"observed_at": "at", "outcome": "state", "latency_ms": "ms"},
        "values": {"up": "good", "slow": "degraded", "down": "bad"},
        "validity": "PT26H",
        "tz": "UTC",
        "location": "loc-bonn",
        "prov": PROV,
    }


def _agreements() -> Iterator[Json]:
    rules = {
        "down_after": 3,
        "failing": "consecutive",
        "outage_starts": "first_failure",
        "up_after": 2,
        "locations": ["loc-bonn"],
        "quorum": 1,
        "rounding": "truncate_2",
        "control_probe": "prb-control",
    }
    strict = [
        _objective("o1", "svc-web", ["prb-web", "prb-mail"], combine="any_down"),
        _objective("o2", "svc-mail", ["prb-mail"], service_hours="hours-always"),
    ]
    yield _agreement(
        "sla-strict", "Europe/Berlin", strict, measurement_rules=rules, exclusions=CLAUSES
    )
    both = rules | {"locations": list(AGENTS.values()), "quorum": 2, "down_after": 2}
    both.pop("control_probe")
    wide = [_objective("o1", "svc-mail", ["prb-mail"], mode="shadow")]
    yield _agreement("sla-two-places", "America/New_York", wide, measurement_rules=both)
    paper = [_objective("o1", "svc-paper", ["imp-paper"], service_hours="hours-always")]
    yield _agreement("sla-paper", "Europe/Berlin", paper, exclusions=CLAUSES)
