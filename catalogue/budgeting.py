"""Faults of budgets that each alone cannot show: a source that pays for nothing, two amounts for one year."""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.budgets import Budget
from catalogue.problems import Problem, problem_at
from catalogue.records import Catalogue, Written
from catalogue.services import UNSPECIFIED, Service


def faults_of_budgets(catalogue: Catalogue) -> Iterator[Problem]:
    """Find budgets of a source that pays for nothing, and two of one source for one year."""
    sources = {service.funding_source for _, service in catalogue.of(Service)} - {UNSPECIFIED}
    known: dict[tuple[str, int], Written] = {}
    for record, budget in catalogue.of(Budget):
        if budget.funding_source not in sources:
            named = ", ".join(sorted(sources)) or "none: each service says who pays for it"
            said = f'no service has the funding source "{budget.funding_source}"; known are {named}'
            yield problem_at(record.at(("funding_source",)), said)
        first = known.setdefault((budget.funding_source, budget.year), record)
        if first is not record:
            said = (
                f'"{budget.funding_source}" has a budget for {budget.year} already, '
                f"in line {first.position.line}; keep one of them"
            )
            yield problem_at(record.at(("year",)), said)
