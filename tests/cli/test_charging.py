"""`slamon charges`: what a provider charges for a month, to people, to programs, and as it was known."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

SET = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
MARCH = ("charges", "--provider", "unv", "--month", "2026-03")


@pytest.fixture
def applied(empty: Any) -> Any:
    assert empty("catalogue", "apply", SET, "--as", "consultant", "--yes").exit_code == 0
    return empty


def test_a_month_is_shown_line_by_line_with_its_total(applied: Any) -> None:
    shown = applied(*MARCH)
    assert shown.exit_code == 0
    assert "15 d × 26 user, 16 d × 28 user" in shown.stdout
    assert "2 workstation on 2026-03-16" in shown.stdout
    assert "total 2743.22 EUR (illustrative)" in shown.stdout


def test_programs_are_told_exactly(applied: Any) -> None:
    told = applied.json(*MARCH)
    (invoice,) = told["invoices"]
    first, second = invoice["lines"][:2]
    assert (first["exact"], first["amount"], first["service"]) == (
        "34358/31", "1108.32", "svc-it-support",
    )  # fmt: skip
    assert first["segments"][1] == {
        "from": "2026-03-16", "to": "2026-03-31", "days": 16, "quantity": 28, "price": "1148",
    }  # fmt: skip
    assert (second["free"], second["amount"]) == ("17179/155", "639.97")
    assert (invoice["net"], invoice["payable"], invoice["absorbed"]) == (
        "2743.22",
        "2743.22",
        False,
    )


def test_days_that_no_tariff_prices_are_named(applied: Any) -> None:
    told = applied.json("charges", "--provider", "unv", "--month", "2010-01")
    assert told["invoices"] == []
    assert {each["offering"] for each in told["unpriced"]} >= {"off-helpdesk", "off-mailbox"}
    shown = applied("charges", "--provider", "unv", "--month", "2010-01")
    assert "not charged: Service desk, 2010-01-01 to 2010-01-31" in shown.stdout


def test_what_is_missing_stops_the_figure_and_is_named(empty: Any, tmp_path: Path) -> None:
    folder = tmp_path / "cms-2008"
    shutil.copytree(SET, folder)
    tariffs = folder / "tariffs.yaml"
    kept = [
        line for line in tariffs.read_text("utf-8").splitlines() if "internet, quantity" not in line
    ]
    tariffs.write_text("\n".join(kept))
    assert empty("catalogue", "apply", folder, "--as", "consultant", "--yes").exit_code == 0

    refused = empty(*MARCH)

    assert refused.exit_code == 1
    assert "charges off-internet on 2026-03-01, and no quantity of it is known" in refused.stderr


def test_before_anything_was_recorded_nobody_charged(applied: Any) -> None:
    refused = applied(*MARCH, "--as-known-at", "@1")
    assert refused.exit_code == 1
    assert "there is no party 'unv'; no tariff was recorded yet" in refused.stderr


@pytest.mark.parametrize(
    ("provider", "month", "code", "said"),
    [
        pytest.param("unv", "2026-13", 2, "2026-13 is no month", id="no month"),
        pytest.param("unv", "march", 2, "write it like 2026-03", id="a word"),
        pytest.param("nobody", "2026-03", 1, "there is no party 'nobody'", id="nobody"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    applied: Any, provider: str, month: str, code: int, said: str
) -> None:
    refused = applied("charges", "--provider", provider, "--month", month)
    assert refused.exit_code == code
    assert said in refused.stderr
