"""What an available hour cost: charges and their share of the surcharges, less the credit, by the time available."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from catalogue.instants import MINUTE
from catalogue.months import Month
from slamon.cli.house import House
from slamon.views.hourly import NoHoursError
from tests.views.worlds.accounts import close, decide

VECTORS = YAML(typ="safe").load(
    (Path(__file__).parents[1] / "catalogue" / "cms-2008-golden.yaml").read_text("utf-8")
)
AGREED = {"sla-unv-2008": 12_600, "sla-unv-2026": 11_400}
LATER = 1_800_000_000_000_000


@pytest.mark.parametrize(
    "vector", [pytest.param(each, id=each["case"]) for each in VECTORS["cost_per_hour"]]
)
def test_an_hour_costs_what_the_test_vectors_say(house: House, vector: dict[str, Any]) -> None:
    agreement, month = vector["agreement"], vector["month"]
    share = f"{vector['available_minutes']}/{AGREED[agreement]}"
    close(house, agreement, month, {vector["objective"]: share})
    decide(house, f"{agreement}.{vector['objective']}.{month}", "upheld")

    found = house.reading.cost(agreement, vector["objective"], Month.named(month), LATER)

    assert found is not None
    assert (found.lines, found.surcharges) == (vector["charge"], "0.00")
    assert (found.credit, found.currency) == (vector["credit"], vector["currency"])
    assert found.per_hour == vector["per_hour"]


def test_excused_time_counts_where_the_service_was_up_and_not_where_it_was_down(
    house: House,
) -> None:
    tally = {
        "up_us": 60 * MINUTE,
        "degraded_us": 30 * MINUTE,
        "down_us": 7 * MINUTE,
        "unknown_us": 5 * MINUTE,
        "excused_up_us": 20 * MINUTE,
        "excused_degraded_us": 10 * MINUTE,
        "excused_down_us": 40 * MINUTE,
    }
    close(house, "sla-unv-2026", "2026-02", {"o1": "11400/11400"}, tally=tally)

    found = house.reading.cost("sla-unv-2026", "o1", Month(2026, 2), LATER)

    assert found is not None
    assert (found.available_us, found.per_hour) == (120 * MINUTE, "289.8500")  # 579.70 / 2


def test_all_objectives_of_a_provider_that_count_hours_by_the_month_have_a_cost(
    house: House,
) -> None:
    found = house.reading.costs("unv", Month(2026, 2), LATER)

    assert [(each.agreement, each.objective) for each in found] == [
        ("sla-unv-2026", "o1"),
        ("sla-unv-2026", "o2"),
    ]
    assert {each.per_hour for each in found} == {None}  # nothing was measured


@pytest.mark.parametrize(
    ("objective", "month", "said"),
    [
        pytest.param("o3", "2026-02", "for o1, o2, not for o3", id="of cases"),
        pytest.param("o9", "2026-02", "for o1, o2, not for o9", id="no objective"),
        pytest.param("o1", "2025-12", "2025-12 is before the agreement", id="before it began"),
    ],
)
def test_what_has_no_hours_of_a_month_is_refused(
    house: House, objective: str, month: str, said: str
) -> None:
    with pytest.raises(NoHoursError, match=said):
        house.reading.cost("sla-unv-2026", objective, Month.named(month), LATER)
    assert house.reading.cost("sla-none", "o1", Month(2026, 2), LATER) is None
