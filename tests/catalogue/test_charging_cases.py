"""Charging: cases worked by hand, each with its working beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from catalogue.charging import PriceList
from catalogue.exchange import Rates
from catalogue.invoicing import Invoice, invoices
from catalogue.months import Month
from catalogue.tariffs import ExchangeRate, Quantity, Tariff

NAMES = {"en": "A", "fr": "A", "es": "A"}
Level = tuple[str, int, str]

GRADUATED = {
    "tiers": (
        {"up_to": 10, "amount": "1.00"},
        {"up_to": 30, "amount": "0.50"},
        {"up_to": None, "amount": "0.10"},
    ),
    "tier_mode": "graduated",
}
VOLUME = {**GRADUATED, "tier_mode": "volume"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def price(name: str, amount: str, per: str = "P1M", **more: object) -> dict[str, object]:
    shape = {"offering": name, "price_type": "recurring", "charge_period": per, "unit": "user"}
    return {**shape, "amount": amount, **more}


def usage(name: str, tiers: Mapping[str, object], per: str = "P1M") -> dict[str, object]:
    return {
        "offering": name, "price_type": "usage", "charge_period": per, "unit": "gb", **tiers
    }  # fmt: skip


def once(name: str, amount: str) -> dict[str, object]:
    return {"offering": name, "price_type": "one_time", "unit": "piece", "amount": amount}


def free(percent: str, of: str) -> dict[str, Any]:
    return {"free_share": {"percent": percent, "of": of}}


def surcharge(name: str, rate: str) -> dict[str, object]:
    return {"id": name, "kind": "percent", "rate": rate, "applies_to": "all", "label": NAMES}


def at_most(amount: str) -> dict[str, object]:
    return {"amount": amount, "currency": "EUR", "per": "invoice", "effect": "absorbed"}


@dataclass(frozen=True)
class Case:
    """A tariff, quantities (`from`) and orders (`date`), and what each line, then each surcharge, comes to."""

    lines: Sequence[Mapping[str, object]]
    expected: Sequence[str]
    worked: str
    levels: Sequence[Level] = (("a", 1, "2026-01-01"),)
    orders: Sequence[Level] = ()
    month: str = "2026-06"
    begin: str = "2020-01-01"
    end: str | None = None
    payable: str | None = None
    tariff: Mapping[str, Any] = field(default_factory=dict)

    def invoice(self) -> Invoice | None:
        made = Tariff.model_validate(
            {
                "id": "tar",
                "provider": "them",
                "name": NAMES,
                "status": "published",
                "recommendations": (),
                "list_kind": "standard",
                "currency": "EUR",
                "valid_for": {"from": day(self.begin), "to": day(self.end) if self.end else None},
                "lines": tuple({"id": f"t{n}", **line} for n, line in enumerate(self.lines)),
                "prov": {"_": "I"},
                **self.tariff,
            }
        )
        known = [quantity(*each, "from") for each in self.levels]
        known += [quantity(*each, "date") for each in self.orders]
        month = Month.named(self.month)
        lines = PriceList([made], known).charged("them", month)
        found = invoices("them", month, lines, [made])
        return found[0] if found else None


def quantity(name: str, count: int, when: str, kind: str) -> Quantity:
    told = {"offering": name, "quantity": count, kind: day(when), "prov": {"_": "I"}}
    return Quantity.model_validate(told)


A_AND_B = (("a", 1, "2026-01-01"), ("b", 1, "2026-01-01"))
CASES = {
    "a whole month": Case(
        [price("a", "10.00")], ["30.00"], "10.00 * 3", levels=[("a", 3, "2026-01-01")]
    ),
    "a tariff that ends within": Case(
        [price("a", "30.00")], ["10.00"], "30.00 * 10 / 30", end="2026-06-10"
    ),
    "a tariff that begins within": Case(
        [price("a", "30.00")], ["10.00"], "30.00 * 10 / 30", begin="2026-06-21"
    ),
    "a tariff of one day": Case(
        [price("a", "10.00")], ["0.32"], "10.00 / 31 = 0.3225…",
        month="2026-07", begin="2026-07-31", end="2026-07-31",
    ),
    "a tariff that ended the day before": Case(
        [price("a", "10.00")], [], "no day of the month", end="2026-05-31"
    ),
    "half of a February": Case(
        [price("a", "28.00")], ["14.00"], "28.00 * 14 / 28", month="2026-02", end="2026-02-14"
    ),
    "half of a February in a leap year": Case(
        [price("a", "29.00")], ["14.00"], "29.00 * 14 / 29", month="2028-02", end="2028-02-14"
    ),
    "half a cent": Case([price("a", "0.01")], ["0.01"], "0.01 * 15 / 30 = 0.005", end="2026-06-15"),
    "less than half a cent": Case(
        [price("a", "0.01")], ["0.00"], "0.01 * 14 / 30 = 0.0046…", end="2026-06-14"
    ),
    "a quantity that falls to none": Case(
        [price("a", "30.00")], ["15.00"], "(15 * 30.00 + 15 * 0) / 30",
        levels=[("a", 1, "2026-01-01"), ("a", 0, "2026-06-16")],
    ),
    "a quantity of none": Case(
        [price("a", "30.00")], ["0.00"], "30.00 * 0", levels=[("a", 0, "2026-01-01")]
    ),
    "a quantity that grows twice": Case(
        [price("a", "9.00")], ["18.00"], "(10 * 9.00 + 10 * 18.00 + 10 * 27.00) / 30",
        levels=[("a", 1, "2026-06-01"), ("a", 2, "2026-06-11"), ("a", 3, "2026-06-21")],
    ),
    "segments that are not rounded": Case(
        [price("a", "0.50")], ["0.52"], "(15 * 0.50 + 1.00 + 15 * 0.50) / 31 = 0.516… (each cut: 0.51)",
        month="2026-07",
        levels=[("a", 1, "2026-07-01"), ("a", 2, "2026-07-16"), ("a", 1, "2026-07-17")],
    ),
    "a price of a year": Case([price("a", "100.00", "P1Y")], ["8.33"], "100.00 / 12 = 8.333…"),
    "half a month of a price of a year": Case(
        [price("a", "100.00", "P1Y")], ["4.17"], "100.00 / 12 / 2 = 4.1666…", end="2026-06-15"
    ),
    "a price of a quarter": Case([price("a", "100.00", "P3M")], ["33.33"], "100.00 / 3"),
    "twelve of a price of a year": Case(
        [price("a", "100.00", "P1Y")], ["100.00"], "100.00 * 12 / 12",
        levels=[("a", 12, "2026-01-01")],
    ),
    "tiers one by one": Case(
        [usage("a", GRADUATED)], ["21.50"], "10 * 1.00 + 20 * 0.50 + 15 * 0.10",
        levels=[("a", 45, "2026-01-01")],
    ),
    "tiers one by one, at a border": Case(
        [usage("a", GRADUATED)], ["20.00"], "10 * 1.00 + 20 * 0.50",
        levels=[("a", 30, "2026-01-01")],
    ),
    "tiers one by one, of a year": Case(
        [usage("a", GRADUATED, "P1Y")], ["1.79"], "21.50 / 12 = 1.7916…",
        levels=[("a", 45, "2026-01-01")],
    ),
    "all by one tier": Case(
        [usage("a", VOLUME)], ["4.50"], "45 * 0.10", levels=[("a", 45, "2026-01-01")]
    ),
    "all by one tier, at its border": Case(
        [usage("a", VOLUME)], ["15.00"], "30 * 0.50", levels=[("a", 30, "2026-01-01")]
    ),
    "all by one tier, one above its border": Case(
        [usage("a", VOLUME)], ["3.10"], "31 * 0.10", levels=[("a", 31, "2026-01-01")]
    ),
    "tiers for each segment": Case(
        [usage("a", VOLUME)], ["9.05"], "(15 * 15.00 + 15 * 3.10) / 30",
        levels=[("a", 30, "2026-06-01"), ("a", 31, "2026-06-16")],
    ),
    "a free share": Case(
        [price("a", "12.00"), price("b", "10.00", **free("50.00", "a"))],
        ["12.00", "4.00"], "10.00 - 50 % of 12.00", levels=A_AND_B,
    ),
    "a free share of more than the line": Case(
        [price("a", "12.00"), price("b", "5.00", **free("100.00", "a"))],
        ["12.00", "0.00"], "5.00 - 12.00 is no charge", levels=A_AND_B,
    ),
    "a free share of what nobody uses": Case(
        [price("a", "12.00"), price("b", "5.00", **free("100.00", "a"))],
        ["0.00", "5.00"], "5.00 - 100 % of 0",
        levels=[("a", 0, "2026-01-01"), ("b", 1, "2026-01-01")],
    ),
    "a free share that is not rounded before": Case(
        [price("a", "0.35"), price("b", "1.00", **free("10.00", "a"))],
        ["0.35", "0.97"], "1.00 - 0.035 = 0.965 (of 0.04: 0.96)", levels=A_AND_B,
    ),
    "two orders": Case(
        [once("a", "85.00")], ["170.00", "85.00"], "85.00 * 2, 85.00 * 1", levels=[],
        orders=[("a", 2, "2026-06-01"), ("a", 1, "2026-06-30")],
    ),
    "an order of another month": Case(
        [once("a", "85.00")], [], "no order, no line", levels=[], orders=[("a", 2, "2026-05-31")]
    ),
    "an order before the tariff": Case(
        [once("a", "85.00")], [], "the day is not priced", levels=[], begin="2026-06-16",
        orders=[("a", 2, "2026-06-15")],
    ),
    "an order under a tariff of half a month": Case(
        [once("a", "85.00")], ["85.00"], "in full", levels=[], begin="2026-06-16",
        orders=[("a", 1, "2026-06-16")],
    ),
    "a surcharge with a tie": Case(
        [price("a", "100.50")], ["100.50", "13.07"], "13 % of 100.50 = 13.065",
        tariff={"surcharges": (surcharge("psc", "13.00"),)},
    ),
    "two surcharges": Case(
        [price("a", "100.00")], ["100.00", "10.00", "5.00"], "10 % and 5 % of 100.00 each",
        tariff={"surcharges": (surcharge("x", "10.00"), surcharge("y", "5.00"))},
        payable="115.00",
    ),
    "a small invoice, at the limit": Case(
        [price("a", "20.00")], ["20.00"], "20.00 <= 20.00",
        tariff={"de_minimis": at_most("20.00")}, payable="0",
    ),
    "a small invoice, a cent above the limit": Case(
        [price("a", "20.01")], ["20.01"], "20.01 > 20.00, and all of it",
        tariff={"de_minimis": at_most("20.00")}, payable="20.01",
    ),
    "a surcharge that lifts it above the limit": Case(
        [price("a", "19.00")], ["19.00", "1.90"], "19.00 + 1.90 > 20.00",
        tariff={"surcharges": (surcharge("x", "10.00"),), "de_minimis": at_most("20.00")},
        payable="20.90",
    ),
    "a currency without cents": Case(
        [price("a", "100")], ["52"], "100 * 16 / 31 = 51.6…",
        month="2026-07", end="2026-07-16", tariff={"currency": "JPY"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(each, id=name) for name, each in CASES.items()])
def test_a_month_comes_to_what_was_worked_out_by_hand(case: Case) -> None:
    invoice = case.invoice()
    amounts = [each.amount for each in invoice.lines] if invoice else []
    amounts += [each.amount for each in invoice.surcharges] if invoice else []
    assert [str(each) for each in amounts] == list(case.expected), case.worked
    if invoice is not None and case.payable is not None:
        assert str(invoice.payable) == case.payable, case.worked


RATES = [
    ExchangeRate.model_validate({**each, "prov": {"_": "I"}})
    for each in (
        {"currency": "EUR", "per_usd": "0.5000", "effective": day("2026-01-01"), "kind": "unore"},
        {"currency": "EUR", "per_usd": "0.8000", "effective": day("2026-02-15"), "kind": "unore"},
        {"currency": "EUR", "per_usd": "0.9000", "effective": day("2026-02-15"), "kind": "market"},
        {"currency": "JPY", "per_usd": "150.55", "effective": day("2026-01-01"), "kind": "unore"},
    )
]


@pytest.mark.parametrize(
    ("amount", "source", "target", "on", "expected"),
    [
        pytest.param("10.00", "USD", "EUR", "2026-02-14", "5.00", id="the day before: 10 * 0.5"),
        pytest.param("10.00", "USD", "EUR", "2026-02-15", "8.00", id="the day itself: 10 * 0.8"),
        pytest.param("10.00", "EUR", "USD", "2026-02-15", "12.50", id="to the dollar: 10 / 0.8"),
        pytest.param("10.00", "EUR", "EUR", "2026-02-15", "10.00", id="to itself"),
        pytest.param("1.00", "USD", "JPY", "2026-02-15", "151", id="150.55 without cents"),
        pytest.param("1.00", "EUR", "JPY", "2026-02-15", "188", id="150.55 / 0.8 = 188.1875"),
    ],
)
def test_the_newest_rate_of_the_kind_that_is_effective_converts(
    amount: str, source: str, target: str, on: str, expected: str
) -> None:
    found = Rates(RATES, "unore").convert([Decimal(amount)], source, target, day(on))
    assert str(found.total) == expected
