"""What people do with promises, by command and by the API: what it says, what it leaves, what it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SET = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
CSV = """offering,price_type,charge_period,unit,amount
off-unep-helpdesk,recurring,P1M,user,46.00
off-unep-mailbox,recurring,P1M,mailbox,12.00
"""
YAML = """list_kind: standard
currency: USD
valid_for: {from: 2008-10-01, to: 2009-12-31}
lines:
- {id: t1, offering: off-unep-helpdesk, price_type: recurring, charge_period: P1M, unit: user, amount: "46.00"}
surcharges: [{id: psc, kind: percent, rate: "13.00", applies_to: all, label: {en: P, fr: P, es: P}}]
"""


@pytest.fixture(scope="session")
def cms_folder(commands: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the starter set of 2008 applied; nobody writes to it."""
    folder = tmp_path_factory.mktemp("cms") / "var"
    assert commands(folder)("catalogue", "apply", SET, "--yes").exit_code == 0
    return Path(folder)


@pytest.fixture
def cms(commands: Any, cms_folder: Path, tmp_path: Path) -> Any:
    """The commands in a copy of it."""
    shutil.copytree(cms_folder, tmp_path / "var")
    return commands(tmp_path / "var")


@pytest.fixture
def price_list(tmp_path: Path) -> Callable[..., Path]:
    """Write a price list."""

    def write(text: str, name: str = "prices.csv") -> Path:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write


OF_CSV = ("--tariff", "tar-unep-2008", "--currency", "USD", "--from", "2008-10-01")


def test_what_was_recorded_is_said_in_a_sentence(cms: Any) -> None:
    done = cms("agreement", "sign", "mou-wcmc", "--on", "2008-12")

    assert done.exit_code == 0
    assert done.stdout == (
        "agreement mou-wcmc: signed 2008-12, which ends the shadow mode of o1, o2, o3\n"
    )


def test_the_same_act_once_more_records_nothing(cms: Any) -> None:
    cms("agreement", "sign", "mou-wcmc", "--on", "2008-12")
    before = cms.position()

    done = cms("agreement", "sign", "mou-wcmc", "--on", "2008-12")

    assert (done.exit_code, cms.position()) == (0, before)
    assert done.stdout == "agreement mou-wcmc: nothing new, it was recorded before\n"


def test_the_ledger_is_ahead_of_the_documents_and_stays_so(cms: Any) -> None:
    cms("agreement", "sign", "mou-wcmc", "--on", "2008-12")
    cms("service", "move", "svc-groms", "--to", "live", "--reason", "integrated")
    before = cms.position()

    said = cms("catalogue", "apply", SET, "--yes").stdout

    assert (
        "agreement mou-wcmc: the ledger is ahead: state signed (the document says negotiating)"
        in said
    )
    assert "service svc-groms: the ledger is ahead: lifecycle live" in said
    assert cms.position() == before


@pytest.mark.parametrize(
    ("command", "said"),
    [
        pytest.param(
            ("tariff", "publish", "tar-unep-2008"),
            "tar-unep-2008 is requested and cannot be published; receive its prices first",
            id="a tariff without prices",
        ),
        pytest.param(
            ("commitment", "fulfil", "c-4.1-sign"),
            "c-4.1-sign is not fulfilled without signed_agreement; show it first",
            id="a commitment without its evidence",
        ),
        pytest.param(
            ("agreement", "sign", "mou-wcc", "--on", "2008-12"),
            "there is no agreement 'mou-wcc'; `slamon catalogue list --kind agreement` names them",
            id="a record that there is not",
        ),
        pytest.param(
            ("service", "move", "svc-groms", "--to", "proposed", "--reason", "again"),
            "svc-groms is integrating, and goes from there to live or retained or retired only",
            id="a stage that is behind",
        ),
    ],
)
def test_what_is_not_allowed_is_refused_and_nothing_is_recorded(
    cms: Any, command: tuple[str, ...], said: str
) -> None:
    before = cms.position()

    done = cms(*command)

    assert (done.exit_code, cms.position()) == (1, before)
    assert said in done.output


