"""The page and the resource behind a figure: every stretch with its reason and its facts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.views.explanation import Explanation

PAGE = "/agreements/sla-unv-2026/periods/2026-09/o1/explained"
RESOURCE = "/api/v1/agreements/sla-unv-2026/periods/2026-09/explanation"
MINUTE = 60_000_000

Words = Callable[[str], str]


def interval(begin: str, end: str, minutes: int, name: str, rule: str, **changed: Any) -> Any:
    """A stretch as the read side tells it."""
    fields = {
        "from": f"2026-09-08T{begin}:00Z",
        "to": f"2026-09-08T{end}:00Z",
        "us": minutes * MINUTE,
        "class": name,
        "effect": None,
        "rule": rule,
        "says": rule,
        "clause": "o1",
        "announcement": None,
        "declaration": None,
        "refused": None,
        "witnesses": (),
        "facts": (),
    }
    return fields | changed


WITNESS = {
    "check": "prb-unv-mail",
    "location": "loc-bonn",
    "said": "down",
    "result_at": "2026-09-08T07:05:05Z",
    "fact": 321,
}
INTERVALS = (
    interval("06:00", "07:05", 65, "up", "results", facts=(320,)),
    interval("07:05", "08:05", 60, "down", "results", witnesses=(WITNESS,), facts=(321,)),
    interval("08:05", "09:05", 60, "down", "declared", declaration="inc-1", refused="notice"),
    interval("09:05", "10:05", 60, "excused_down", "exclusion", clause="x1", announcement="disks"),
    interval("10:05", "11:05", 60, "excused_down>down", "member_excluded", clause="x2"),
    interval("11:05", "12:05", 60, "outside", "service_hours", clause="bonn-hours", facts=(48,)),
)
CASES = (
    {"case": "T-1", "state": "breached", "from": "2026-09-08T06:00:00Z", "to": None}
    | {"due_at": "2026-09-08T08:00:00Z", "elapsed_us": 150 * MINUTE, "facts": (77,)},
    {"case": "prb-unv-mail", "location": "loc-bonn", "state": "breached", "count": 3}
    | {"from": "2026-09-08T06:00:00Z", "to": "2026-09-08T06:02:00Z", "facts": (78,)},
)


@pytest.fixture
def asked(world: Any, worlds: Any) -> list[str | None]:
    """A world that explains its September; which objectives it was asked for."""
    judged = worlds.BREACHED
    part = {
        "target": "99.00",
        "from": "2026-08-31T22:00:00Z",
        "to": "2026-09-30T22:00:00Z",
        "tally": {"up_us": 65 * MINUTE, "down_us": 120 * MINUTE, "excused_down_us": 60 * MINUTE},
        "intervals": INTERVALS,
        "cases": {"met": 5, "not_met": 4},
        "cases_listed": CASES,
        "readings": (
            {"at": "2026-09-08T06:00:00Z", "value": "7/2", "source": "lvl", "facts": (79,)},
        ),
    }
    figure = {
        name: getattr(judged, name)
        for name in ("objective", "service", "indicator", "target", "mode", "state", "provisional")
    }
    figure |= {"measured": judged.measured, "tally": judged.tally, "agrees": False, "note": None}
    figure |= {
        "terms": ({"kind": "service_hours", "id": "bonn-hours", "fact": 48},),
        "parts": (part,),
    }
    said = Explanation.model_validate(
        {
            "agreement": "sla-unv-2026",
            "period": worlds.SEPTEMBER,
            "as_known_at": {
                "instant": "2026-11-22T15:48:30Z",
                "position": 1204,
                "recorded_at": "2026-11-22T15:48:30Z",
            },
            "objectives": (figure,),
        }
    )
    questions: list[str | None] = []

    def explain(agreement: str, label: str, now: int, objective: str | None = None) -> Any:
        questions.append(objective)
        return said if objective in {None, "o1"} else None

    world.explain = explain
    return questions


@pytest.mark.usefixtures("asked")
def test_the_page_tells_each_stretch_with_its_rule_and_facts(
    visitor: TestClient, words_of: Words
) -> None:
    answer = visitor.get(PAGE)

    assert answer.status_code == 200
    words = words_of(answer.text)
    assert "Why: Electronic mail, September 2026" in words
    assert "6 stretches, in order of time" in words
    assert "prb-unv-mail, loc-bonn: down" in words
    assert "exclusion granted (E1) x1 · disks" in words
    assert "Announced, and refused: notice too short inc-1" in words.replace("o1 · ", "")
    assert 'href="/ledger/321"' in answer.text
    assert 'href="/catalogue/service_hours/bonn-hours"' in answer.text


@pytest.mark.usefixtures("asked")
def test_the_page_tells_cases_and_numbers(visitor: TestClient, words_of: Words) -> None:
    words = words_of(visitor.get(PAGE).text)

    assert "5 met, 4 not met, 0 not yet decided" in words
    assert "T-1" in words
    assert "3 results" in words
    assert "7/2" in words


@pytest.mark.usefixtures("asked")
def test_the_page_says_that_the_figure_shown_is_older(visitor: TestClient, words_of: Words) -> None:
    assert "it is explained as known now, the figure shown is older" in words_of(
        visitor.get(PAGE).text
    )


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/agreements/sla-unv-2026/periods/2026-09", PAGE),
        ("/breaches/sla-unv-2026.o1.2026-09", PAGE),
        ("/agreements/sla-unv-2026", PAGE.replace("2026-09", "2026-11")),
        ("/services/svc-mail", PAGE.replace("2026-09", "2026-11")),
    ],
)
def test_a_figure_leads_to_its_reasons(visitor: TestClient, address: str, page: str) -> None:
    assert re.search(f'<a href="{page}">Why', visitor.get(address).text)


def test_the_resource_is_what_the_read_side_says(visitor: TestClient, asked: list[Any]) -> None:
    answer = visitor.get(RESOURCE, params={"objective": "o1"})

    assert answer.status_code == 200
    (figure,) = answer.json()["objectives"]
    (part,) = figure["parts"]
    assert [each["class"] for each in part["intervals"]][:3] == ["up", "down", "down"]
    assert part["intervals"][1]["witnesses"] == [WITNESS]
    assert visitor.get(RESOURCE).status_code == 200
    assert asked == ["o1", None]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    "address",
    [
        pytest.param(PAGE.replace("o1", "o9"), id="a page of no objective"),
        pytest.param(PAGE.replace("2026-09", "2031-01"), id="a page of no period"),
        pytest.param(PAGE.replace("unv-2026", "unv-1999"), id="a page of no agreement"),
        pytest.param(RESOURCE + "?objective=o9", id="no objective"),
        pytest.param(RESOURCE.replace("2026-09", "2031-01"), id="no period"),
    ],
)
def test_what_is_not_there_is_not_explained(visitor: TestClient, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_the_page_of_a_promise_about_tickets_lists_each_and_no_time(
    visitor: TestClient, words_of: Words, world: Any, asked: list[Any]
) -> None:
    said = world.explain("sla-unv-2026", "2026-09", 0, "o1")
    late, *_ = said.objectives[0].parts[0].cases_listed
    met = late.model_copy(
        update={"case": "T-2", "state": "met", "to": "2026-09-08T07:00:00Z", "elapsed_us": MINUTE}
    )
    (figure,) = said.objectives
    (part,) = figure.parts
    listed: dict[str, Any] = {
        "intervals": (),
        "tally": {},
        "readings": (),
        "cases_listed": (late, met),
    }
    changed: dict[str, Any] = {"indicator": "response_time", "tally": {}}
    figure = figure.model_copy(update=changed | {"parts": (part.model_copy(update=listed),)})
    told = said.model_copy(update={"objectives": (figure,)})
    world.explain = lambda *_: told

    words = words_of(visitor.get(PAGE).text)

    assert "What counted is listed here one by one" in words
    assert "5 in time, 4 late, 0 waiting" in words
    assert words.index("T-1") < words.index("late", words.index("T-1")) < words.index("T-2")
    assert "stretches" not in words
    assert "Outside the service hours" not in words
    assert asked == ["o1"]
