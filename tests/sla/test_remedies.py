from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from catalogue.remedies import Action, Credit
from slamon.sla.judgement import Verdict
from slamon.sla.remedies import RemedyDue, consecutive, due, due_at

TESTS = Path(__file__).parents[1]
VECTORS = YAML(typ="safe").load((TESTS / "catalogue" / "cms-2008-golden.yaml").read_text("utf-8"))
SETTLED = {"en": "Next invoice", "fr": "Facture suivante", "es": "Factura siguiente"}


def credit(**more: object) -> Credit:
    tiers = [{"below": "99.50", "percent": "5.00"}, {"below": "99.00", "percent": "10.00"}]
    terms = {
        "kind": "credit",
        "tiers": tiers,
        "cap_percent": "25.00",
        "base": "monthly_charge_of_service",
        "settlement": SETTLED,
    }
    return Credit.model_validate(terms | more, strict=False)


@pytest.mark.parametrize("vector", VECTORS["remedies_due"])
def test_a_remedy_falls_due_as_in_the_test_vectors(vector: dict[str, Any]) -> None:
    assert list(due_at(vector["after_periods"], vector["verdicts"])) == vector["due_at"]


@pytest.mark.parametrize(
    ("verdicts", "row"),
    [
        pytest.param(["breached", "breached"], 2, id="two in a row"),
        pytest.param(["breached", "met", "breached"], 1, id="a kept period breaks it"),
        pytest.param(["breached", "not_measured", "breached"], 2, id="an unmeasured one does not"),
        pytest.param(["breached", "not_applicable", "breached"], 2, id="nor one without hours"),
        pytest.param(["breached", "met"], 0, id="ended"),
        pytest.param([], 0, id="no period yet"),
    ],
)
def test_breached_periods_in_a_row_are_counted(verdicts: list[Verdict], row: int) -> None:
    assert consecutive(verdicts) == row


@pytest.mark.parametrize(
    ("verdicts", "found"),
    [
        pytest.param(
            ["breached", "breached", "breached"], RemedyDue("suspension", 3, "unv"), id="the third"
        ),
        pytest.param(["breached", "breached"], None, id="one too few"),
        pytest.param(["breached"] * 4, None, id="the row has started again"),
        pytest.param(["breached"] * 6, RemedyDue("suspension", 6, "unv"), id="once more"),
        pytest.param(["breached"] * 3 + ["not_measured"], None, id="not again while unmeasured"),
        pytest.param([], None, id="no period yet"),
    ],
)
def test_what_is_due_for_the_last_period(verdicts: list[Verdict], found: RemedyDue | None) -> None:
    action = Action(kind="suspension", after_periods=3, to="unv")
    assert due(action, verdicts) == found


@pytest.mark.parametrize(
    ("verdict", "figure", "share"),
    [
        pytest.param("breached", Fraction(994, 1000), Fraction(5, 100), id="the first tier"),
        pytest.param("breached", Fraction(98, 100), Fraction(10, 100), id="the second tier"),
        pytest.param("breached", None, None, id="without a figure"),
        pytest.param("met", Fraction(98, 100), None, id="a target that was met"),
    ],
)
def test_a_credit_is_due_for_the_tier_of_the_figure(
    verdict: Verdict, figure: Fraction | None, share: Fraction | None
) -> None:
    expected = None if share is None else RemedyDue("credit", 1, credit=share)
    assert due(credit(), [verdict], figure) == expected


def test_the_contract_may_round_before_the_tiers() -> None:
    figure = Fraction(99495, 100_000)
    assert due(credit(round_pct=1), ["breached"], figure) is None
    assert due(credit(round_pct=3), ["breached"], figure) == RemedyDue(
        "credit", 1, credit=Fraction(5, 100)
    )
