"""A restated period shows what it said before, what it says now, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.sla.judgement import RemedyDue
from slamon.views.histories import PeriodHistory
from slamon.web.outcomes import differences
from slamon.web.texts import language

PERIOD = "/agreements/sla-unv-2026/periods/2026-09"
HISTORY = f"/api/v1{PERIOD}/history"
BREACH = "/breaches/sla-unv-2026.o1.2026-09"
CREDIT = RemedyDue(kind="credit", breaches=1, to=None, credit_percent="5.00")
EN = language("en")


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


@pytest.fixture
def withdrawn(world: Any, worlds: Any) -> Any:
    """The world in which the breach went with a restatement."""
    kept = worlds.said("o1", "svc-mail", "met", provisional=False)
    found = world.breach("sla-unv-2026.o1.2026-09")
    line = found.line.model_copy(
        update={"status": "withdrawn", "percent": "99.9500", "found_percent": "98.7500"}
    )
    told = found.judgement.model_copy(update={"remedy_due": CREDIT})
    world.breach = lambda _: found.model_copy(
        update={"line": line, "restated": kept, "judgement": told}
    )
    world.breaches = lambda status: (line,) if status in {None, "withdrawn"} else ()
    return world


def test_of_a_withdrawn_breach_the_page_shows_the_figure_that_holds_and_that_nothing_is_due(
    visitor: TestClient, withdrawn: Any, words_of: Callable[[str], str]
) -> None:
    words = words_of(visitor.get(BREACH).text)

    assert "Delivered 99.9500 % when found: 98.7500 % Withdrawn: nothing is due." in words
    assert "5.00 % of the charge" not in words.partition("As it was found")[0]
    assert "Due for this period" not in words


def test_the_list_shows_the_figure_that_holds_beside_the_one_that_was_found(
    visitor: TestClient, withdrawn: Any, words_of: Callable[[str], str]
) -> None:
    words = words_of(visitor.get("/breaches").text)

    assert "99.9500 % when found: 98.7500 %" in words
    assert "withdrawn Nothing is due." in words


def test_what_is_due_of_a_restated_breach_follows_from_its_newest_figure(
    visitor: TestClient, world: Any, words_of: Callable[[str], str]
) -> None:
    found = world.breach("sla-unv-2026.o1.2026-09")
    less = CREDIT.model_copy(update={"credit_percent": "2.00"})
    was, now = (found.judgement.model_copy(update={"remedy_due": due}) for due in (CREDIT, less))
    world.breach = lambda _: found.model_copy(update={"judgement": was, "restated": now})

    words = words_of(visitor.get(BREACH).text)
    assert "Due for this period: a credit of 2.00 % of the charge" in words
    assert "a credit of 5.00 % of the charge." not in words


def test_figures_that_look_alike_are_told_apart_exactly(worlds: Any) -> None:
    old = worlds.said("o1", "svc-mail", "met")
    new = worlds.said(
        "o1",
        "svc-mail",
        "met",
        measured=old.measured.model_copy(update={"ratio": "11993/12000"}),
        tally=old.tally | {"down_us": 7 * worlds.MINUTE},
    )

    assert differences(EN, old, new) == [old.measured.ratio, "Down: 6\u00a0min"]
    assert differences(EN, new, old) == ["11993/12000", "Down: 7\u00a0min"]
    assert differences(EN, old, worlds.BREACHED) == []


def test_the_tag_leads_to_what_was_restated_and_that_names_the_reason_of_a_ruling(
    visitor: TestClient, world: Any, words_of: Callable[[str], str]
) -> None:
    told = world.fact(1_000)
    world.fact = lambda position: told.model_copy(
        update={"position": position, "content": {"reason": "both agreed by mail"}}
    )

    assert "both agreed by mail" in words_of(visitor.get(PERIOD).text)
    assert f'href="{PERIOD}#restated"' in visitor.get("/agreements/sla-unv-2026").text


def test_closed_months_in_which_nothing_was_measured_are_folded(
    visitor: TestClient, world: Any, worlds: Any, words_of: Callable[[str], str]
) -> None:
    found = world.agreement("sla-unv-2026", worlds.NOW)
    world.agreement = lambda *_: found.model_copy(update={"closed_periods": ("2026-08", "2026-09")})
    words = words_of(visitor.get("/agreements/sla-unv-2026").text)

    table, _, folded = words.partition("One closed month not measured")
    assert "2026-08" not in table
    assert "August 2026" in folded
