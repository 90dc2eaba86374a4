"""Voiding and correcting results by command: what is shown, asked, and changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CHECK = "imp-digital-editions/svc-parzival"
OUTAGE = ("--from", "2026-02-10T09:00:00Z", "--to", "2026-02-10T14:00:00Z")
WHY = ("--reason", "the monitor's own network was down")
STREAM = f"corrections:{CHECK}:loc-upptime:2026-02-10"
SHOWN = (
    f"1 result of {CHECK} at loc-upptime from 2026-02-10T09:00:00Z to 2026-02-10T09:00:00Z: "
    "0 good, 0 degraded, 1 bad, 0 inconclusive"
)


def _void(slamon: Any, *more: object, answer: str | None = None) -> Any:
    return slamon("observations", "void", "--check", CHECK, *OUTAGE, *WHY, *more, answer=answer)


def _outcomes(slamon: Any) -> list[str]:
    """The names of the facts that correct results of that day."""
    if slamon("ledger", "show", "--stream", STREAM).exit_code:
        return []
    return [each["fact"] for each in slamon.json("ledger", "show", "--stream", STREAM)]


def _february(slamon: Any, *known: str) -> Any:
    """The judgement of the service in the month of the outage, whatever the others are."""
    asked = (
        "judge",
        "--agreement",
        "sla-digital-editions",
        "--period",
        "2026-02",
        *known,
        "--json",
    )
    judged = json.loads(slamon(*asked).stdout)
    return next(each for each in judged["objectives"] if each["objective"] == "o9")


def test_results_are_shown_before_they_are_voided(slamon: Any) -> None:
    said = _void(slamon, answer="n\n")

    assert said.exit_code == 1
    assert SHOWN in said.stdout.splitlines()
    assert "Void them? [y/N]" in said.stdout
    assert _outcomes(slamon) == []


def test_voided_results_are_named_with_where_they_stand(slamon: Any) -> None:
    said = _void(slamon, "--location", "loc-upptime", answer="y\n")

    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines()[-2:] == [
        "1 result voided",
        f"  slamon ledger show --stream {STREAM}",
    ]
    assert _outcomes(slamon) == ["observations-voided/1"]


def test_what_was_voided_cannot_be_chosen_again(slamon: Any) -> None:
    assert _void(slamon, "--yes").exit_code == 0

    said = _void(slamon, "--yes")

    assert said.exit_code == 1
    assert "no result of" in said.stderr
    assert _outcomes(slamon) == ["observations-voided/1"]


def test_results_are_corrected_once(slamon: Any) -> None:
    command = ("observations", "correct", "--check", CHECK, *OUTAGE, *WHY, "--yes")

    first = slamon(*command, "--outcome", "inconclusive")
    second = slamon(*command, "--outcome", "inconclusive")

    assert first.stdout.splitlines()[1:] == [
        "1 result corrected to inconclusive",
        f"  slamon ledger show --stream {STREAM}",
    ]
    assert second.stdout.splitlines()[-1] == "0 results corrected to inconclusive"
    assert _outcomes(slamon) == ["observations-corrected/1"]


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [
        pytest.param(
            {"--check": "svc-parzival"}, 1, "no check 'svc-parzival' has results", id="check"
        ),
        pytest.param({"--location": "loc-bonn"}, 1, "but from loc-upptime", id="place"),
        pytest.param(
            {"--to": "2026-02-10"},
            2,
            "--to: instant '2026-02-10' has no offset; write like",
            id="a day instead of an instant",
        ),
        pytest.param({"--to": "2099-01-01T00:00:00Z"}, 1, "has not come", id="the future"),
        pytest.param({"--reason": " "}, 1, "a correction needs a reason", id="no reason"),
    ],
)
def test_what_cannot_be_voided_is_told(
    slamon: Any, changed: dict[str, str], code: int, sentence: str
) -> None:
    options = {"--check": CHECK, OUTAGE[0]: OUTAGE[1], OUTAGE[2]: OUTAGE[3], WHY[0]: WHY[1]}
    words = [word for pair in (options | changed).items() for word in pair]

    said = slamon("observations", "void", *words, "--yes")

    assert said.exit_code == code
    assert sentence in said.stderr
    assert _outcomes(slamon) == []


def test_p1_a_false_outage_of_an_open_month_is_voided_and_stays_visible(slamon: Any) -> None:
    before = _february(slamon)
    assert (before["state"], before["tally"]["down_us"]) == ("breached", 5 * 3_600_000_000)

    assert _void(slamon, "--yes").exit_code == 0

    after = _february(slamon)
    assert after["tally"].get("down_us", 0) == 0
    assert (after["outages"], after["measured"]["percent"]) == ([], "100.00")
    imported = slamon.json("ledger", "show", "--stream", "imports:imp-digital-editions")
    assert _february(slamon, "--as-known-at", imported[-1]["recorded_at"]) == before
    (voided,) = slamon.json("ledger", "show", "--stream", STREAM)
    at = voided["content"]["at"][0]
    assert at in imported[0]["content"]["at"]
    assert voided["content"]["reason"] == "the monitor's own network was down"


def test_p1_a_file_imported_again_does_not_bring_back_what_was_voided(
    slamon: Any, filled: Path
) -> None:
    assert _void(slamon, "--yes").exit_code == 0

    file = filled.with_name("first.csv")
    again = slamon("import", "observations", file, "--source", "imp-digital-editions")

    assert "0 results recorded" in again.stdout, again.output
    assert _february(slamon)["tally"].get("down_us", 0) == 0


def test_a_correction_in_a_closed_month_tells_old_and_new(slamon: Any) -> None:
    month = ("--agreement", "sla-digital-editions", "--period", "2026-02")
    assert slamon("close", *month).exit_code == 0

    said = _void(slamon, "--yes").stdout.splitlines()

    assert said[1] == "1 result voided"
    assert said[3].startswith("closed period sla-digital-editions 2026-02 is restated at position ")
    assert said[4:] == [
        "  o9: 97.91 % breached → 100.00 % met",
        "  breach withdrawn: sla-digital-editions.o9.2026-02",
    ]
