"""The dashboard of those who look: are the promises kept, what is left of the budgets, what is down now."""

from __future__ import annotations

from slamon.grafana import figures, graphs, tables
from slamon.grafana.model import (
    Dashboard,
    DataSourceVariable,
    LabelQuery,
    LabelVariable,
    Templating,
)


def dashboard() -> Dashboard:
    """The dashboard `slamon-compliance`."""
    return Dashboard(
        uid="slamon-compliance",
        title="slamon: compliance",
        description="Promises of the current period, as slamon judged them. "
        "Figures that may be disputed are in slamon itself, with their evidence.",
        templating=_variables(),
        panels=(
            figures.objectives_met(),
            figures.objectives_breached(),
            figures.breaches_by_status(),
            figures.failing_probes(),
            figures.excluded(),
            figures.behind(),
            tables.compliance(),
            figures.budget_left(),
            graphs.lost_time(),
            graphs.burn_rates(),
            graphs.excluded_time(),
            graphs.states(),
            graphs.durations(),
            tables.overdue(),
        ),
    )


def _variables() -> Templating:
    agreements = "label_values(slamon_agreement_info, agreement)"
    services = 'label_values(slamon_sla_objective_ratio{agreement=~"$agreement"}, service)'
    return Templating(
        list=(
            DataSourceVariable(),
            LabelVariable(
                name="agreement",
                label="Agreement",
                query=LabelQuery(query=agreements, ref_id="agreement"),
            ),
            LabelVariable(
                name="service",
                label="Service",
                query=LabelQuery(query=services, ref_id="service"),
            ),
        )
    )
