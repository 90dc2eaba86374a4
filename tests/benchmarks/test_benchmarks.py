"""Every benchmark runs in its short form and says what it found; no time is asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import MEASURES


def output(tree: Path, folder: Path, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(tree)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


UNITS = {
    "asof": ["s"] * 4,
    "ingest": ["observations/s", "bytes/observation"] * 4,
    "judge": ["ms"] * 7,
    "late": ["ms"] * 6,
    "metrics": ["ms"] * 4,
    "probe": [
        *("%", "µs", "ms", "slots", "results", "results"),
        *("%", "µs", "slots", "slots", "ms", "ms", "ms"),
    ],
    "prometheus": ["ms"] * 2,
    "rebuild": ["s", "s", "MiB"] * 2,
    "seal": ["MB/s", "MB/s", "MB"],
    "storage": ["bytes/observation"] * 4,
    "wakeup": ["ms"] * 12,
}


@pytest.mark.parametrize(("name", "units"), UNITS.items(), ids=UNITS)
def test_a_benchmark_prints_one_line_of_json_for_each_figure(
    name: str,
    units: list[str],
    tree: Path,
    tmp_path: Path,
    program: Callable[[str], str],
    request: Any,
) -> None:
    if name in {"asof", "ingest", "late", "rebuild", "storage", "wakeup"}:
        request.getfixturevalue("cluster")  # or the test is skipped
    if name in {"judge", "prometheus", "storage"}:
        program("promtool")
    if name == "probe":
        program("nginx")
        program("prometheus-blackbox-exporter")
    lines = output(tree, tmp_path, name, "--short", "--json").splitlines()

    figures = [json.loads(line) for line in lines]
    assert [list(figure) for figure in figures] == [
        ["name", "value", "unit", "baseline", "ratio"]
    ] * len(units)
    assert [figure["unit"] for figure in figures] == units
    assert len({figure["name"] for figure in figures}) == len(units)
    for figure in figures:
        # Three numbers of four digits each: every one may be off by half a unit of its last, 0.05 % at most.
        assert figure["ratio"] == pytest.approx(figure["value"] / figure["baseline"], rel=0.0016)
    assert list(tmp_path.iterdir()) == []


def test_without_json_it_prints_a_table(tree: Path, tmp_path: Path) -> None:
    shown = output(tree, tmp_path, "seal", "--short")

    assert all(word in shown for word in ("figure", "reached", "baseline", "ratio", "MB/s"))


def test_every_benchmark_is_tried_here() -> None:
    assert set(MEASURES) == set(UNITS)


def test_a_missing_program_is_named(tree: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "prometheus", "--short"]
    alone = {"PATH": str(tmp_path), "PYTHONPATH": str(tree)}

    said = subprocess.run(
        command, cwd=tmp_path, env=alone, check=False, capture_output=True, text=True
    )

    assert said.returncode == 1
    assert said.stderr == (
        "promtool is not installed; it is part of the Debian package prometheus\n"
    )
