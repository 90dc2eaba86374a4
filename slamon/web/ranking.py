"""Worst first: the order in which a reader with little time should meet things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from slamon.sla.judgement import Verdict
from slamon.views.answers import AgreementSummary, ObjectiveStatus, ServiceSummary
from slamon.web.figures import share_left
from slamon.web.measures import has_figure
from slamon.web.texts import Language

VERDICTS: tuple[Verdict, ...] = (
    "breached",
    "at_risk",
    "not_measured",
    "pending",
    "on_track",
    "met_late",
    "met",
    "not_applicable",
)
STATES = ("down", "degraded", "up", "unknown")
OVER = frozenset({"expired", "terminated"})
LIVE = ("in_force", "signed", "negotiating", "proposed")


def objectives(t: Language, found: Iterable[ObjectiveStatus]) -> list[ObjectiveStatus]:
    """Objectives by verdict, then by the share of the budget left; those never judged last."""

    def rank(status: ObjectiveStatus) -> tuple[bool, int, bool, Fraction, str]:
        said = status.judgement
        left = share_left(said.error_budget) if said.error_budget else Fraction(1)
        never, bound = not said.tally, said.mode == "enforced"
        return never, VERDICTS.index(said.state), not bound, left, t.order(status.service_name)

    return sorted(found, key=rank)


def agreements(t: Language, found: Iterable[AgreementSummary]) -> list[AgreementSummary]:
    """Agreements with figures before those without, those that hold now first, then the worst."""

    def rank(line: AgreementSummary) -> tuple[bool, bool, int, int, str]:
        measured = any(has_figure(status.judgement) for status in line.objectives)
        live = LIVE.index(line.state) if line.state in LIVE else len(LIVE)
        verdicts = (VERDICTS.index(status.judgement.state) for status in line.objectives)
        worst = min(verdicts, default=len(VERDICTS))
        return not line.objectives, not measured, live, worst, t.order(line.name)

    return sorted(found, key=rank)


def services(t: Language, found: Iterable[ServiceSummary]) -> list[ServiceSummary]:
    """Services by state now, then by name."""
    return sorted(found, key=lambda line: (STATES.index(line.state), t.order(line.name)))


def verdicts(found: Iterable[ObjectiveStatus]) -> list[tuple[Verdict, int]]:
    """How many objectives have which verdict, worst first."""
    counted = Counter(status.judgement.state for status in found)
    return [(verdict, counted[verdict]) for verdict in VERDICTS if counted[verdict]]
