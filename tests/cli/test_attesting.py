"""A yes or no about what cannot be probed: answered, shown, and asked for again when it is due."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import HOUR, format_instant
from slamon.cli import doctoring
from slamon.cli.house import now

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
DAY = 24 * HOUR
ASKED = "att-representation"


@pytest.fixture
def bonn(empty: Any) -> Any:
    """The commands in a folder with the starter set of 2008, in which one attestation is asked every month."""
    assert empty("catalogue", "apply", STARTER, "--yes").exit_code == 0
    return empty


def _month(instant: int) -> str:
    return format_instant(instant)[:7]


def test_an_answer_is_recorded_once_and_listed(bonn: Any) -> None:
    question = ("attest", ASKED, "--answer", "yes", "--period", "2008-10", "--note", "in Rome")

    first = bonn(*question, "--as", "exsec")
    again = bonn(*question, "--as", "exsec")

    assert f"{ASKED} 2008-10 is answered: yes" in first.stdout, first.output
    assert "2008-10 was answered already" in again.stdout, again.output
    (line,) = bonn.json("attestation", "list")
    (answer,) = line["answers"]
    assert (answer["period"], answer["answer"], answer["actor"]) == ("2008-10", "yes", "exsec")
    assert (line["state"], line["due"], line["overdue"]) == ("open", [], [])
    assert line["next"] == _month(now())
    assert "yes for 2008-10" in bonn("attestation", "list").stdout


def test_a_day_stands_for_its_period(bonn: Any) -> None:
    said = bonn("attest", ASKED, "--answer", "no", "--on", "2008-10-31")

    assert f"{ASKED} 2008-10 is answered: no" in said.stdout, said.output


def test_an_answer_is_taken_back_only_with_a_reason(bonn: Any) -> None:
    bonn("attest", ASKED, "--answer", "yes", "--period", "2008-10")

    refused = bonn("attest", ASKED, "--answer", "no", "--period", "2008-10")
    done = bonn(
        "attest", ASKED, "--answer", "no", "--period", "2008-10", "--correction", "on leave"
    )

    assert (refused.exit_code, refused.stderr) == (
        1,
        '2008-10 was answered "yes"; give --correction REASON to take that back\n',
    )
    assert done.exit_code == 0, done.output
    (line,) = bonn.json("attestation", "list")
    assert [(each["answer"], each["because"]) for each in line["answers"]] == [("no", "on leave")]


@pytest.mark.parametrize(
    ("more", "code", "fault"),
    [
        pytest.param(("--period", "2090-01"), 1, "nobody can answer for it yet", id="not begun"),
        pytest.param(("--period", "2008-Q4"), 2, "is a quarter", id="another length"),
        pytest.param(("--on", "31.10.2008"), 2, "no date", id="no date"),
        pytest.param((), 2, "give either --period", id="no period at all"),
    ],
)
def test_an_answer_about_no_period_is_refused(
    bonn: Any, more: tuple[str, ...], code: int, fault: str
) -> None:
    said = bonn("attest", ASKED, "--answer", "yes", *more)

    assert said.exit_code in {1, code}
    assert fault in said.stderr, said.output


def test_a_question_that_is_not_asked_is_named(bonn: Any) -> None:
    said = bonn("attest", "att-none", "--answer", "yes", "--period", "2008-10")

    assert said.stderr == f"there is no attestation 'att-none'; known are {ASKED}\n"


def test_what_is_due_is_told_everywhere_until_it_is_answered(
    bonn: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    this_month, later = _month(now()), now() + 45 * DAY

    monkeypatch.setattr(doctoring, "now", lambda: later)
    findings = [each for each in bonn.json("doctor") if each["check"] == "attestations"]
    with signed_in(bonn, lambda: later) as client:
        (line,) = client.get("/api/v1/attestations").json()["items"]
        overview = client.get("/").text
        service = client.get("/services/svc-it-representation").text
    bonn("attest", ASKED, "--answer", "yes", "--period", this_month)
    with signed_in(bonn, lambda: later) as client:
        (answered,) = client.get("/api/v1/attestations").json()["items"]
        listed = client.get("/services").text

    (finding,) = findings
    assert finding["state"] == "warning"
    said = f"{ASKED} was not answered by executive-secretary for {this_month}"
    assert finding["says"].startswith(said)
    assert this_month in (*line["overdue"], *line["due"])
    assert "Attestations that wait for an answer" in overview
    assert "Was the IT consultant available" in service
    assert this_month not in (*answered["overdue"], *answered["due"])
    assert "attested: yes" in listed


def test_of_many_periods_that_are_overdue_the_doctor_names_some(
    bonn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctoring, "now", lambda: now() + 400 * DAY)

    (finding,) = [each for each in bonn.json("doctor") if each["check"] == "attestations"]

    assert re.search(r"for (\S+, ){5}\S+ and [67] more$", finding["says"]), finding["says"]


def test_an_answer_was_not_known_before_it_was_given(bonn: Any) -> None:
    position = bonn.position()
    bonn("attest", ASKED, "--answer", "yes", "--period", "2008-10")

    (then,) = bonn.json("attestation", "list", "--as-known-at", f"@{position}")

    assert then["answers"] == []
