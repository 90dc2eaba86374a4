"""What of their slots agents have observed is told as a ratio, and not at all where nothing was due."""

from __future__ import annotations

from slamon import metrics
from slamon.views.completeness import Completeness, SlotCount

BEGIN, END = "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"


def test_completeness_is_told_over_the_hour_and_over_the_day() -> None:
    counted = Completeness(
        agent="agent-bonn",
        location="loc-bonn",
        hour=SlotCount(from_=BEGIN, to=END, due=0, observed=0),
        day=SlotCount(from_=BEGIN, to=END, due=400, observed=399),
    )

    lines = metrics.render(metrics.Slots((counted,))).decode().splitlines()

    assert lines[1:] == [
        "# TYPE slamon_agent_completeness_ratio gauge",
        'slamon_agent_completeness_ratio{agent="agent-bonn",over="day"} 0.9975',
    ]
