"""A year by funding source: charged, expected, credited, and what the budget leaves.

The network of 2026 costs 42 * 4.35 + 397.00 = 579.70 EUR a month up to August. September is cut after the 14th:
85.26 + 185.27 + 97.44 + 202.13 = 570.10. From October on it is 182.70 + 379.00 = 561.70.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from catalogue.exchange import RateKind
from slamon.cli.house import House
from slamon.views.budgeted import BudgetYear, SourceOfYear, budget_year
from tests.views.worlds.accounts import STARTER, close, decide, settled

TODAY = dt.date(2026, 11, 1)
Budgeted = Callable[[str], House]


@pytest.fixture
def budgeted(tmp_path: Path, open_house: Callable[[Path], House]) -> Budgeted:
    """A house in which the network is paid from `core`, with a budget as it is written."""

    def made(written: str) -> House:
        folder = tmp_path / "cms-2008"
        shutil.copytree(STARTER, folder)
        services = folder / "services.yaml"
        head, name, rest = services.read_text("utf-8").partition("- id: svc-campus-network\n")
        services.write_text(head + name + rest.replace("unspecified", "core", 1), "utf-8")
        if written:
            budget = (
                f"budgets:\n- {{id: bud-core, funding_source: core, {written}, prov: {{_: I}}}}\n"
            )
            (folder / "budgets.yaml").write_text(budget, "utf-8")
        settled(tmp_path / "data", folder).close()
        return open_house(tmp_path / "data")

    return made


def year_of(
    house: House, year: int = 2026, kind: RateKind | None = None, today: dt.date = TODAY
) -> BudgetYear:
    with house.store.reading() as connection:
        return budget_year(connection, year, today, kind)


def core(found: BudgetYear) -> SourceOfYear:
    (source,) = (each for each in found.sources if each.source == "core")
    return source


def test_a_year_is_what_was_charged_and_what_is_expected_less_the_credits(
    budgeted: Budgeted,
) -> None:
    house = budgeted('year: 2026, amount: "7000.00", currency: EUR')
    close(house, "sla-unv-2026", "2026-02", {"o1": "11342.9/11400"})
    decide(house, "sla-unv-2026.o1.2026-02", "upheld")

    found = core(year_of(house))

    assert [each.amount for each in found.months[7:10]] == ["579.70", "570.10", "561.70"]
    assert [each.expected for each in found.months] == [False] * 10 + [True] * 2
    assert found.charged == "5769.40"  # 8 * 579.70 + 570.10 + 561.70
    assert found.expected == "1123.40"  # 2 * 561.70
    assert found.credit == "28.99"
    assert (found.total, found.budget, found.left) == ("6863.81", "7000.00", "136.19")
    assert (found.verdict, found.budget_id) == ("covered", "bud-core")
    assert [each.service for each in found.services] == ["svc-campus-network"]
    assert found.illustrative


@pytest.mark.parametrize(
    ("written", "verdict", "left"),
    [
        pytest.param('year: 2026, amount: "6892.80", currency: EUR', "covered", "0.00", id="spent"),
        pytest.param(
            'year: 2026, amount: "6892.79", currency: EUR',
            "exceeded",
            "-0.01",
            id="a cent too much",
        ),
        pytest.param(
            'year: 2025, amount: "9.00", currency: EUR', "no_budget", None, id="of a year"
        ),
        pytest.param("", "no_budget", None, id="none"),
        pytest.param(
            'year: 2026, amount: "8000.00", currency: USD',
            "not_converted",
            None,
            id="of a currency",
        ),
    ],
)
def test_what_a_budget_leaves_is_told_to_the_cent(
    budgeted: Budgeted, written: str, verdict: str, left: str | None
) -> None:
    euros = next(
        each
        for each in year_of(budgeted(written)).sources
        if (each.source, each.currency) == ("core", "EUR")
    )

    assert (euros.verdict, euros.left) == (verdict, left)
    assert euros.total == "6892.80"  # 8 * 579.70 + 570.10 + 3 * 561.70


def test_charges_are_converted_to_the_currency_of_the_budget_line_by_line(
    budgeted: Budgeted,
) -> None:
    """At 0.8600 EUR for a dollar a line of 182.70 is 212.44, of 397.00 461.63, of 379.00 440.70."""
    house = budgeted('year: 2026, amount: "8000.00", currency: USD')
    close(house, "sla-unv-2026", "2026-02", {"o1": "11342.9/11400"})
    decide(house, "sla-unv-2026.o1.2026-02", "upheld")

    found = core(year_of(house, kind="demo"))

    assert found.currency == "USD"
    # 662.90 of September: its four lines come to 99.14, 215.43, 113.30, 235.03
    assert [each.amount for each in found.months[7:10]] == ["674.07", "662.90", "653.14"]
    assert (found.charged, found.expected) == ("6708.60", "1306.28")
    assert found.credit == "33.71"  # 28.99 / 0.8600
    assert (found.total, found.left, found.verdict) == ("7981.17", "18.83", "covered")


def test_a_month_without_a_rate_stops_the_sums_of_its_source_and_is_told(
    budgeted: Budgeted,
) -> None:
    house = budgeted('year: 2026, amount: "8000.00", currency: USD')

    found = year_of(house, kind="unore")

    assert core(found).verdict == "not_computed"
    assert (core(found).total, core(found).left, core(found).budget) == (None, None, "8000.00")
    assert {(each.provider, each.code) for each in found.uncomputed} == {("unv", "missing_rate")}
    assert len(found.uncomputed) == 12


def test_services_without_a_source_are_counted_and_borne_by_nobody(house: House) -> None:
    found = year_of(house)

    (source,) = found.sources
    assert (source.source, source.verdict) == ("unspecified", "no_source")
    unpaid = {each.service for each in found.without_source}
    assert "svc-it-support" in unpaid
    assert "svc-cms-network" not in unpaid, "it is only proposed"


def test_what_no_tariff_prices_is_told_beside_the_sums(house: House) -> None:
    found = year_of(house, 2010)

    assert found.sources == ()
    assert {(each.offering, each.days) for each in found.unpriced} == {
        (name, 365)
        for name in (
            "off-helpdesk", "off-workstation", "off-mailbox", "off-lan-port", "off-internet",
        )
    }  # fmt: skip
