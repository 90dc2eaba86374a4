from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from catalogue.instants import parse_instant
from catalogue.periods import parse_period
from slamon.demo.misbehaviour import published
from slamon.demo.narrative import Greeting, Restated, greeting

TOLD = Greeting(
    overview="http://127.0.0.1:8000/",
    sign_in="http://127.0.0.1:8000/sign-in/" + "t" * 43,
    targets="http://127.0.0.1:18080/",
    schedule=published(parse_instant("2026-11-23T10:08:00Z")),
    breached=parse_period("2026-10", "Europe/Berlin"),
    restated=Restated(
        page="http://127.0.0.1:8000/agreements/sla-unv-2008/periods/2008-09",
        command="slamon judge --as-known-at 2026-11-23T10:08:00Z",
    ),
)


def _said(told: Greeting, width: int = 100) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(greeting(told), crop=False)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("http://127.0.0.1:8000/", id="where the pages are"),
        pytest.param("http://127.0.0.1:18080/", id="where the targets are"),
        pytest.param(
            "The breach of 2026-10: on two working days the network was away for more than an hour",
            id="what to review first",
        ),
        pytest.param("from 10:13 to 10:17 UTC it fails", id="when an outage can be watched"),
        pytest.param("marked “simulated”", id="what is not real"),
        pytest.param(
            "cures that, but never a late receipt", id="how windows of 2008 come to count"
        ),
        pytest.param("99.496 % of 99.50 % promised", id="what rounding would hide"),
        pytest.param("/agreements/sla-unv-2008/periods/2008-09", id="which month was restated"),
        pytest.param(
            "what was known before: http://127.0.0.1:8000/agreements/sla-unv-2008/periods/2008-09"
            " slamon judge --as-known-at 2026-11-23T10:08:00Z",
            id="how to see what was known before",
        ),
        pytest.param("every ten minutes", id="the schedule in words"),
        pytest.param("2026-11-23T10:40:00Z", id="the next fault of each target"),
    ],
)
def test_the_greeting_says(words: str) -> None:
    assert words in " ".join(_said(TOLD, width=200).split())


def test_links_and_commands_stay_whole_in_a_narrow_terminal() -> None:
    assert TOLD.sign_in in _said(TOLD, width=80)
    assert TOLD.restated
    assert TOLD.restated.command in _said(TOLD, width=30)


def test_without_a_breach_none_is_announced() -> None:
    assert "The breach of" not in _said(replace(TOLD, breached=None))


def test_without_a_restatement_nothing_is_said_of_2008_but_that_it_is_simulated() -> None:
    assert "September 2008" not in _said(replace(TOLD, restated=None))


def test_a_port_that_was_taken_is_named_with_the_one_used_instead() -> None:
    assert "Taken ports" not in _said(TOLD)
    assert "127.0.0.1:18025 → 127.0.0.1:40001" in _said(
        replace(TOLD, moved={"127.0.0.1:18025": "127.0.0.1:40001"})
    )
