"""Credits in money: the breaches that stand, by the charges of the service on the days of the agreement."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from slamon.cli.house import House
from tests.views.worlds.accounts import STARTER, close, credit, decide, settled

VECTORS = YAML(typ="safe").load(
    (Path(__file__).parents[1] / "catalogue" / "cms-2008-golden.yaml").read_text("utf-8")
)
NETWORK = "svc-campus-network"
AT_CAP = {"o1": "10716/11400"}


def closed(house: House, month: str, results: dict[str, str], **changed: Any) -> None:
    """Close a month of the agreement of 2026, and uphold every breach."""
    close(house, "sla-unv-2026", month, results, **changed)
    for line in house.reading.breaches("open"):
        decide(house, line.breach, "upheld")


@pytest.mark.parametrize(
    "vector", [pytest.param(each, id=each["case"]) for each in VECTORS["credits"]]
)
def test_a_month_is_credited_from_its_charges_to_the_cent(
    house: House, vector: dict[str, Any]
) -> None:
    earlier = {"0.00": 0, "289.86": 2, "400.00": 3}[vector["granted_before"]]
    for month in ("2026-01", "2026-02", "2026-03")[:earlier]:
        closed(house, month, AT_CAP)
    agreement, month = vector["agreement"], vector["month"]
    close(house, agreement, month, vector["results"])
    for line in house.reading.breaches("open"):
        decide(house, line.breach, "upheld")

    found = credit(house, agreement, vector["service"], month)

    assert found.error is None
    assert found.sum is not None
    assert (found.sum.base, found.sum.currency) == (vector["base"], vector["currency"])
    assert found.sum.granted_before == vector["granted_before"]
    assert found.sum.granted.amount == vector["credit"]
    assert found.sum.would_be is None
    earned = {name: share for name, share in vector["percent"].items() if share != "0.00"}
    assert {each.objective: each.percent for each in found.breaches} == earned


def test_a_breach_that_waits_for_its_review_earns_nothing_yet(house: House) -> None:
    close(house, "sla-unv-2026", "2026-02", {"o1": "11229/11400", "o3": "10450/11110"})
    decide(house, "sla-unv-2026.o1.2026-02", "upheld")

    found = credit(house, "sla-unv-2026", NETWORK, "2026-02").sum

    assert found is not None
    assert found.granted.amount == "57.97"  # 10 % of 579.70
    assert found.would_be is not None
    assert (found.would_be.exact, found.would_be.amount) == ("75361/1000", "75.36")


def test_what_bounds_a_credit_is_told(house: House) -> None:
    closed(house, "2026-02", {"o3": "10450/11110"})

    found = credit(house, "sla-unv-2026", NETWORK, "2026-02").sum

    assert found is not None
    assert (found.granted.exact, found.granted.amount) == ("17391/1000", "0.00")
    assert found.granted.bounded_by == ("minimum",)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"mode": "shadow"}, id="a promise in shadow mode"),
        pytest.param({"mode": "baseline"}, id="a baseline"),
        pytest.param({"state": "not_measured", "measured": None}, id="what was not measured"),
    ],
)
def test_no_breach_is_found_and_nothing_credited_for(house: House, changed: dict[str, Any]) -> None:
    close(house, "sla-unv-2026", "2026-02", AT_CAP, **changed)

    found = credit(house, "sla-unv-2026", NETWORK, "2026-02")

    assert found.breaches == ()
    assert found.sum is not None
    assert found.sum.granted.amount == "0.00"


def test_a_breach_that_was_waived_earns_nothing(house: House) -> None:
    close(house, "sla-unv-2026", "2026-02", AT_CAP)
    decide(house, "sla-unv-2026.o1.2026-02", "waived")

    found = credit(house, "sla-unv-2026", NETWORK, "2026-02")

    assert found.breaches == ()
    detail = house.reading.breach("sla-unv-2026.o1.2026-02")
    assert detail is not None
    assert detail.credit is None


def test_only_the_days_on_which_the_agreement_is_in_force_are_a_base(house: House) -> None:
    """It began on 31 May 2008: one day of 31 of 160.00 and of 410.00, each line rounded: 5.16 + 13.23."""
    close(house, "sla-unv-2008", "2008-05", {"o1": "540/600"})
    decide(house, "sla-unv-2008.o1.2008-05", "upheld")

    found = credit(house, "sla-unv-2008", NETWORK, "2008-05").sum

    assert found is not None
    assert (found.base, found.granted.amount) == ("18.39", "3.68")  # 20 % of 18.39 = 3.678


def test_a_year_has_its_own_cap(house: House) -> None:
    for month in ("2026-10", "2026-11", "2026-12", "2027-01"):
        closed(house, month, AT_CAP)

    amounts = [
        found.granted.amount
        for month in ("2026-10", "2026-11", "2026-12", "2027-01")
        if (found := credit(house, "sla-unv-2026", NETWORK, month).sum)
    ]

    # 25 % of 182.70 + 379.00 = 140.425; the third is what 400.00 leave; the next year begins anew.
    assert amounts == ["140.43", "140.43", "119.14", "140.43"]


def test_an_absorbed_invoice_is_no_base(
    tmp_path: Path, open_house: Callable[[Path], House]
) -> None:
    documents = shutil.copytree(STARTER, tmp_path / "cms-2008")
    tariffs = documents / "tariffs.yaml"
    limit = '  de_minimis: {amount: "5000.00", currency: EUR, per: invoice, effect: absorbed}\n'
    text = tariffs.read_text("utf-8")
    head, name, rest = text.partition("- id: tar-unv-2026\n")
    tariffs.write_text(head + name + rest.replace("  lines:\n", limit + "  lines:\n", 1), "utf-8")
    settled(tmp_path / "data", documents).close()
    house = open_house(tmp_path / "data")
    closed(house, "2026-02", AT_CAP)

    found = credit(house, "sla-unv-2026", NETWORK, "2026-02").sum

    assert found is not None
    assert (found.absorbed, found.base, found.granted.amount) == (True, "0.00", "0.00")


def test_what_stops_the_base_stops_the_credit_and_is_named(
    tmp_path: Path, open_house: Callable[[Path], House]
) -> None:
    documents = shutil.copytree(STARTER, tmp_path / "cms-2008")
    tariffs = documents / "tariffs.yaml"
    kept = [each for each in tariffs.read_text("utf-8").splitlines() if "internet, q" not in each]
    tariffs.write_text("\n".join(kept), "utf-8")
    settled(tmp_path / "data", documents).close()
    house = open_house(tmp_path / "data")
    closed(house, "2026-02", AT_CAP)

    found = credit(house, "sla-unv-2026", NETWORK, "2026-02")

    assert found.sum is None
    assert found.error is not None
    assert found.error.code == "missing_quantity"


def test_a_month_without_a_tariff_has_no_base(house: House) -> None:
    found = credit(house, "sla-unv-2008", NETWORK, "2010-01")

    assert (found.sum, found.error) == (None, None)
