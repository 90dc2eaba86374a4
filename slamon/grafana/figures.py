"""The panels of single figures."""

from __future__ import annotations

from slamon.grafana.model import (
    BarGauge,
    Defaults,
    FieldConfig,
    GridPos,
    Panel,
    Stat,
    Step,
    Thresholds,
)
from slamon.grafana.queries import ENFORCED, NO_DATA, SERVICE, floored, now, shown

RED_FROM_ONE = (Step(color="green", value=None), Step(color="red", value=1))
BUDGET_STEPS = (
    Step(color="red", value=None),
    Step(color="orange", value=0),
    Step(color="green", value=0.25),
)


def objectives_met() -> Panel:
    """How many promises are kept so far."""
    return Stat(
        id=1,
        title="Objectives met",
        description="Enforced objectives that are met, or can still be met, in the current period, "
        "and how many have a verdict. Objectives without measurement count in neither.",
        grid_pos=GridPos(x=0, y=0, w=5, h=4),
        targets=(
            now("A", f"sum(slamon_sla_met{{{ENFORCED}}})", "met"),
            now("B", f"count(slamon_sla_met{{{ENFORCED}}})", "judged"),
        ),
        field_config=shown("none"),
    )


def objectives_breached() -> Panel:
    """How many promises can no longer be kept."""
    return Stat(
        id=2,
        title="Objectives breached",
        description="Enforced objectives that can no longer be met in the current period. "
        "Breaches of closed periods are counted beside this, by status of their review.",
        grid_pos=GridPos(x=5, y=0, w=4, h=4),
        targets=(now("A", f"sum(1 - slamon_sla_met{{{ENFORCED}}})", "breached"),),
        field_config=shown("none", *RED_FROM_ONE),
    )


def breaches_by_status() -> Panel:
    """What awaits review."""
    return Stat(
        id=3,
        title="Breaches by review status",
        description="Breaches found when periods were closed: open ones await review. "
        "A waived breach leaves its figure as it is.",
        grid_pos=GridPos(x=9, y=0, w=5, h=4),
        targets=(
            now(
                "A",
                'sum by (review_status) (slamon_sla_breaches{agreement=~"$agreement"})',
                "{{review_status}}",
            ),
        ),
        field_config=shown("none"),
    )


def failing_probes() -> Panel:
    """What fails at this moment."""
    return Stat(
        id=4,
        title="Failing probes",
        description="Probes whose newest result was bad. "
        "An inconclusive result, which is our own fault, is not counted.",
        grid_pos=GridPos(x=14, y=0, w=4, h=4),
        targets=(now("A", f"sum(slamon_probe_success{{{SERVICE}}} == bool 0)", "failing"),),
        field_config=shown("none", *RED_FROM_ONE),
    )


def excluded() -> Panel:
    """What is under a granted exclusion at this moment."""
    return Stat(
        id=14,
        title="Services excluded now",
        description="Measured services that an exclusion covers at this moment: "
        "maintenance that was announced in time, or another cause that the agreement names.",
        grid_pos=GridPos(x=18, y=0, w=3, h=4),
        targets=(now("A", f"sum(slamon_service_excluded{{{SERVICE}}})", "excluded"),),
        field_config=shown("none"),
    )


def behind() -> Panel:
    """Whether the page is up to date."""
    return Stat(
        id=5,
        title="Views behind the ledger",
        description="Positions of the ledger that the figures on this page do not yet contain. "
        "It returns to 0 within seconds; if it grows, slamon needs attention.",
        grid_pos=GridPos(x=21, y=0, w=3, h=4),
        targets=(now("A", 'max(slamon_view_lag_events{view="all"})', "positions"),),
        field_config=shown("none"),
    )


def budget_left() -> Panel:
    """How much may still go wrong."""
    left = floored(f"slamon_sla_error_budget_remaining_ratio{{{ENFORCED}}}", 3)
    return BarGauge(
        id=7,
        title="Error budget left",
        description="Share of the bad time the target allows in the whole period that is not yet "
        "spent; below zero the objective is breached. Shadow objectives are left out.",
        grid_pos=GridPos(x=0, y=13, w=12, h=9),
        targets=(now("A", f"sort({left})", "{{agreement}} {{service}} {{objective}}"),),
        field_config=FieldConfig(
            defaults=Defaults(
                unit="percentunit",
                decimals=1,
                min=0,
                max=1,
                no_value=NO_DATA,
                thresholds=Thresholds(steps=BUDGET_STEPS),
            )
        ),
    )
