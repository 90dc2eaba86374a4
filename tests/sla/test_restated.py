"""What counts as another figure of a closed period (§4.12)."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.sla.judgement import Coverage, Measured, ObjectiveJudgement, Outage
from slamon.sla.restated import changed, differs

OUTAGE = Outage(
    from_="2026-02-10T08:00:00Z",
    to="2026-02-10T09:00:00Z",
    counted_us=36,
    locations=("loc-bonn",),
    evidence=("4 bad results",),
    uncertainty_us=1,
)
FIGURE = ObjectiveJudgement(
    objective="o1",
    service="svc-mail",
    indicator="availability",
    target="99.50",
    mode="enforced",
    state="breached",
    provisional=False,
    basis="measured",
    partial=False,
    measured=Measured(good=97, total=100, ratio="97/100", percent="97.00"),
    coverage=Coverage(
        known_us=100, agreed_us=100, ratio="1/1", percent="100.00", minimum=None, sufficient=True
    ),
    tally={"up_us": 97, "down_us": 3},
    outages=(OUTAGE,),
    breached_at="2026-02-10T08:30:00Z",
    error_budget=None,
    remedy=None,
)


def test_equal_figures_do_not_differ() -> None:
    assert not differs((FIGURE,), (FIGURE.model_copy(),))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"state": "met"}, id="the state"),
        pytest.param({"mode": "shadow"}, id="whether it binds"),
        pytest.param({"target": "99.00"}, id="the target"),
        pytest.param({"measured": None}, id="whether anything was measured"),
        pytest.param(
            {"measured": Measured(good=98, total=100, ratio="49/50", percent="98.00")},
            id="the measured good",
        ),
        pytest.param(
            {"coverage": FIGURE.coverage.model_copy(update={"known_us": 99})}, id="what is known"
        ),
        pytest.param({"tally": {"up_us": 96, "down_us": 4}}, id="the tally"),
        pytest.param({"breached_at": None}, id="the instant of the breach"),
        pytest.param({"outages": ()}, id="the outages"),
        pytest.param(
            {"outages": (OUTAGE.model_copy(update={"to": "2026-02-10T09:00:00.000001Z"}),)},
            id="the end of an outage by a microsecond",
        ),
    ],
)
def test_a_figure_differs_by(change: dict[str, Any]) -> None:
    other = FIGURE.model_copy(update=change)

    assert changed((FIGURE,), (other,)) == ((FIGURE, other),)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"note": "another word"}, id="a note"),
        pytest.param({"remedy": {"kind": "review_item"}}, id="what follows from it"),
        pytest.param({"basis": "mixed"}, id="what it rests on"),
        pytest.param(
            {"tally": {"up_us": 97, "down_us": 3, "unknown_us": 0}}, id="an entry without time"
        ),
        pytest.param(
            {"outages": (OUTAGE.model_copy(update={"evidence": ("5 bad results",)}),)},
            id="the evidence of an outage",
        ),
    ],
)
def test_no_figure_is(change: dict[str, Any]) -> None:
    assert not differs((FIGURE,), (FIGURE.model_copy(update=change),))


def test_an_objective_may_get_a_figure_or_lose_it() -> None:
    other = FIGURE.model_copy(update={"objective": "o2"})

    assert changed((FIGURE,), (other,)) == ((FIGURE, None), (None, other))
