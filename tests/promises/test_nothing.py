"""Where nothing came in there is no figure: neither 0 nor 100 percent, neither kept nor broken."""

from __future__ import annotations

from typing import Any

import pytest

MARCH = "2026-03"
LATENCY = {"indicator": "latency", "target": '{within: PT0.5S, share: "75.00"}'}
ANSWER = {
    "indicator": "response_time",
    "data": "[imp-desk]",
    "target": '{within: PT2H, share: "50.00"}',
}
OUTAGES = {"indicator": "outage_count", "target": '{bound: "3"}'}
AGE = {"indicator": "age", "target": "{bound: PT48H}"}
STAFF = {"indicator": "level", "data": "[imp-days]", "unit": "days", "target": '{bound: "20.0"}'}


@pytest.mark.parametrize(
    ("terms", "meanwhile"),
    [
        pytest.param({"target": '"99.00"'}, "pending", id="availability"),
        pytest.param(
            {"indicator": "reliability", "target": '"99.00"'}, "pending", id="reliability"
        ),
        pytest.param(LATENCY, "pending", id="latency"),
        pytest.param({"indicator": "success", "target": '"99.00"'}, "pending", id="success"),
        pytest.param(ANSWER, "pending", id="response time"),
        pytest.param(ANSWER | {"indicator": "resolution_time"}, "pending", id="resolution time"),
        pytest.param(OUTAGES, "pending", id="number of outages"),
        pytest.param(
            {"indicator": "longest_outage", "target": "{bound: PT4H}"}, "pending", id="longest"
        ),
        pytest.param(AGE, "pending", id="age"),
        pytest.param(STAFF | {"aggregate": "sum"}, "pending", id="sum"),
        pytest.param(STAFF | {"aggregate": "last"}, "pending", id="last"),
    ],
)
def test_where_nothing_came_in_there_is_no_figure_and_no_breach(
    house: Any, promised: Any, terms: dict[str, str], meanwhile: str
) -> None:
    house.promise(promised("o1", **terms)).at("2026-03-15T00:00Z")
    early = house.one(MARCH)
    late = house.at("2040-01-01T00:00Z").one(MARCH)  # nothing of March can come any more

    assert (early.state, early.measured, early.level) == (meanwhile, None, None)
    assert (late.state, late.measured, late.level) == ("not_measured", None, None)
