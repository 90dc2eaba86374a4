"""The list of periods: each objective once in each of its own periods, with what its figure is made of."""

from __future__ import annotations

from typing import Any

HOUR = 3_600_000_000
LATENCY = {"indicator": "latency", "target": '{within: PT0.5S, share: "75.00"}'}
OUTAGES = {"indicator": "outage_count", "target": '{bound: "3"}'}
ANSWER = {
    "indicator": "response_time",
    "data": "[imp-desk]",
    "target": '{within: PT2H, share: "50.00"}',
}
ROWS = (
    "2026-01-01T00:00Z up 100",
    "2026-02-10T00:00Z down 100",
    "2026-02-11T00:00Z slow 600",
    "2026-02-12T00:00Z up 100",
)


def _lines(house: Any, objective: str) -> dict[str, Any]:
    found = house.reading.periods("sla-shop", house.clock)
    return {line.period: line for line in found if line.objective == objective}


def test_every_objective_stands_once_in_each_period_it_promises_by(
    house: Any, promised: Any
) -> None:
    house.promise(
        promised("monthly", target='"99.00"'),
        promised("quarterly", target='"99.00"', period="calendar_quarter"),
        promised("calls", **ANSWER),
    )
    house.at("2026-04-10T00:00Z").saw(*ROWS)
    house.tickets("t1 P1 2026-03-10T08:00Z 2026-03-10T08:05Z - 0")

    assert list(_lines(house, "monthly")) == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert list(_lines(house, "quarterly")) == ["2026-Q1", "2026-Q2"]
    calls = _lines(house, "calls")
    assert (calls["2026-03"].good_cases, calls["2026-04"].good_cases) == (1, 0)
    assert calls["2026-01"].state == "not_measured"


def test_good_and_bad_of_months_add_up_to_those_of_the_quarter(house: Any, promised: Any) -> None:
    kinds = {
        "time": {"target": '"99.00"', "degraded": "unavailable"},
        "cases": LATENCY,
        "number": OUTAGES,
    }
    for name, terms in kinds.items():
        kinds[name] = terms | {"target": terms["target"]}
    house.promise(
        *(promised(f"{name}-m", **terms) for name, terms in kinds.items()),
        *(
            promised(f"{name}-q", **terms, period="calendar_quarter")
            for name, terms in kinds.items()
        ),
    )
    house.at("2026-04-01T00:00Z").saw(*ROWS)

    sums = {}
    for name in kinds:
        months = [line for label, line in _lines(house, f"{name}-m").items() if label < "2026-04"]
        quarter = _lines(house, f"{name}-q")["2026-Q1"]
        for field in ("good_us", "bad_us", "good_cases", "bad_cases", "unknown_us", "outside_us"):
            sums[name, field] = sum(getattr(line, field) for line in months)
            assert sums[name, field] == getattr(quarter, field), (name, field)
    # Ninety days, of which one was down and one degraded, which is unavailable here.
    assert (sums["time", "good_us"], sums["time", "bad_us"]) == (88 * 24 * HOUR, 2 * 24 * HOUR)
    assert (sums["time", "good_cases"], sums["cases", "good_us"], sums["number", "bad_us"]) == (
        0,
        0,
        0,
    )
    assert (sums["cases", "good_cases"], sums["cases", "bad_cases"]) == (2, 2)


def test_a_figure_is_the_same_wherever_it_is_shown(house: Any, promised: Any) -> None:
    house.promise(
        promised("o1", target='"99.00"'),
        promised("o2", **LATENCY),
        promised("o3", **OUTAGES),
        promised("o4", target='"99.00"', period="calendar_quarter"),
        promised("o5", target='"99.00"', period="{rolling: P28D}"),
        promised("o6", **ANSWER),
        promised("o7", target='"99.00"', period="calendar_week"),
    )
    house.at("2026-02-20T00:00Z").saw(*ROWS)
    house.tickets("t1 P1 2026-02-10T08:00Z 2026-02-10T08:05Z - 0")

    judged = house.judge("2026-02")
    reading = house.reading
    summary = reading.agreement("sla-shop", house.clock)
    service = reading.service("svc-shop", house.clock)
    (overview,) = reading.overview(house.clock).agreements

    for shown in (summary.objectives, service.objectives, overview.objectives):
        assert {each.judgement.objective: each.judgement for each in shown} == judged
    for name, line in ((o, _lines(house, o)["2026-02"]) for o in ("o1", "o2", "o3", "o5", "o6")):
        figure = judged[name].measured
        assert line.percent == (figure.percent if figure else None), name
        assert (line.state, line.level) == (judged[name].state, judged[name].level), name
    assert _lines(house, "o7")["2026-W08"].state == judged["o7"].state
