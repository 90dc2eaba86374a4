"""`slamon budget`: a year by funding source, to people, to programs, and as it was known."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

SET = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
BUDGET = """
budgets:
- {id: bud-core, funding_source: core, year: 2009, amount: "6500.00", currency: EUR, prov: {_: I}}
"""


@pytest.fixture
def applied(empty: Any, tmp_path: Path) -> Any:
    """The network is paid from `core`: in 2009 it cost 12 * (40 * 4.00 + 385.00) = 6540.00 EUR."""
    folder = tmp_path / "cms-2008"
    shutil.copytree(SET, folder)
    services = folder / "services.yaml"
    head, name, rest = services.read_text("utf-8").partition("- id: svc-campus-network\n")
    services.write_text(head + name + rest.replace("unspecified", "core", 1), "utf-8")
    (folder / "budgets.yaml").write_text(BUDGET, "utf-8")
    assert empty("catalogue", "apply", folder, "--as", "consultant", "--yes").exit_code == 0
    return empty


def test_a_budget_that_was_exceeded_is_shown_with_the_services_that_nobody_pays(
    applied: Any,
) -> None:
    shown = applied("budget", "--year", "2009")

    assert shown.exit_code == 0
    assert "6540.00 EUR" in shown.stdout
    assert "-40.00 EUR" in shown.stdout
    assert "exceeds the budget" in shown.stdout
    assert "no funding source is named for" in shown.stdout


def test_programs_are_told_each_month(applied: Any) -> None:
    told = applied.json("budget", "--year", "2009")

    core = next(each for each in told["sources"] if each["source"] == "core")
    assert {each["amount"] for each in core["months"]} == {"545.00"}
    assert (core["left"], core["verdict"], core["budget_id"]) == ("-40.00", "exceeded", "bud-core")


def test_before_it_was_recorded_there_was_no_budget(applied: Any) -> None:
    told = applied.json("budget", "--year", "2009", "--as-known-at", "@1")

    assert told["sources"] == []


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(("--year", "next"), id="no number"),
        pytest.param(("--year", "0"), id="no year"),
        pytest.param(("--year", "2009", "--rates", "mine"), id="no kind of rates"),
    ],
)
def test_what_is_no_year_is_wrong_usage(applied: Any, asked: tuple[str, ...]) -> None:
    assert applied("budget", *asked).exit_code == 2
