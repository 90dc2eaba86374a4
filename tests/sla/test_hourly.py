"""What an available hour cost: exact, and shown half-up with four decimals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from catalogue.instants import HOUR, MINUTE
from slamon.sla.hourly import cost_per_hour, shown

TESTS = Path(__file__).parents[1]
VECTORS = YAML(typ="safe").load((TESTS / "catalogue" / "cms-2008-golden.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    "vector", [pytest.param(each, id=each["case"]) for each in VECTORS["cost_per_hour"]]
)
def test_an_hour_costs_the_charges_less_the_credit_by_the_time_available(
    vector: dict[str, Any],
) -> None:
    cost = Decimal(vector["charge"]) - Decimal(vector["credit"])
    available = int(Fraction(vector["available_minutes"]) * MINUTE)

    found = cost_per_hour(cost, available)

    assert (None if found is None else shown(found)) == vector["per_hour"]


@pytest.mark.parametrize(
    ("cost", "hours", "said"),
    [
        pytest.param("1.00", 3, "0.3333", id="a third"),
        pytest.param("2.00", 3, "0.6667", id="two thirds, up"),
        pytest.param("1.00005", 1, "1.0001", id="a half, up"),
        pytest.param("0.00", 5, "0.0000", id="for nothing"),
    ],
)
def test_it_is_shown_with_four_decimals(cost: str, hours: int, said: str) -> None:
    found = cost_per_hour(Decimal(cost), hours * HOUR)
    assert found is not None
    assert shown(found) == said
