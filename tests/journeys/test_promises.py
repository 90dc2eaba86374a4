"""Two ways of a promise: a tariff from request to charge, a memorandum from talks to its first breach."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from catalogue.instants import parse_instant
from catalogue.plan import plan
from catalogue.reader import read
from probes.outcome import Outcome
from slamon.app import catalogue as applying
from slamon.app import imports
from slamon.cli.house import House
from slamon.cli.main import app

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
OCTOBER = parse_instant("2008-10-20T12:00Z")
PRICES = """offering,price_type,charge_period,unit,amount
off-unep-helpdesk,recurring,P1M,user,46.00
off-unep-mailbox,recurring,P1M,mailbox,12.00
"""
USED = """
- {offering: off-unep-helpdesk, quantity: 24, from: 2008-10-01, prov: {_: I}}
- {offering: off-unep-mailbox, quantity: 31, from: 2008-10-01, prov: {_: I}}
"""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """The starter set, and what is used of the UNEP group."""
    folder = tmp_path / "cms-2008"
    shutil.copytree(STARTER, folder)
    file = folder / "tariffs.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\nquantities:", f"\nquantities:{USED.rstrip()}", 1), "utf-8")
    return folder


@pytest.fixture
def slamon(tmp_path: Path, documents: Path) -> Callable[..., Result]:
    """The commands in a folder with the documents applied."""
    env = {"SLAMON_DATA": str(tmp_path / "var"), "SLAMON_ACTOR": "rita"}

    def run(*command: object) -> Result:
        done = CliRunner(env=env).invoke(app, [str(each) for each in command])
        assert done.exit_code == 0, done.output
        return done

    run("catalogue", "apply", documents, "--yes")
    return run


@pytest.fixture
def house(slamon: Callable[..., Result], tmp_path: Path) -> Iterator[House]:
    """The same folder, read."""
    with House(tmp_path / "var") as opened:
        yield opened


def test_a_tariff_is_requested_received_published_compared_and_charged(
    slamon: Callable[..., Result], house: House, tmp_path: Path
) -> None:
    # Given a tariff that was requested, whose commitment waits; offers are compared by a draft
    assert _state(house, "c-2.3") == "overdue"
    before = _compared(slamon, "2008-10")
    assert before["right"]["draft"]
    assert _payable(slamon) == []

    # When its prices come in a file, and it is published
    file = tmp_path / "prices.csv"
    file.write_text(PRICES, encoding="utf-8")
    slamon("import", "tariff", file, "--tariff", "tar-unep-2008", "--currency", "USD",
           "--from", "2008-10-01", "--on", "2008-09-15")  # fmt: skip
    said = slamon("tariff", "publish", "tar-unep-2008", "--on", "2008-09-20").stdout
    house.refresh()

    # Then the commitment that waited for it has closed itself
    assert "commitment c-2.3: due 2008-08-31: fulfilled 2008-09-20" in said
    assert _state(house, "c-2.3") == "fulfilled"
    # And the comparison rests on it now, without the surcharge of the draft: 24 x 46.00 + 31 x 12.00
    after = _compared(slamon, "2008-10")
    assert after != before
    assert after["right"]["total"] == "1476.00"
    # And a month is charged
    assert _payable(slamon) == ["1476.00"]
    # And the plan of recommendation 11.2 shows what each service would cost by it
    (line,) = (
        r for r in house.reading.register(OCTOBER).recommendations if r.recommendation == "11.2"
    )
    offered = {o.offering: o for each in line.realisations for o in each.offerings}
    assert (offered["off-unep-helpdesk"].amount, offered["off-unep-helpdesk"].tariff) == (
        "46.00", "tar-unep-2008",
    )  # fmt: skip


def _compared(slamon: Callable[..., Result], month: str) -> Any:
    said = slamon("compare", "--left", "unv", "--right", "unep-it-group", "--month", month,
                  "--rates", "demo", "--json")  # fmt: skip
    return json.loads(said.stdout)


def _payable(slamon: Callable[..., Result]) -> list[str]:
    said = slamon("charges", "--provider", "unep-it-group", "--month", "2008-10", "--json")
    return [invoice["payable"] for invoice in json.loads(said.stdout)["invoices"]]


def _state(house: House, name: str) -> str:
    house.refresh()
    lines = house.reading.commitments(OCTOBER)
    return next(line.state for line in lines if line.commitment == name)


def test_a_memorandum_is_prepared_signed_and_breached_from_that_day_only(tmp_path: Path) -> None:
    # Given a memorandum that is negotiated, about a service that was down in October and in December
    with House(tmp_path / "var") as house:
        stated = plan(read([STARTER]), {}, date(2008, 10, 1))
        applying.apply(house.ledger, stated, {}, actor="ann", reason="begun")
        house.refresh()
        down = ["2008-10-10", "2008-12-10"]
        _see(house, down)
        now = parse_instant("2009-02-20T12:00Z")
        shadow = house.reading.judge("mou-wcmc", "2008-10", now)
        assert shadow is not None
        assert {o.mode for o in shadow.objectives} == {"shadow"}
    env = {"SLAMON_DATA": str(tmp_path / "var"), "SLAMON_ACTOR": "rita"}

    def run(*command: str) -> str:
        done = CliRunner(env=env).invoke(app, command)
        assert done.exit_code == 0, done.output
        return done.stdout

    # When both annexes are agreed, and it is signed
    for name, kind, day in (
        ("c-4.1-services", "annex_services", "2008-09-30"),
        ("c-4.1-roles", "annex_raci", "2008-10-31"),
    ):
        run("commitment", "evidence", name, "--kind", kind, "--reference", "annex", "--on", day)
        run("commitment", "fulfil", name, "--on", day)
    said = run("agreement", "sign", "mou-wcmc", "--on", "2008-11-28")
    run("commitment", "evidence", "c-4.1-sign", "--kind", "signed_agreement",
        "--reference", "MoU of 28 November", "--on", "2008-11-28")  # fmt: skip
    run("commitment", "fulfil", "c-4.1-sign", "--on", "2008-11-28")

    # Then breaches begin on that day, and there is none of before
    assert "ends the shadow mode of o1, o2, o3" in said
    for month in ("2008-11", "2008-12", "2009-01"):
        run("close", "--agreement", "mou-wcmc", "--period", month)
    breaches = json.loads(run("breaches", "list", "--json"))
    assert [line["breach"] for line in breaches] == ["mou-wcmc.o1.2008-12"]
    with House(tmp_path / "var") as house:
        october = house.reading.judge("mou-wcmc", "2008-10", now)
        assert october is not None
        assert {o.mode for o in october.objectives} == {"shadow"}
        lines = house.reading.register(now).recommendations
        (line,) = (each for each in lines if each.recommendation == "4.1")
        assert {each.state for each in line.commitments} == {"fulfilled"}


def _see(house: House, down: list[str]) -> None:
    """Results of both probes of the service, every half hour from October to February, down on some days."""
    held = house.reading.catalogue()
    places = held.default_locations
    begin, end = parse_instant("2008-10-01T00:00Z"), parse_instant("2009-02-20T00:00Z")
    span = 86_400_000_000
    for probe in ("prb-ims-home", "prb-ims-search", "prb-reporting-login"):
        results = []
        for at in range(begin, end, span):
            day = date.fromordinal(date(2008, 10, 1).toordinal() + (at - begin) // span).isoformat()
            outcome = Outcome.BAD if day in down and probe == "prb-ims-home" else Outcome.GOOD
            results.append(imports.Result(probe, at, outcome, 100_000))
        for place in places:
            origin = imports.Source(probe, place, span)
            file = imports.File(f"{probe}-{place}.csv", place[-1] * 64)
            imports.record(house.ledger, origin, file, results, actor="ann")
    house.refresh()
