"""Files of observations from the documents that describe them to the results that are recorded."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def _example(language: str) -> str:
    """The example of the README in a language."""
    text = (ROOT / "README.md").read_text("utf-8")
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


@pytest.fixture
def bonn(empty: Any, tmp_path: Path) -> Any:
    """The commands in a folder with the starter set of 2008 and the record of the README."""
    folder = shutil.copytree(ROOT / "catalogue" / "starter" / "cms-2008", tmp_path / "cms-2008")
    (folder / "paper.yaml").write_text(_example("yaml"), "utf-8")
    applied = empty("catalogue", "apply", folder, "--yes")
    assert applied.exit_code == 0, applied.output
    return empty


def test_the_example_of_the_readme_is_imported(bonn: Any, tmp_path: Path) -> None:
    file = tmp_path / "paper.csv"
    file.write_text(_example("csv"), "utf-8")

    said = bonn("import", "observations", file, "--source", "imp-paper")

    assert "2 results recorded" in said.stdout, said.output


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        pytest.param(
            "imp-unv-tickets",
            "imp-unv-tickets holds tickets, no observations; take it in with: slamon import tickets FILE",
            id="tickets",
        ),
        pytest.param(
            "imp-provider-log",
            "imp-provider-log holds counter evidence, no observations; "
            "take it in with: slamon import counter-evidence FILE",
            id="counter-evidence",
        ),
        pytest.param(
            "imp-none",
            "'imp-none' is no source of observations; known are imp-paper",
            id="nothing, as there is no such record",
        ),
    ],
)
def test_a_source_of_something_else_says_what_it_holds(
    bonn: Any, tmp_path: Path, source: str, sentence: str
) -> None:
    file = tmp_path / "paper.csv"
    file.write_text(_example("csv"), "utf-8")

    said = bonn("import", "observations", file, "--source", source)

    assert said.exit_code == 1
    assert said.stderr.strip() == sentence


def test_a_word_that_stands_for_no_service_is_told_with_the_id_looked_up(
    slamon: Any, rows: Any, tmp_path: Path
) -> None:
    file = tmp_path / "long.csv"
    text = rows(("2026-04-01T06:00:00Z", "up"), ("never", "asleep"))
    file.write_text(text.replace("parzival", "svc-parzival"), "utf-8")

    said = slamon("import", "observations", file, "--source", "imp-digital-editions")

    assert said.exit_code == 1
    service = "the catalogue has no service 'svc-svc-parzival', for which 'svc-parzival' stands"
    told = said.stderr.splitlines()
    assert f"{file}:2:service: {service}" in told
    assert [line.split(":")[2] for line in told if line.startswith(f"{file}:3")] == [
        "observed_at",
        "status",
        "service",
    ]
    assert told[-1] == "2 bad rows; nothing was recorded (--skip-bad imports the others)"


def test_a_file_with_a_cell_too_large_is_refused_in_a_sentence(slamon: Any, tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    file.write_text("observed_at," + "x" * 200_000, "utf-8")

    said = slamon("import", "observations", file, "--source", "imp-digital-editions")

    assert said.exit_code == 1
    assert f"{file}:1: not CSV: field larger than field limit" in said.stderr
