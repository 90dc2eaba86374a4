"""The page of a day shows what lies between stretches of results, and asks why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalogue.instants import parse_instant
from slamon.views.results import ObservationLine
from slamon.web.stretches import Gap, with_gaps

DAY = "2026-11-21"
PAGE = f"/probes/prb-unv-mail/days/{DAY}"
MORNING = ("00:00", "08:00", "08:02")
EVENING = ("10:00", "23:59", "24:01")


def stretch(first: str, last: str, until: str | None) -> ObservationLine:
    speaks = None if until is None else f"{DAY}T{until}:00Z"
    if until == "24:01":
        speaks = "2026-11-22T00:01:00Z"
    return ObservationLine(
        check="prb-unv-mail",
        location="loc-bonn",
        day=DAY,
        first_at=f"{DAY}T{first}:00Z",
        last_at=f"{DAY}T{last}:00Z",
        speaks_until=speaks,
        count=7,
        outcome="good",
        basis="measured",
    )


@pytest.mark.parametrize(
    ("stretches", "end", "gaps"),
    [
        pytest.param([MORNING, EVENING], "23:59", [("08:02", "10:00")], id="between two"),
        pytest.param(
            [MORNING, ("08:02", "09:00", "24:01")], "23:59", [], id="none where they meet"
        ),
        pytest.param([MORNING], "12:00", [("08:02", "12:00")], id="behind the last"),
        pytest.param([MORNING], "08:01", [], id="none while the last speaks"),
        pytest.param([("00:00", "08:00", None)], "12:00", [], id="none where nobody says how long"),
    ],
)
def test_what_nothing_is_known_of_is_a_row(
    stretches: list[Any], end: str, gaps: list[tuple[str, str]]
) -> None:
    lines = [stretch(*each) for each in stretches]

    found = with_gaps(lines, parse_instant(f"{DAY}T{end}:00Z"))

    assert [each for each in found if isinstance(each, Gap)] == [
        Gap(f"{DAY}T{begin}:00Z", f"{DAY}T{until}:00Z") for begin, until in gaps
    ]


def test_the_page_shows_the_gap_and_leads_to_why(
    visitor: TestClient, world: Any, words_of: Callable[[str], str]
) -> None:
    lines = (stretch(*MORNING), stretch(*EVENING))
    world.observations = lambda *_: lines

    page = visitor.get(PAGE).text

    assert "unknown 21 Nov 2026, 09:02 CET Why? 21 Nov 2026, 11:00 CET 0" in words_of(page)
    assert f'href="/probes/prb-unv-mail/slots/{DAY}T08:02:00Z"' in page
