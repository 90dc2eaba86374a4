"""Seven months of 33 real services, held against the minutes of downtime their own monitor published."""

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest

from catalogue.instants import HOUR, MINUTE, parse_instant
from catalogue.periods import parse_period
from probes.outcome import Outcome
from slamon.sla.runs import Result, Run, runs_of
from slamon.sla.tally import classify
from slamon.sla.timeline import timeline

TREE = Path(__file__).parents[2]
HISTORY = TREE / "catalogue" / "starter" / "digital-editions" / "data" / "digital-editions.csv"
PUBLISHED = TREE / "tests" / "catalogue" / "digital-editions.expected.json"
VALIDITY = 26 * HOUR
OUTCOMES = {"up": Outcome.GOOD, "degraded": Outcome.DEGRADED, "down": Outcome.BAD}

MINUTES: dict[str, dict[str, int]] = json.loads(PUBLISHED.read_text("utf-8"))[
    "minutes_down_by_utc_day"
]


@pytest.fixture(scope="module")
def runs() -> dict[str, tuple[Run, ...]]:
    results: dict[str, list[Result]] = defaultdict(list)
    with HISTORY.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            results[row["service"]].append(
                (parse_instant(row["observed_at"]), OUTCOMES[row["status"]])
            )
    return {service: runs_of(seen, VALIDITY) for service, seen in results.items()}


@pytest.mark.parametrize("service", MINUTES)
def test_downtime_agrees_with_what_was_published_within_a_minute(
    service: str, runs: dict[str, tuple[Run, ...]]
) -> None:
    for label, minutes in MINUTES[service].items():
        day = parse_period(label, "UTC").span
        down = classify(timeline(runs[service], day, VALIDITY), (day,), (), day).tally.down
        assert abs(down - minutes * MINUTE) <= MINUTE, label
