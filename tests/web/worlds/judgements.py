"""What came of objectives: met, missed, not measured."""

from __future__ import annotations

from slamon.sla.judgement import (
    Coverage,
    ErrorBudget,
    Measured,
    ObjectiveJudgement,
    Outage,
    Share,
    Unconfirmed,
)
from tests.web.worlds.times import HOUR, MINUTE

BREACH = "sla-unv-2026.o1.2026-09"


def said(objective: str, service: str, state: str, **changed: object) -> ObjectiveJudgement:
    """A judgement of one objective; `changed` replaces fields."""
    bad = {"breached": 150, "at_risk": 78, "on_track": 6, "met": 6}.get(state, 0) * MINUTE
    total = 200 * HOUR
    measured = Measured(
        good=total - bad,
        total=total,
        ratio=f"{(total - bad) // MINUTE}/{total // MINUTE}",
        percent={"breached": "98.7500", "at_risk": "99.3500"}.get(state, "99.9500"),
    )
    fields: dict[str, object] = {
        "objective": objective,
        "service": service,
        "indicator": "availability",
        "target": "99.00",
        "mode": "enforced",
        "state": state,
        "provisional": True,
        "basis": "measured",
        "partial": False,
        "measured": measured,
        "coverage": Coverage(
            known_us=total,
            agreed_us=total + HOUR,
            ratio="200/201",
            percent="99.5024",
            minimum="95.00",
            sufficient=True,
        ),
        "tally": {
            "up_us": total - bad,
            "down_us": bad,
            "unknown_us": HOUR,
            "outside_us": 519 * HOUR,
        },
        "outages": (),
        "breached_at": None,
        "error_budget": ErrorBudget(
            allowed_us=str(120 * MINUTE),
            spent_us=bad,
            left_us=str(120 * MINUTE - bad),
            consumed=f"{bad}/{120 * MINUTE}",
        ),
        "remedy": None,
    }
    return ObjectiveJudgement.model_validate(fields | changed)


def unmeasured(objective: str, service: str, **changed: object) -> ObjectiveJudgement:
    """A judgement where nothing was measured."""
    nothing = Coverage(
        known_us=0, agreed_us=0, ratio=None, percent=None, minimum=None, sufficient=False
    )
    empty: dict[str, object] = {
        "measured": None,
        "error_budget": None,
        "basis": "none",
        "coverage": nothing,
    }
    return said(objective, service, "not_measured", **(empty | changed))


BREACHED = said(
    "o1",
    "svc-mail",
    "breached",
    provisional=False,
    basis="simulated",
    breached_at="2026-09-17T12:30:00Z",
    outages=(
        Outage.model_validate(
            {
                "from": "2026-09-08T07:05:00Z",
                "to": "2026-09-08T08:05:00Z",
                "counted_us": HOUR,
                "locations": ("loc-bonn", "loc-outside"),
                "evidence": (
                    "prb-unv-mail at loc-bonn: 60 bad results, 2026-09-08T07:05:05Z to 2026-09-08T08:04:05Z",
                ),
                "uncertainty_us": MINUTE,
            }
        ),
        Outage.model_validate(
            {
                "from": "2026-09-17T11:30:00Z",
                "to": "2026-09-17T13:00:00Z",
                "counted_us": 90 * MINUTE,
                "locations": ("loc-bonn",),
                "evidence": (
                    "prb-unv-mail at loc-bonn: 90 bad results, 2026-09-17T11:30:05Z to 2026-09-17T12:59:05Z",
                ),
                "uncertainty_us": MINUTE,
            }
        ),
    ),
    unconfirmed=(
        Unconfirmed.model_validate(
            {
                "check": "prb-unv-mail",
                "location": "loc-bonn",
                "from": "2026-09-21T06:14:00Z",
                "count": 2,
            }
        ),
    ),
    remedy={
        "kind": "credit",
        "tiers": [{"below": "99.00", "percent": "5.00"}, {"below": "98.00", "percent": "10.00"}],
        "cap_percent": "20.00",
        "minimum": None,
        "cap_year": "12000.00",
        "base": "monthly_charge_of_service",
        "settlement": {"en": "Credit note, no cash.", "fr": "Avoir.", "es": "Nota."},
    },
)


def part(begin: str, end: str, **fields: object) -> dict[str, object]:
    """A part of something: from, to, and what holds there."""
    return {"from": begin, "to": end, **fields}


def share(ratio: str, percent: str) -> Share:
    """A share, exact and floored."""
    return Share(ratio=ratio, percent=percent)
