"""`slamon compare`, `slamon cost`, and credits as commands show them: to people, to programs, and as it was known."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.views.worlds.accounts import close, decide, settled

COMPARE = ("compare", "--left", "unv", "--right", "unep-it-group", "--month", "2008-07")
COST = ("cost", "--agreement", "sla-unv-2026", "--objective", "o1", "--month", "2026-02")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter set of 2008 with February and March 2026 closed; the breach of March waits for its review."""
    folder = tmp_path_factory.mktemp("accounts") / "data"
    with settled(folder) as house:
        close(house, "sla-unv-2026", "2026-02", {"o1": "11342.9/11400"})
        decide(house, "sla-unv-2026.o1.2026-02", "upheld")
        close(house, "sla-unv-2026", "2026-03", {"o1": "12474/12600"})
    return folder


@pytest.fixture
def accounts(filled: Path, tmp_path: Path, commands: Any) -> Any:
    shutil.copytree(filled, tmp_path / "data")
    return commands(tmp_path / "data")


def test_two_offers_are_shown_side_by_side_with_rate_and_difference(accounts: Any) -> None:
    shown = accounts(*COMPARE, "--rates", "demo")

    assert shown.exit_code == 0
    assert "Service desk (UNEP) (draft)" in shown.stdout
    assert "1 USD = 0.6400 EUR (demo, effective 2008-07-01)" in shown.stdout
    assert "not compared: LAN port of unv has no counterpart" in shown.stdout
    assert "unep-it-group: by a draft, which is never charged, illustrative" in shown.stdout
    total = next(line for line in shown.stdout.splitlines() if line.startswith("total"))
    assert total.split() == ["total", "1113.50", "total", "1667.88", "1067.44", "46.06"]


def test_programs_are_told_the_comparison_exactly(accounts: Any) -> None:
    told = accounts.json(*COMPARE, "--rates", "demo")
    assert (told["difference"], told["right"]["draft"]) == ("46.06", True)
    assert [each["difference"] for each in told["needs"]] == ["205.44", "-36.58"]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        pytest.param((*COMPARE, "--rates", "unore"), 1, "missing_rate: there is no", id="no rate"),
        pytest.param((*COMPARE, "--rates", "mine"), 2, "'mine' is not one of", id="no kind"),
        pytest.param(
            ("compare", "--left", "unv", "--right", "us", "--month", "2008-07", "--rates", "demo"),
            1, "there is no party 'us'; known are", id="nobody",
        ),
        pytest.param(
            (*COMPARE, "--rates", "demo", "--as-known-at", "@1"), 1, "there is no party", id="then"
        ),
        pytest.param((*COST[:-2], "--month", "march"), 2, "march is no month", id="no month"),
        pytest.param(
            (*COST[:3], "--objective", "o3", *COST[5:]), 1, "for o1, o2, not for o3", id="no hours"
        ),
        pytest.param(
            ("cost", "--agreement", "x", *COST[3:]), 1, "there is no agreement 'x'", id="nothing"
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_with_its_reason(
    accounts: Any, command: tuple[str, ...], code: int, said: str
) -> None:
    refused = accounts(*command)

    assert refused.exit_code == code
    assert said in refused.stderr


def test_an_available_hour_is_shown_with_what_it_rests_on(accounts: Any) -> None:
    shown = accounts(*COST)

    assert shown.exit_code == 0
    words = " ".join(shown.stdout.split())
    assert "lines 579.70 EUR" in words
    assert "credit 28.99 EUR" in words
    assert "available 11342 min 54 s by sla-unv-2026 o1" in words
    assert "an hour 2.9131 EUR" in words
    assert accounts.json(*COST)["per_hour"] == "2.9131"


def test_a_breach_is_shown_with_its_credit_and_an_open_one_with_what_it_would_be(
    accounts: Any,
) -> None:
    upheld = accounts("breaches", "show", "sla-unv-2026.o1.2026-02")
    assert "granted: 28.99 EUR (exactly 5797/200)" in upheld.stdout

    waiting = accounts("breaches", "show", "sla-unv-2026.o1.2026-03")
    assert "base 579.70 EUR, granted before in the year 28.99" in waiting.stdout
    assert "if the open breaches are upheld: 28.99 EUR" in waiting.stdout
    told = accounts.json("breaches", "show", "sla-unv-2026.o1.2026-03")["credit"]["sum"]
    assert (told["granted"]["amount"], told["would_be"]["amount"]) == ("0.00", "28.99")


def test_charges_are_shown_with_credits_and_as_they_were_known(accounts: Any) -> None:
    asked = ("charges", "--provider", "unv", "--month", "2026-02")
    (known,) = [
        step["position"]
        for step in accounts.json("breaches", "show", "sla-unv-2026.o1.2026-02")["decisions"]
        if step["decision"] == "found"
    ]

    now = accounts.json(*asked)
    then = accounts.json(*asked, "--as-known-at", f"@{known}")

    (source,) = now["invoices"][0]["funding"]
    assert (source["credit"], source["left"]) == ("28.99", "2473.11")
    assert then["credits"][0]["sum"]["granted"]["amount"] == "0.00"
    assert then["credits"][0]["sum"]["would_be"]["amount"] == "28.99"
    shown = accounts(*asked).stdout
    assert "granted: 28.99 EUR" in shown
    assert "no funding source is named for svc-campus-network, svc-it-support" in shown
