"""Charges as answers tell them: who bears what, surcharges split to the cent, offers side by side."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from catalogue.charging import ChargeError
from catalogue.months import Month
from slamon.cli.house import House
from tests.views.worlds.accounts import STARTER, close, decide, settled

Edited = Callable[[Callable[[str], str], str], Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A copy of the documents in which a file was edited."""

    def edit(change: Callable[[str], str], name: str = "tariffs.yaml") -> Path:
        folder = tmp_path / "cms-2008"
        if not folder.exists():
            shutil.copytree(STARTER, folder)
        text = (folder / name).read_text("utf-8")
        changed = change(text)
        assert changed != text
        (folder / name).write_text(changed, "utf-8")
        return folder

    return edit


def published(text: str) -> str:
    """The draft of the UNEP IT group as if it had been published, and its quantities consumed."""
    text = text.replace(
        "status: draft\n  list_kind: standard", "status: published\n  list_kind: standard"
    )
    return text.replace("use: comparison, ", "")


def test_a_surcharge_is_borne_by_funding_sources_to_the_cent(
    tmp_path: Path, edited: Edited, open_house: Callable[[Path], House]
) -> None:
    """13 % of 752.00 + 1104.00 = 241.28; all of it is of one service, so of one source."""
    settled(tmp_path / "data", edited(published, "tariffs.yaml")).close()
    house = open_house(tmp_path / "data")

    found = house.reading.charges("unep-it-group", Month(2008, 8))

    assert found is not None
    (invoice,) = found.invoices
    (source,) = invoice.funding
    assert (source.source, source.net, source.surcharges) == ("unspecified", "1856.00", "241.28")
    assert (source.total, invoice.total, invoice.limit) == ("2097.28", "2097.28", "20.00")
    assert found.without_source == ("svc-unep-shared-infrastructure",)


def test_lines_and_credits_go_to_the_source_of_their_service(
    tmp_path: Path, edited: Edited, open_house: Callable[[Path], House]
) -> None:
    def funded(text: str) -> str:
        head, name, rest = text.partition("- id: svc-campus-network\n")
        return head + name + rest.replace("unspecified", "core", 1)

    settled(tmp_path / "data", edited(funded, "services.yaml")).close()
    house = open_house(tmp_path / "data")
    close(house, "sla-unv-2026", "2026-02", {"o1": "11342.9/11400"})
    decide(house, "sla-unv-2026.o1.2026-02", "upheld")

    found = house.reading.charges("unv", Month(2026, 2))

    assert found is not None
    (invoice,) = found.invoices
    told = {each.source: (each.total, each.credit, each.left) for each in invoice.funding}
    assert told == {
        "core": ("579.70", "28.99", "550.71"),
        # 26 * 41.00 + 29 * 25.00 - 106.60 + 34 * 7.00
        "unspecified": ("1922.40", "0.00", "1922.40"),
    }
    assert invoice.total == "2502.10"
    assert found.without_source == ("svc-it-support",)


def test_a_tariff_is_told_in_full(house: House) -> None:
    found = house.reading.tariff("tar-unep-2008-draft")
    assert found is not None
    storage = next(each for each in found.lines if each.offering == "off-unep-storage")
    assert [(each.up_to, each.amount) for each in storage.tiers] == [(100, "0.80"), (None, "0.50")]
    assert (found.surcharges[0].rate, found.de_minimis) == ("13.00", "20.00")
    assert {each.comparison for each in found.quantities} == {True}

    ended = house.reading.tariff("tar-unv-2026")
    assert ended is not None
    assert (ended.valid_to, ended.charged_until) == (None, "2026-09-14")
    assert ended.superseded_by == "tar-unv-2026-09"
    desk = [
        (each.quantity, each.from_ or each.ordered)
        for each in ended.quantities
        if each.offering in {"off-helpdesk", "off-setup"}
    ]
    assert desk == [(26, "2026-01-01"), (28, "2026-03-16"), (2, "2026-03-16")]

    asked_for = house.reading.tariff("tar-unep-2008")
    assert asked_for is not None
    assert (asked_for.state, asked_for.lines, asked_for.currency) == ("requested", (), None)
    assert house.reading.tariff("tar-none") is None


@pytest.mark.parametrize(
    ("month", "rate", "effective", "right", "difference"),
    [
        pytest.param("2008-07", "0.6400", "2008-07-01", "1067.44", "46.06", id="July 2008"),
        pytest.param("2008-10", "0.6700", "2008-08-15", "1117.48", "-3.98", id="October 2008"),
    ],
)
def test_two_offers_are_compared_side_by_side(
    house: House, month: str, rate: str, effective: str, right: str, difference: str
) -> None:
    found = house.reading.comparison("unv", "unep-it-group", Month.named(month), "demo")

    assert found is not None
    assert [(each.left[0].offering, each.right[0].offering) for each in found.needs] == [
        ("off-helpdesk", "off-unep-helpdesk"),
        ("off-mailbox", "off-unep-mailbox"),
    ]
    assert (found.left.total, found.right.total, found.right.converted) == (
        "1113.50", "1667.88", right,
    )  # fmt: skip
    assert (found.left.draft, found.right.draft, found.needs[0].right[0].draft) == (
        False, True, True,
    )  # fmt: skip
    assert [(each.per_usd, each.effective) for each in found.rates if each.effective] == [
        (rate, effective)
    ]
    assert found.difference == difference
    assert {each.offering for each in found.without_counterpart} == {
        "off-workstation", "off-lan-port", "off-internet",
        "off-unep-vm", "off-unep-web", "off-unep-storage",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("month", "kind", "code"),
    [
        pytest.param("2008-06", "demo", "nothing_to_compare", id="before the draft begins"),
        pytest.param("2008-07", "unore", "missing_rate", id="no rate of this kind"),
    ],
)
def test_what_stops_a_comparison_is_named(house: House, month: str, kind: str, code: str) -> None:
    with pytest.raises(ChargeError) as refused:
        house.reading.comparison("unv", "unep-it-group", Month.named(month), kind)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_offerings_without_a_price_are_listed(
    tmp_path: Path, edited: Edited, open_house: Callable[[Path], House]
) -> None:
    def used(text: str) -> str:
        first = "- {offering: off-helpdesk, quantity: 24"
        line = "- {offering: off-web-public, quantity: 1, from: 2008-05-01, prov: {_: I}}\n"
        return text.replace(first, line + first, 1)

    edited(lambda text: text.replace("provider: web-host", "provider: unv", 1), "services.yaml")
    documents = edited(used, "tariffs.yaml")
    settled(tmp_path / "data", documents).close()
    house = open_house(tmp_path / "data")

    found = house.reading.comparison("unv", "unep-it-group", Month(2008, 7), "demo")

    assert found is not None
    assert [each.offering for each in found.without_price] == ["off-web-public"]
    assert found.difference == "46.06"
