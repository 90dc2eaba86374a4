"""Commands that record: documents, imports, closes, rulings."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from slamon.cli.main import app

AGREEMENT = "sla-digital-editions"
WINDOW = """
windows:
- {id: fair, name: {en: F, fr: F, es: F}, from: "2026-02-01T00:00Z", to: "2026-02-02T00:00Z",
   effect: no_maintenance, prov: {_: I}}
"""
BREACH = f"{AGREEMENT}.o9.2026-02"


def _edit(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_documents_are_checked_and_what_has_no_effect_yet_is_listed(
    empty: Any, starter: Path, tree: Path
) -> None:
    whole = empty("catalogue", "check", starter, "--verbose")
    folder = tree / "catalogue" / "starter" / "cms-2008"
    short, long = (
        empty("catalogue", "check", folder),
        empty("catalogue", "check", folder, "--verbose"),
    )

    assert len(whole.stdout.splitlines()) == 1, "the editions have nothing without effect"
    assert "no fault" in short.stdout
    number = sum(line.startswith("  ") for line in long.stdout.splitlines())
    assert f"{number} details are kept and not acted upon yet; --verbose lists them" in short.stdout
    assert "agreement sla-unv-2008: dispute: kept, a breach cannot yet be contested" in long.stdout
    assert empty.json("catalogue", "check", starter)["records"] > 30


def test_a_set_is_checked_as_a_whole_and_not_by_one_of_its_files(empty: Any, starter: Path) -> None:
    file = starter / "probes.yaml"
    said = empty("catalogue", "check", file)

    assert said.exit_code == 2
    assert f"{file} is one file of a set; give its folder: {file.parent}" in said.stderr


def test_what_makes_figures_easier_to_doubt_is_noted_and_no_fault(
    empty: Any, tree: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cms-2008"
    shutil.copytree(tree / "catalogue" / "starter" / "cms-2008", folder)
    _edit(folder, "probes.yaml", "{id: prb-web-home,", "{id: prb-web-home, verify: off,")
    said = empty("catalogue", "check", folder)
    weak = "probe prb-web-home: verify: off: whoever answers in the target's name is believed"

    assert said.exit_code == 0
    assert f"note: {weak}" in said.stdout
    assert weak in empty.json("catalogue", "check", folder)["weaknesses"]


def test_a_plan_says_what_would_be_recorded_and_records_nothing(empty: Any, starter: Path) -> None:
    found = empty.json("catalogue", "plan", starter)

    streams = {change["stream"] for change in found["changes"]}
    assert f"agreement:{AGREEMENT}" in streams
    assert found["refusals"] == []
    assert empty.position() == found["position"]


def test_documents_applied_twice_are_recorded_once(slamon: Any, starter: Path) -> None:
    before = slamon.position()

    said = slamon("catalogue", "apply", starter, "--yes")

    assert (said.exit_code, slamon.position()) == (0, before)
    assert "nothing to record" in said.stdout


def test_apply_asks_and_takes_no_for_an_answer(empty: Any, starter: Path) -> None:
    said = empty("catalogue", "apply", starter, answer="n\n")

    assert said.exit_code == 1
    assert empty.position() <= 1


def test_the_question_names_how_many_records_leave_their_set(slamon: Any, starter: Path) -> None:
    more = starter / "more.yaml"
    more.write_text(WINDOW, "utf-8")
    stated = slamon("catalogue", "apply", starter, answer="y\n")
    more.unlink()

    withdrawn = slamon("catalogue", "apply", starter, answer="n\n")

    assert "Record 1 change? [y/N]" in stated.output
    assert "Record 1 change, of them 1 record withdrawn? [y/N]" in withdrawn.output


def test_an_edited_term_without_a_mark_is_refused_and_nothing_is_recorded(
    slamon: Any, starter: Path
) -> None:
    before = slamon.position()
    _edit(starter, "agreements.yaml", 'target: "99.00"', 'target: "98.00"')

    plan = slamon("catalogue", "plan", starter)
    said = slamon("catalogue", "apply", starter, "--yes")

    assert (plan.exit_code, said.exit_code) == (1, 1)
    assert "amended" in said.stderr
    assert slamon.position() == before


def test_a_fault_is_named_with_its_place(empty: Any, starter: Path) -> None:
    _edit(starter, "agreements.yaml", "tz: Europe/Zurich", "tz: Europe/Zuerich")

    said = empty("catalogue", "check", starter)

    assert said.exit_code == 1
    assert "agreements.yaml:9:7: " in said.stderr
    assert "1 fault; nothing was recorded" in said.stderr


def test_the_same_file_is_imported_once(slamon: Any, rows: Any, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text(rows(("2026-04-01T06:00:00Z", "up")))
    command = ("import", "observations", file, "--source", "imp-digital-editions")

    assert "1 result recorded, 0 were known already" in slamon(*command).stdout
    assert "0 results recorded, 1 was known already" in slamon(*command).stdout


def test_a_file_with_a_bad_row_is_refused_whole_or_imported_without_it(
    slamon: Any, rows: Any, tmp_path: Path
) -> None:
    before = slamon.position()
    file = tmp_path / "bad.csv"
    file.write_text(rows(("2026-04-01T06:00:00Z", "up"), ("2026-04-02T06:00:00Z", "asleep")))
    command = ("import", "observations", file, "--source", "imp-digital-editions")

    refused = slamon(*command)
    assert refused.exit_code == 1
    assert f"{file}:3:status: 'asleep' is none of" in refused.stderr
    assert "1 bad row; nothing was recorded" in refused.stderr
    assert slamon.position() == before

    taken = slamon(*command, "--skip-bad")
    assert "1 result recorded" in taken.stdout
    rejects = tmp_path / "bad.rejected.csv"
    rejects.write_text(rejects.read_text("utf-8").replace("asleep", "down", 1), "utf-8")
    mended = slamon("import", "observations", rejects, "--source", "imp-digital-editions")
    assert "1 result recorded" in mended.stdout


@pytest.mark.parametrize(
    ("content", "source", "sentence"),
    [
        pytest.param("", "imp-digital-editions", "no such column", id="an empty file"),
        pytest.param("a,b\n1,2\n", "imp-digital-editions", "no such column", id="other columns"),
        pytest.param("a,b\n", "imp-none", "'imp-none' is no source", id="a source nobody knows"),
    ],
)
def test_a_file_that_is_not_of_its_layout_is_refused(
    slamon: Any, tmp_path: Path, content: str, source: str, sentence: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_text(content)

    said = slamon("import", "observations", file, "--source", source)

    assert said.exit_code == 1
    assert sentence in said.stderr


def test_a_month_is_closed_once_and_its_breach_is_found_and_upheld_once(slamon: Any) -> None:
    close = ("close", "--agreement", AGREEMENT, "--period", "2026-02")

    first, again = slamon(*close), slamon(*close)
    assert first.exit_code == again.exit_code == 0
    assert f"breach to review: {BREACH} (97.91 of 99.00)" in first.stdout
    assert "was closed before; nothing was recorded" in again.stdout

    (line,) = slamon.json("breaches", "list", "--status", "open")
    assert line["breach"] == BREACH
    assert slamon("breaches", "uphold", BREACH, "--reason", "five hours away").exit_code == 0
    assert slamon.json("breaches", "list", "--status", "open") == []
    shown = slamon.json("breaches", "show", BREACH)
    assert [step["decision"] for step in shown["decisions"]] == ["found", "upheld"]
    assert slamon("breaches", "show", BREACH).exit_code == 0

    refused = slamon("breaches", "waive", BREACH, "--reason", "no")
    assert refused.exit_code == 1
    assert "already upheld and cannot be waived" in refused.stderr


def test_a_closed_month_is_restated_by_what_is_imported_later(
    slamon: Any, rows: Any, tmp_path: Path
) -> None:
    judge = ("judge", "--agreement", AGREEMENT, "--period", "2026-02")
    slamon("close", "--agreement", AGREEMENT, "--period", "2026-02")
    closed = {each["objective"]: each for each in slamon.json(*judge, code=1)["objectives"]}
    late = tmp_path / "late.csv"
    late.write_text(rows(("2026-02-10T10:00:00Z", "up")))

    said = slamon("import", "observations", late, "--source", "imp-digital-editions")

    assert f"{AGREEMENT} 2026-02 is restated at position" in said.stdout
    # Of 240 hours one was down, not five.
    now = {each["objective"]: each for each in slamon.json(*judge)["objectives"]}
    changed = [name for name in now if now[name]["measured"] != closed[name]["measured"]]
    assert changed == ["o9"]
    assert (closed["o9"]["state"], now["o9"]["state"]) == ("breached", "met")
    assert not any(each["provisional"] for each in (*closed.values(), *now.values()))


def test_a_month_that_is_not_over_cannot_be_closed(slamon: Any) -> None:
    said = slamon("close", "--agreement", AGREEMENT, "--period", "2999-01")

    assert said.exit_code == 1
    assert "cannot be closed" in said.stderr


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("close", "--agreement", AGREEMENT, "--period", "2026-02"), id="close"),
        pytest.param(("breaches", "uphold", BREACH, "--reason", "yes"), id="uphold"),
        pytest.param(("breaches", "waive", BREACH, "--reason", "yes"), id="waive"),
    ],
)
def test_nothing_is_decided_by_nobody(slamon: Any, command: tuple[str, ...]) -> None:
    runner = CliRunner(env={"SLAMON_DATA": str(slamon.folder), "SLAMON_ACTOR": None})

    said = runner.invoke(app, command)

    assert said.exit_code == 2
    assert "who decides? give --as ID or set SLAMON_ACTOR" in said.stderr