def test_a_date_in_other_words_is_told_how_it_is_written(cms: Any) -> None:
    done = cms("agreement", "sign", "mou-wcmc", "--on", "12/2008")

    assert done.exit_code == 2
    assert "'12/2008' is no date; write a year, a month or a day, like 2026-05" in done.output


def test_publishing_the_tariff_closes_the_commitment_that_waits_for_it(
    cms: Any, price_list: Callable[..., Path]
) -> None:
    received = cms("import", "tariff", price_list(CSV), *OF_CSV, "--on", "2008-09-15")
    published = cms("tariff", "publish", "tar-unep-2008", "--on", "2008-09-20")

    assert "tariff tar-unep-2008: received 2008-09-15 in prices.csv" in received.stdout
    assert published.stdout == (
        "tariff tar-unep-2008: published 2008-09-20\n"
        "commitment c-2.3: due 2008-08-31: fulfilled 2008-09-20 by TariffPublished tar-unep-2008\n"
    )


def test_documents_that_lack_the_prices_are_behind_until_they_are_exported(
    cms: Any, price_list: Callable[..., Path], tmp_path: Path
) -> None:
    cms("import", "tariff", price_list(CSV), *OF_CSV, "--on", "2008-09-15")
    cms("tariff", "publish", "tar-unep-2008", "--on", "2008-09-20")
    before = cms.position()

    old = cms("catalogue", "apply", SET, "--yes")
    exported = cms("catalogue", "export", tmp_path / "cms-2008")
    new = cms("catalogue", "plan", tmp_path / "cms-2008")

    assert (old.exit_code, cms.position()) == (0, before)
    assert "tariff tar-unep-2008: edited on " in old.stdout
    assert "the document lacks it; export it" in old.stdout
    assert exported.exit_code == 0, exported.output
    assert "nothing to record: the ledger knows all of it" in new.stdout


def test_a_tariff_that_supersedes_another_ends_it(cms: Any, tmp_path: Path) -> None:
    folder = tmp_path / "cms-2008"
    shutil.copytree(SET, folder)
    file = folder / "tariffs.yaml"
    text = file.read_text(encoding="utf-8")
    new = """- id: tar-unv-2026-12
  provider: unv
  name: {en: "UNV", fr: "VNU", es: "VNU"}
  status: received
  list_kind: negotiated
  currency: EUR
  supersedes: tar-unv-2026-09
  valid_for: {from: 2026-12-01, to: null}
  recommendations: []
  lines:
  - {id: t1, offering: off-helpdesk, price_type: recurring, charge_period: P1M, unit: user, amount: "43.00"}
  prov: {_: I}
"""
    file.write_text(text.replace("\nquantities:", f"\n{new}quantities:"), encoding="utf-8")
    assert cms("catalogue", "apply", folder, "--yes").exit_code == 0

    done = cms("tariff", "publish", "tar-unv-2026-12", "--on", "2026-11-20")

    assert "tariff tar-unv-2026-09: superseded by tar-unv-2026-12 from 2026-12-01" in done.stdout


def test_a_price_list_is_also_read_as_a_document_writes_it(
    cms: Any, price_list: Callable[..., Path]
) -> None:
    file = price_list(YAML, "prices.yaml")

    done = cms("import", "tariff", file, "--tariff", "tar-unep-2008", "--document", "letter 7")
    again = cms("import", "tariff", file, "--tariff", "tar-unep-2008", "--document", "letter 7")

    assert "in letter 7" in done.stdout
    assert again.stdout == "tariff tar-unep-2008: nothing new, it was recorded before\n"


