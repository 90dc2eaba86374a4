"""A restated period shows what it said before, what it says now, and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from slamon.views.answers import PeriodHistory

PERIOD = "/agreements/sla-unv-2026/periods/2026-09"
HISTORY = f"/api/v1{PERIOD}/history"


def test_the_api_tells_old_and_new_and_the_cause(visitor: TestClient) -> None:
    history = PeriodHistory.model_validate_json(visitor.get(HISTORY).content)

    assert (history.closed_by, history.actor) == ("reviewer", "rita")
    (restatement,) = history.restatements
    assert restatement.reasons == ("observations-imported/1 in imports:imp-late",)
    (figure,) = restatement.objectives
    assert figure.old is not None
    assert figure.new is not None
    assert (figure.old.state, figure.new.state) == ("met", "breached")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/agreements/sla-unv-2026/periods/2026-11", id="an open period"),
        pytest.param("/agreements/sla-none/periods/2026-09", id="an agreement that is not there"),
    ],
)
def test_without_a_closing_there_is_no_history(visitor: TestClient, path: str) -> None:
    assert visitor.get(f"/api/v1{path}/history").status_code == 404


def test_the_page_of_the_period_shows_what_changed(
    visitor: TestClient, words_of: Callable[[str], str]
) -> None:
    words = words_of(visitor.get(PERIOD).text)

    assert "restated" in words
    assert "observations-imported/1 in imports:imp-late" in words
    assert "it-consultant" not in words
    assert "by slamon" in words


def test_the_table_of_months_marks_a_restated_one(
    visitor: TestClient, words_of: Callable[[str], str]
) -> None:
    assert "restated" in words_of(visitor.get("/agreements/sla-unv-2026").text)
    assert "restated" not in words_of(visitor.get("/agreements").text)
