"""Tickets from their file to the explained figure: priorities, pauses, and the signatures under the file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
HOUR = 3_600_000_000
HEADER = "id,opened_at,responded_at,resolved_at,priority,waits,history\n"
JUNE = (
    # opened Thursday at 16:00, waits for the user until Friday at 10:00
    "T-1,2008-06-05T16:00,2008-06-05T16:10,2008-06-06T11:00,P2,2008-06-05T16:30/2008-06-06T10:00,\n"
    "T-2,2008-06-09T10:00,2008-06-09T10:20,2008-06-09T12:00,P2,,P3; P2@2008-06-09T11:00\n"
)
QUESTION = ("judge", "--agreement", "sla-unv-2008", "--period", "2008-06", "--explain")


@pytest.fixture
def bonn(empty: Any, tmp_path: Path) -> Any:
    """The commands in a folder with the starter set of 2008, whose tickets have spans and histories."""
    folder = shutil.copytree(STARTER, tmp_path / "cms-2008")
    probes = folder / "probes.yaml"
    columns = "priority: priority, pauses: waits, priority_history: history}"
    text = probes.read_text("utf-8")
    old = "priority: priority, paused_minutes: on_hold_min}"
    assert old in text
    probes.write_text(text.replace(old, columns), "utf-8")
    applied = empty("catalogue", "apply", folder, "--yes")
    assert applied.exit_code == 0, applied.output
    return empty


@pytest.fixture
def june(bonn: Any, tmp_path: Path) -> Path:
    """The file of June, taken in."""
    file = tmp_path / "june.csv"
    file.write_text(HEADER + JUNE, "utf-8")
    done = bonn("import", "tickets", file, "--as", "anna")
    assert "2 tickets recorded" in done.stdout, done.output
    assert "is provisional until it is signed for unv and it-consultant" in done.stdout
    return file


def _cases(slamon: Any, *more: str) -> Any:
    (figure,) = slamon.json(*QUESTION, "--objective", "o3", *more)["objectives"]
    (part,) = figure["parts"]
    return part


def test_a_pause_counts_only_in_service_hours(bonn: Any, june: Path) -> None:
    part = _cases(bonn)

    took = {each["case"]: each["elapsed_us"] for each in part["cases_listed"]}
    assert took["T-1"] == 1.5 * HOUR  # half an hour on Thursday, an hour on Friday


def test_a_ticket_shows_the_priorities_it_had(bonn: Any, june: Path) -> None:
    part = _cases(bonn)

    told = {each["case"]: each for each in part["cases_listed"]}
    assert (told["T-2"]["priority"], told["T-1"]["priorities"]) == ("P2", [])
    assert told["T-2"]["priorities"] == [
        {"priority": "P3", "from": "2008-06-09T08:00:00Z"},
        {"priority": "P2", "from": "2008-06-09T09:00:00Z"},
    ]
    had = "P3 from 2008-06-09T08:00:00Z, P2 from 2008-06-09T09:00:00Z"
    assert f"  T-2 was {had}\n" in bonn(*QUESTION).stdout


def test_a_figure_is_provisional_until_both_sides_have_signed(bonn: Any, june: Path) -> None:
    unsigned, said = _cases(bonn), bonn(*QUESTION).stdout
    position = bonn.position()

    first = bonn("import", "sign", "imp-unv-tickets", june, "--as", "uwe")
    half = _cases(bonn)
    (listed,) = bonn.json("import", "files", "imp-unv-tickets")
    digest = listed["sha256"][:12]
    second = bonn("import", "countersign", "imp-unv-tickets", digest, "--as", "rita")

    assert "provisional: 2 tickets rest on a file that lacks a signature" in said
    assert unsigned["cases"]["unsigned"] == half["cases"]["unsigned"] == 2
    assert f"june.csv ({digest}) is signed for unv" in first.stdout, first.output
    assert "is counter-signed for it-consultant" in second.stdout, second.output
    assert _cases(bonn)["cases"]["unsigned"] == 0
    assert "provisional: " not in bonn(*QUESTION).stdout
    assert _cases(bonn, "--as-known-at", f"@{position}")["cases"]["unsigned"] == 2


def test_a_signature_is_that_of_another_person(bonn: Any, june: Path) -> None:
    bonn("import", "sign", "imp-unv-tickets", june, "--as", "rita")

    said = bonn("import", "countersign", "imp-unv-tickets", june, "--as", "rita")

    assert (said.exit_code, said.stderr) == (
        1,
        "rita has signed june.csv for the other side: two signatures are those of two people\n",
    )


def test_files_are_listed_with_who_signed_them(bonn: Any, june: Path) -> None:
    shown = bonn("import", "files", "imp-unv-tickets").stdout

    assert "waits for unv" in shown
    assert "waits for it-consultant" in shown
