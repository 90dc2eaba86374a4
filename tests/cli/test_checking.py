"""`slamon checks`: what costs time or money if nobody looks at it, to people, to programs, and as it was known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SET = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"


@pytest.fixture
def applied(empty: Any) -> Any:
    assert empty("catalogue", "apply", SET, "--as", "consultant", "--yes").exit_code == 0
    return empty


def test_each_kind_is_told_with_its_findings_in_sentences(applied: Any) -> None:
    shown = applied("checks")

    assert shown.exit_code == 0
    assert "Promised onward without cover: 0" in shown.stdout
    assert "agreement:mou-wcmc (not signed yet)" in shown.stdout
    assert (
        "Operate CMS-IMS: UNEP-WCMC, Cambridge has the last word, not the customer." in shown.stdout
    )
    assert "Public web site: no published tariff has a price today." in shown.stdout


def test_one_kind_alone(applied: Any) -> None:
    shown = applied("checks", "--only", "raci")

    assert shown.stdout.startswith("Responsibilities left open: 2")
    assert "Commitments due" not in shown.stdout


def test_programs_are_told_the_same(applied: Any) -> None:
    told = applied.json("checks", "--only", "raci")

    assert told["checked"] == ["raci"]
    mou, project = told["findings"]
    assert (mou["why"], mou["record"], mou["proposed"]) == (
        "not_accountable", "agreement:mou-wcmc", True,
    )  # fmt: skip
    assert mou["values"]["activity"] == "Operate CMS-IMS"
    assert (project["why"], project["record"]) == ("no_raci", "agreement:project-delc-km")


def test_before_anything_was_recorded_nothing_was_found(applied: Any) -> None:
    assert applied.json("checks", "--as-known-at", "@1")["findings"] == []


def test_a_kind_that_there_is_not_is_wrong_usage(applied: Any) -> None:
    refused = applied("checks", "--only", "moods")

    assert refused.exit_code == 2
    assert "'moods' is not one of 'cover'" in refused.stderr