HEAD = "offering,price_type,charge_period,unit,amount\n"


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        pytest.param(
            HEAD + 'off-unep-mailbox,recurring,P1M,mailbox,"12,00"\n',
            "p.csv",
            [
                "p.csv:2:amount: '12,00' is not a decimal number like \"99.50\"; write an amount like 46.00"
            ],
            id="a decimal comma",
        ),
        pytest.param(
            HEAD + "off-unep-mailbox,recurring,P1M,mailbox,-12.00\n",
            "p.csv",
            ["p.csv:2:amount: an amount cannot be negative: -12.00"],
            id="a negative price",
        ),
        pytest.param(
            HEAD + "off-unep-malbox,recuring,P1,,12.00\n",
            "p.csv",
            [
                "p.csv:2:offering: 'off-unep-malbox' is no offering; did you mean \"off-unep-mailbox\"?",
                "p.csv:2:price_type: 'recuring' is no price type; did you mean \"recurring\"?",
                'p.csv:2:charge_period: "P1" is not a duration',
                "p.csv:2:unit: a price needs its unit",
            ],
            id="every fault of a row at once",
        ),
        pytest.param(
            HEAD.replace(",", ";") + "off-unep-mailbox;recurring;P1M;mailbox;12.00\n",
            "p.csv",
            ["p.csv:1:9: cells are separated by semicolons; separate them by commas"],
            id="another delimiter",
        ),
        pytest.param(
            YAML.replace("currency: USD", "currency: USD\nprovider: unv"),
            "p.yaml",
            ['p.yaml:3:1: "provider" is not what a price list states'],
            id="what a price list does not state",
        ),
        pytest.param(
            YAML.replace("to: 2009-12-31", "to: 2008-01-31"),
            "p.yaml",
            ["p.yaml:3:35: the last day 2008-01-31 is before the first day 2008-10-01"],
            id="days in the wrong order",
        ),
    ],
)
def test_a_price_list_with_faults_is_refused_whole(
    cms: Any, price_list: Callable[..., Path], text: str, name: str, said: list[str]
) -> None:
    before = cms.position()
    options = OF_CSV if name.endswith("csv") else OF_CSV[:2]

    done = cms("import", "tariff", price_list(text, name), *options)

    assert (done.exit_code, cms.position()) == (1, before)
    for each in said:
        assert each in done.output


def test_documents_that_price_a_requested_tariff_are_told_the_way(cms: Any, tmp_path: Path) -> None:
    folder = tmp_path / "cms-2008"
    shutil.copytree(SET, folder)
    file = folder / "tariffs.yaml"
    text = file.read_text(encoding="utf-8")
    priced = "status: received\n  " + YAML.strip().replace("\n", "\n  ")
    file.write_text(text.replace("status: requested", priced, 1), encoding="utf-8")

    done = cms("catalogue", "plan", folder)

    assert done.exit_code == 1
    assert "the prices of a requested tariff come by `slamon import tariff`" in done.output


def test_the_api_records_the_same_facts(cms: Any, signed_in: Callable[..., Any]) -> None:
    signature = {"on": {"value": "2008-12", "precision": "month"}, "keep_in_shadow": ["o3"]}
    with signed_in(cms) as client:
        key = {"Authorization": f"Bearer {client.cookies['slamon_session']}"}

        done = client.post("/api/v1/agreements/mou-wcmc/sign", json=signature, headers=key)
        again = client.post("/api/v1/agreements/mou-wcmc/sign", json=signature, headers=key)
        refused = client.post(
            "/api/v1/tariffs/tar-unep-2008/publish", json={"on": "2008-09-01"}, headers=key
        )
        unknown = client.post(
            "/api/v1/tariffs/tar-none/publish", json={"on": "2008-09-01"}, headers=key
        )
        stranger = client.post(
            "/api/v1/agreements/mou-wcmc/sign",
            json=signature,
            headers={"Authorization": "Bearer x"},
        )

    assert done.json()["record"]["lifecycle"] == {
        "state": "signed", "signed_on": signature["on"], "enforces": ["o1", "o2"],
    }  # fmt: skip
    assert again.json()["position"] == done.json()["position"]
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "tar-unep-2008 is requested and cannot be published; receive its prices first",
    )  # fmt: skip
    assert (unknown.status_code, stranger.status_code) == (404, 401)


def test_a_ledger_says_who_did_what_and_why(cms: Any) -> None:
    cms("recommendation", "no-action", "9.1", "--review-on", "2027-01-31", "--reason", "no money")

    (fact,) = cms.json("ledger", "show", "--last", "1")

    assert (fact["stream"], fact["fact"], fact["actor"], fact["cause"]) == (
        "recommendation:9.1", "no-action-decided/1", "rita", "no money",
    )  # fmt: skip
