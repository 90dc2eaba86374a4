"""Charging: tariffs and quantities become lines, lines an invoice; each figure of the test vectors to the cent."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from catalogue.charging import ChargeError, PriceList, price_of_tiers
from catalogue.comparing import compared
from catalogue.exchange import Rates
from catalogue.funding import split
from catalogue.invoicing import invoices, is_absorbed, surcharged
from catalogue.months import Month
from catalogue.problems import DocumentsRefused
from catalogue.reader import read
from catalogue.services import Service
from catalogue.tariffs import ExchangeRate, Quantity, QuantityTier, Tariff, Validity

HERE = Path(__file__).parent
STARTER = HERE.parents[1] / "catalogue" / "starter" / "cms-2008"
VECTORS = YAML(typ="safe").load((HERE / "cms-2008-golden.yaml").read_text("utf-8"))
CATALOGUE = read([STARTER])
TARIFFS = [record for _, record in CATALOGUE.of(Tariff)]
QUANTITIES = [record for _, record in CATALOGUE.of(Quantity)]
SERVICES = [record for _, record in CATALOGUE.of(Service)]
RATES = [record for _, record in CATALOGUE.of(ExchangeRate)]
PRICES = PriceList(TARIFFS, QUANTITIES)


def tariff(name: str) -> Tariff:
    return next(each for each in TARIFFS if each.id == name)


def cases(name: str) -> list[Any]:
    return [pytest.param(v, id=str(v.get("case", n))) for n, v in enumerate(VECTORS[name])]


@pytest.mark.parametrize("vector", cases("tariff_of_day"))
def test_a_day_is_priced_by_the_tariff_in_force(vector: dict[str, Any]) -> None:
    found = PRICES.priced(vector["offering"], vector["date"])
    told = (found[0].id, str(found[1].amount)) if found else (None, None)
    assert told == (vector["tariff"], vector["amount"])


@pytest.mark.parametrize("vector", cases("charges"))
def test_a_month_is_charged_line_by_line(vector: dict[str, Any]) -> None:
    month = Month.named(vector["month"])
    lines = PRICES.charged(vector["provider"], month)

    told = [
        {
            "tariff": each.tariff,
            "line": each.line,
            "amount": str(each.amount),
            **(
                {"date": each.ordered, "quantity": each.quantity}
                if each.ordered
                else {"segments": [{"days": s.days, "quantity": s.quantity} for s in each.segments]}
            ),
        }
        for each in lines
    ]
    (invoice,) = invoices(vector["provider"], month, lines, TARIFFS)
    assert told == vector["lines"]
    assert (str(invoice.total), invoice.currency) == (vector["total"], vector["currency"])
    assert month.length == vector["days"]


@pytest.mark.parametrize("vector", cases("tiers"))
def test_tiers_apply_to_the_level_of_each_segment(vector: dict[str, Any]) -> None:
    tiers = [QuantityTier.model_validate(each) for each in vector["tiers"]]
    days = vector.get("days", 1)
    segments = vector.get("segments", [{"days": days, "quantity": vector.get("quantity")}])
    for mode in ("graduated", "volume"):
        exact = sum(
            each["days"] * price_of_tiers(tiers, mode, each["quantity"]) for each in segments
        )
        assert f"{Decimal(round(exact / days * 100)) / 100:.2f}" == vector[mode]


@pytest.mark.parametrize("vector", cases("invoices"))
def test_surcharges_come_before_the_limit_of_small_invoices(vector: dict[str, Any]) -> None:
    known = tariff(vector["tariff"])
    (psc,) = surcharged(known, Decimal(vector["net"]))
    total = Decimal(vector["net"]) + psc.amount
    assert (str(psc.amount), str(total)) == (vector["psc"], vector["total"])
    assert is_absorbed(known, total) is vector["absorbed"]


@pytest.mark.parametrize("vector", cases("conversions"))
def test_each_line_is_converted_and_rounded_by_itself(vector: dict[str, Any]) -> None:
    found = Rates(RATES, vector["kind"]).convert(
        [Decimal(each) for each in vector["lines"]], vector["from"], vector["to"], vector["date"]
    )
    assert [str(each) for each in found.amounts] == vector["converted"]
    assert str(found.total) == vector["total"]


@pytest.mark.parametrize("vector", cases("estimates"))
def test_a_draft_shows_what_it_would_cost(vector: dict[str, Any]) -> None:
    known = tariff(vector["tariff"])
    (line,) = [each for each in known.lines if each.id == vector["line"]]
    assumed = Quantity.model_validate(
        {"offering": line.offering, "quantity": 1, "from": dt.date(2008, 1, 1), "prov": {"_": "I"}}
    )
    alone = known.model_copy(update={"lines": (line,)})
    months = [Month(2008 + (n + 9) // 12, (n + 9) % 12 + 1) for n in range(12)]
    amounts = [
        made.amount
        for month in months
        for made in PriceList([alone], [assumed]).of_tariff(alone, month, estimate=True)
    ]
    assert str(amounts[0]) == vector["amount"]
    assert str(sum(amounts)) == vector["twelve_months"]


AT_LOAD = {
    "an amount cannot be negative: -1.00": "negative_amount",
    "the first tier is below 99.90, but the target is 99.50": "tier_target_mismatch",
}


@pytest.mark.parametrize("vector", cases("charge_errors"))
def test_an_error_stops_the_figure_and_is_named(vector: dict[str, Any], tmp_path: Path) -> None:
    if "line" in vector or "target" in vector:
        shutil.copytree(STARTER, tmp_path / "set")
        spoil(tmp_path / "set", vector)
        with pytest.raises(DocumentsRefused) as fault:
            read([tmp_path / "set"])
        told = [code for said, code in AT_LOAD.items() if said in str(fault.value)]
        assert told == [vector["error"]]
        return
    with pytest.raises(ChargeError) as refused:
        compute(vector)
    assert refused.value.code == vector["error"]
    assert str(refused.value)


def spoil(folder: Path, vector: dict[str, Any]) -> None:
    """Write what a vector says into the documents of a set."""
    name = "tariffs" if "line" in vector else "agreements"
    content = YAML(typ="safe").load((folder / f"{name}.yaml").read_text("utf-8"))
    if "line" in vector:
        content[name][2]["lines"] = [{"id": "t1", **vector["line"]}]
    else:
        objective = content[name][1]["objectives"][0]
        objective["target"] = vector["target"]
        objective["remedy"]["tiers"] = vector["tiers"]
    with (folder / f"{name}.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(content, file)


def compute(vector: dict[str, Any]) -> None:
    match vector:
        case {"tariff": name, "month": month}:
            known = [each for each in QUANTITIES if each.offering != vector.get("without")]
            PriceList(TARIFFS, known).of_tariff(tariff(name), Month.named(month))
        case {"lines": lines, "from": source, "to": target, "date": day, "kind": kind}:
            Rates(RATES, kind).convert([Decimal(each) for each in lines], source, target, day)
        case {"published": spans, "offering": offering}:
            both = [
                tariff("tar-unv-2026").model_copy(
                    update={"id": f"tar-{n}", "valid_for": Validity.model_validate(span)}
                )
                for n, span in enumerate(spans)
            ]
            PriceList(both, QUANTITIES).priced(offering, spans[1]["from"])


def test_what_is_missing_is_named() -> None:
    known = [each for each in QUANTITIES if each.offering != "off-internet"]
    with pytest.raises(ChargeError, match="off-internet on 2026-03-01"):
        PriceList(TARIFFS, known).charged("unv", Month(2026, 3))


@pytest.mark.parametrize("vector", cases("comparisons"))
def test_two_offers_for_the_same_need_are_compared(vector: dict[str, Any]) -> None:
    sides = vector["left"]["provider"], vector["right"]["provider"]
    rates = Rates(RATES, vector["rate_kind"])
    month = Month.named(vector["month"])
    found = compared(sides, month, SERVICES, TARIFFS, QUANTITIES, rates)

    right, converted = vector["right"], vector["converted"]
    amounts = dict(
        zip([e.offering for e in found.right.lines] + ["psc"], found.converted.amounts, strict=True)
    )
    assert {e.offering: str(e.amount) for e in found.left.lines} == vector["left"]["lines"]
    assert str(found.left.total) == vector["left"]["total"]
    assert {e.offering: str(e.amount) for e in found.right.lines} == right["lines"]
    assert {e.surcharge: str(e.amount) for e in found.right.surcharges} == right["surcharges"]
    assert (str(found.right.total), found.right.draft) == (right["total"], right["draft"])
    assert {k: str(v) for k, v in amounts.items()} == converted["lines"] | converted["surcharges"]
    assert str(found.converted.total) == converted["total"]
    assert str(found.converted.rates[1].per_usd) == converted["rate"]
    assert sorted(found.without_counterpart) == sorted(vector["without_counterpart"])
    assert str(found.difference) == vector["difference"]


@pytest.mark.parametrize("vector", cases("funding"))
def test_a_surcharge_is_split_to_the_cent(vector: dict[str, Any]) -> None:
    net = {name: Decimal(each) for name, each in vector["net"].items()}
    found = split(Decimal(vector["surcharge"]), net, "USD")
    assert {name: str(each) for name, each in found.items()} == vector["split"]
    totals = {name: str(net[name] + found[name]) for name in net}
    assert totals == vector["totals"]
    assert str(sum(map(Decimal, totals.values()))) == vector["invoice"]


def assumed(quantities: dict[str, int]) -> list[Quantity]:
    """Quantities as a vector states them, held since long ago."""
    since = {"from": dt.date(2008, 1, 1), "prov": {"_": "I"}}
    return [
        Quantity.model_validate({"offering": name, "quantity": count, **since})
        for name, count in quantities.items()
    ]


@pytest.mark.parametrize("vector", cases("money"))
def test_a_tariff_and_quantities_come_to_an_invoice(vector: dict[str, Any]) -> None:
    known = tariff(vector["tariff"])
    used = [each for each in known.lines if each.offering in vector["quantities"]]
    priced = known.model_copy(update={"lines": tuple(used)})
    month = Month.named(vector.get("month", "2008-07"))
    prices = PriceList([priced], assumed(vector["quantities"]))
    lines = prices.of_tariff(priced, month, estimate=known.status == "draft")

    (invoice,) = invoices(known.provider, month, lines, [priced])

    assert {each.line: str(each.amount) for each in lines} == vector["lines"]
    assert str(invoice.net) == vector.get("net", vector["total"])
    surcharges = {each.surcharge: str(each.amount) for each in invoice.surcharges}
    assert surcharges == vector.get("surcharges", {})
    assert (str(invoice.total), invoice.currency) == (vector["total"], vector["currency"])
    amounts = [each.amount for each in invoice.lines]
    amounts += [each.amount for each in invoice.surcharges]
    for wanted in vector.get("converted", ()):
        day = dt.date.fromisoformat(wanted["date"])
        found = Rates(RATES, "demo").convert(amounts, invoice.currency, wanted["currency"], day)
        assert (str(found.total), str(found.rates[1].per_usd)) == (wanted["amount"], wanted["rate"])
    if "credit" in vector:
        basis = {line: vector["lines"][line] for line in vector["credit"]["basis_lines"]}
        assert str(sum(map(Decimal, basis.values()))) == vector["credit"]["basis"]
