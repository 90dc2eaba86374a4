"""One figure, four places: the terminal, the API, the page and the metric say the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families


@pytest.mark.parametrize(
    ("agreement", "period", "code"),
    [
        pytest.param("sla-unv-2026", None, 1, id="the simulated month in breach, closed"),
        pytest.param("sla-unv-2026", "2026-01", 0, id="a simulated month that was kept, closed"),
        pytest.param("sla-digital-editions", "2026-03", 1, id="an imported month, not closed"),
    ],
)
def test_terminal_api_and_page_say_the_same_of_a_month_that_is_over(
    agreement: str,
    period: str | None,
    code: int,
    demo: Any,
    inside: Callable[..., Any],
    last_month: str,
) -> None:
    label = period or last_month
    terminal = inside(
        demo.data / "demo", "judge", "--agreement", agreement, "--period", label, "--json"
    )
    judged = demo.api(f"/agreements/{agreement}/periods/{label}")

    assert terminal.returncode == code
    assert json.loads(terminal.stdout)["objectives"] == judged["objectives"]
    page = demo.page(f"/agreements/{agreement}/periods/{label}")
    figures = [each["measured"] for each in judged["objectives"] if each["measured"]]
    assert figures
    for figure in figures:
        assert f"{figure['percent']}\N{NARROW NO-BREAK SPACE}%" in page
        assert figure["ratio"] in page


def gauges(demo: Any, name: str) -> dict[tuple[str, str], float]:
    """The newest values of a metric by agreement and objective."""
    return {
        (sample.labels["agreement"], sample.labels["objective"]): sample.value
        for family in text_string_to_metric_families(httpx.get(f"{demo.url}/metrics").text)
        for sample in family.samples
        if sample.name == name
    }


def ratios(demo: Any) -> dict[tuple[str, str], Fraction]:
    """The measured ratios of the current period by agreement and objective."""
    return {
        (agreement["agreement"], status["judgement"]["objective"]): Fraction(measured["ratio"])
        for agreement in demo.api("/agreements", limit="100")["items"]
        for status in agreement["objectives"]
        if (measured := status["judgement"]["measured"])
    }


def test_the_metric_says_what_the_api_says_of_this_month(demo: Any) -> None:
    before = ratios(demo)
    said = gauges(demo, "slamon_sla_compliance_ratio")
    after = ratios(demo)

    assert ("sla-unv-2026", "o2") in said
    assert set(said) == set(before)
    for key, value in said.items():
        # Between two answers of the API time goes on, by a fraction of a second of a month.
        low, high = sorted((float(before[key]), float(after[key])))
        assert low - 1e-6 <= value <= high + 1e-6


def test_promtool_accepts_the_metrics(demo: Any, program: Callable[[str], str]) -> None:
    exposed = httpx.get(f"{demo.url}/metrics").text

    checked = subprocess.run(
        [program("promtool"), "check", "metrics"],
        input=exposed,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert "slamon_sla_compliance_ratio{" in exposed
