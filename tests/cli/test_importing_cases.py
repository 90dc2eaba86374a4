"""Files of tickets and levels from the documents that describe them to what is recorded."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
TICKETS = "id,opened_at,responded_at,resolved_at,priority,on_hold_min\n"
FIRST = "T-1,2008-06-02T10:00,2008-06-02T10:20,2008-06-02T15:00,P1,90\n"
SECOND = "T-2,2008-06-03T10:00,,,P2,\n"
DAYS = """\
imports:
- {id: imp-days, service: svc-it-support, kind: csv, use: levels, columns: {at: day, value: used},
   tz: Europe/Berlin, prov: {_: I}}
"""


@pytest.fixture
def bonn(empty: Any, tmp_path: Path) -> Any:
    """The commands in a folder with the starter set of 2008 and a source of levels."""
    folder = shutil.copytree(STARTER, tmp_path / "cms-2008")
    (folder / "days.yaml").write_text(DAYS, "utf-8")
    applied = empty("catalogue", "apply", folder, "--yes")
    assert applied.exit_code == 0, applied.output
    return empty


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of two tickets."""
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS + FIRST + SECOND, "utf-8")
    return path


def test_tickets_are_imported_once_and_changed_ones_as_corrections(bonn: Any, file: Path) -> None:
    first = bonn("import", "tickets", file, "--source", "imp-unv-tickets", "--as", "anna")
    again = bonn("import", "tickets", file)
    file.write_text(TICKETS + FIRST + SECOND.replace(",,,", ",2008-06-03T11:00,,"), "utf-8")
    later = bonn("import", "tickets", file)

    assert "2 tickets recorded, 0 were known already" in first.stdout, first.output
    assert "0 tickets recorded, 2 were known already" in again.stdout, again.output
    assert "1 ticket recorded, 1 was known already" in later.stdout, later.output
    shown = bonn.json("ledger", "show", "--stream", "tickets:imp-unv-tickets")
    assert [fact["actor"] for fact in shown] == ["anna", "rita"]
    assert shown[-1]["content"]["ticket"] == ["T-2"]


def test_a_file_with_bad_tickets_is_refused_whole(bonn: Any, file: Path) -> None:
    file.write_text(TICKETS + FIRST + SECOND.replace("P2,", "P2,-1"), "utf-8")

    said = bonn("import", "tickets", file)

    assert said.exit_code == 1
    told = said.stderr.splitlines()
    assert told[0] == (f"{file}:3:on_hold_min: '-1' is negative; a pause lasts 0 minutes or more")
    assert told[-1] == "1 bad row; nothing was recorded (--skip-bad imports the others)"
    shown = bonn("ledger", "show", "--stream", "tickets:imp-unv-tickets")
    assert "there is no stream" in shown.stderr


def test_bad_tickets_are_put_aside_and_can_be_mended(bonn: Any, file: Path) -> None:
    file.write_text(TICKETS + FIRST + SECOND.replace("P2,", "P2,-1"), "utf-8")

    said = bonn("import", "tickets", file, "--skip-bad")
    rejects = file.with_suffix(".rejected.csv")
    rejects.write_text(rejects.read_text("utf-8").replace("-1", "1"), "utf-8")
    mended = bonn("import", "tickets", rejects)

    assert "1 ticket recorded" in said.stdout, said.output
    assert "1 bad row was written to" in said.stderr
    assert "1 ticket recorded" in mended.stdout, mended.output


def test_levels_are_imported_once(bonn: Any, tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("day,used\n2008-06-01,4.5\n2008-07-01,9\n", "utf-8")

    first = bonn("import", "levels", path)
    again = bonn("import", "levels", path, "--source", "imp-days")

    assert "2 levels recorded, 0 were known already" in first.stdout, first.output
    assert "0 levels recorded, 2 were known already" in again.stdout, again.output


@pytest.mark.parametrize(
    ("command", "source", "sentence"),
    [
        pytest.param(
            "tickets",
            "imp-days",
            "imp-days holds levels, no tickets; take it in with: slamon import levels FILE",
            id="levels are no tickets",
        ),
        pytest.param(
            "levels",
            "imp-unv-tickets",
            "imp-unv-tickets holds tickets, no levels; take it in with: slamon import tickets FILE",
            id="tickets are no levels",
        ),
        pytest.param(
            "tickets",
            "imp-provider-log",
            "imp-provider-log holds counter evidence, no tickets; take it in with: slamon import counter-evidence FILE",
            id="counter-evidence is neither",
        ),
        pytest.param(
            "levels",
            "imp-none",
            "'imp-none' is no source of levels; known are imp-days",
            id="there is no such record",
        ),
    ],
)
def test_a_source_of_something_else_says_what_it_holds(
    bonn: Any, file: Path, command: str, source: str, sentence: str
) -> None:
    said = bonn("import", command, file, "--source", source)

    assert said.exit_code == 1
    assert said.stderr.strip() == sentence


def test_where_there_is_no_source_of_levels_it_says_so(slamon: Any, file: Path) -> None:
    said = slamon("import", "levels", file)

    assert (said.exit_code, said.stderr.strip()) == (1, "the catalogue has no source of levels")


def test_where_there_are_several_sources_one_must_be_named(
    bonn: Any, file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cms-2008"
    (folder / "days.yaml").write_text(
        DAYS + DAYS.replace("imports:\n", "").replace("imp-days", "imp-more"), "utf-8"
    )
    assert bonn("catalogue", "apply", folder, "--yes").exit_code == 0

    said = bonn("import", "levels", file)

    assert said.exit_code == 1
    assert said.stderr.strip() == (
        "there are several sources of levels; choose one with --source: imp-days, imp-more"
    )


def test_a_source_whose_record_does_not_say_where_tickets_begin_is_refused(
    bonn: Any, file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cms-2008"
    (folder / "days.yaml").write_text(
        "imports:\n- {id: imp-mute, service: svc-it-support, kind: csv, columns: {ticket: id}, prov: {_: I}}\n",
        "utf-8",
    )
    applied = bonn("catalogue", "apply", folder, "--yes")
    assert applied.exit_code == 0, applied.output

    said = bonn("import", "tickets", file, "--source", "imp-mute")

    assert said.exit_code == 1
    assert said.stderr.strip() == 'imp-mute names no column for "opened": its record must say it'
