"""The alert rules: promtool accepts and tries them, and they ask for series and windows that slamon tells."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from slamon.sla.burn import PAIRS, WINDOWS


@pytest.fixture
def alerts(tree: Path) -> dict[str, Any]:
    """The rules by name."""
    (group,) = YAML(typ="safe").load(tree / "dashboards/alerts.yml")["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def test_promtool_accepts_the_rules(tree: Path, program: Callable[[str], str]) -> None:
    checked = subprocess.run(
        [program("promtool"), "check", "rules", tree / "dashboards/alerts.yml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


def test_each_alert_fires_when_it_should_and_only_then(
    tree: Path, program: Callable[[str], str]
) -> None:
    tried = subprocess.run(
        [program("promtool"), "test", "rules", tree / "tests/dashboards/alerts_test.yml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert tried.returncode == 0, tried.stdout + tried.stderr


def test_every_alert_is_tried(tree: Path, alerts: dict[str, Any]) -> None:
    tried = (tree / "tests/dashboards/alerts_test.yml").read_text()

    assert [name for name in alerts if f"alertname: {name}" not in tried] == []


def test_alerts_ask_for_series_that_slamon_tells(alerts: dict[str, Any], exposed: bytes) -> None:
    told = set(re.findall(r"^# TYPE (\w+)", exposed.decode(), re.MULTILINE))

    asked = {name for rule in alerts.values() for name in re.findall(r"slamon_\w+", rule["expr"])}

    assert asked - told == set()


def test_burn_alerts_take_the_pairs_of_windows_that_the_judge_takes(
    alerts: dict[str, Any],
) -> None:
    names = {length: name for name, length in WINDOWS.items()}
    burning = [rule["expr"] for name, rule in alerts.items() if "BudgetBurn" in name]
    asked = re.findall(r'(rate|threshold)\{window="(\w+)",mode="enforced"\}', "".join(burning))

    pairs = [asked[place : place + 4] for place in range(0, len(asked), 4)]

    assert pairs == [
        [("rate", long), ("threshold", long), ("rate", short), ("threshold", long)]
        for long, short in ((names[pair.long], names[pair.short]) for pair in PAIRS)
    ]


def test_only_enforced_promises_alarm(alerts: dict[str, Any]) -> None:
    asked = [s for rule in alerts.values() for s in re.findall(r"slamon_sla_\w+\S*", rule["expr"])]

    assert asked
    assert [each for each in asked if 'mode="enforced"' not in each] == []


def test_every_alert_says_what_it_means(alerts: dict[str, Any]) -> None:
    for name, rule in alerts.items():
        assert set(rule["annotations"]) == {"summary", "description"}, name
        assert rule["labels"]["severity"] in {"page", "ticket"}, name
