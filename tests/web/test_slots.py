"""The page of a slot tells one cause for each place, and what each objective made of the instant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

WORDS = Callable[[str], str]
SLOT = "/probes/prb-unv-mail/slots/2026-11-22T15:31:20Z"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("loc-bonn a result stands", id="the cause at a place"),
        pytest.param("connection refused", id="why the attempt was bad"),
        pytest.param("Begun late by 4.0 ms", id="how late it was begun"),
        pytest.param("loc-outside the place is silent", id="a place that says nothing"),
        pytest.param("handed in until 22 Nov 2026, 16:20", id="how far its agent has handed in"),
        pytest.param("places disagree or are silent (P5)", id="the rule of the judge"),
        pytest.param("down where 2 places see it down", id="the quorum"),
        pytest.param("Planned maintenance: x1-2026-11-28-1 , granted", id="the window it lies in"),
    ],
)
def test_the_page_of_a_slot_tells(visitor: TestClient, words_of: WORDS, said: str) -> None:
    page = words_of(visitor.get(SLOT).text)
    assert said.replace(" ,", ",") in page.replace(" ,", ",")


def test_an_instant_that_was_typed_leads_to_its_slot(visitor: TestClient) -> None:
    found = visitor.get("/probes/prb-unv-mail/slots", params={"at": "2026-11-22T16:31:20+01:00"})
    assert (found.status_code, found.headers["location"]) == (303, SLOT)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/probes/prb-nowhere/slots/2026-11-22T15:31:20Z", 404, id="no such probe"),
        pytest.param("/probes/prb-unv-mail/slots/yesterday", 422, id="no instant"),
        pytest.param("/probes/prb-unv-mail/slots?at=2026-11-22T15:31", 422, id="no offset"),
        pytest.param("/api/v1/probes/prb-nowhere/slots/2026-11-22T15:31:20Z", 404, id="the same"),
        pytest.param("/api/v1/probes/prb-unv-mail/slots/noon", 422, id="no instant for programs"),
    ],
)
def test_what_names_no_slot_is_refused(visitor: TestClient, path: str, status: int) -> None:
    assert visitor.get(path).status_code == status


def test_the_api_tells_causes_and_facts(visitor: TestClient) -> None:
    told = visitor.get("/api/v1" + SLOT).json()

    assert [(each["cause"], each["facts"]) for each in told["places"]] == [
        ("recorded", [40, 900]),
        ("silent", [40]),
    ]
    assert [each["class"] for each in told["judged"]] == ["unknown"]


def test_the_page_of_a_probe_asks_for_an_instant(visitor: TestClient) -> None:
    page = visitor.get("/probes/prb-unv-mail").text
    assert 'action="/probes/prb-unv-mail/slots"' in page
    assert 'value="2026-11-22T15:48:12Z"' in page


def test_the_page_of_the_probes_counts_and_filters_what_asks_to_be_looked_at(
    visitor: TestClient, words_of: WORDS
) -> None:
    every, bad = (
        words_of(visitor.get("/probes").text),
        words_of(visitor.get("/probes?show=bad").text),
    )

    assert "Bad 1 Overdue 1 Suspect 0 Paused 0 In a window 1" in every
    assert "Planned maintenance: x1-2026-11-28-1 , granted" in every
    assert ("prb-control" in every, "prb-control" in bad) == (True, False)
    assert "No probe just now." in words_of(visitor.get("/probes?show=suspect").text)


def test_programs_ask_for_the_probes_that_must_be_looked_at(visitor: TestClient) -> None:
    found = visitor.get("/api/v1/probes", params={"attention": "overdue"}).json()["items"]

    assert [(each["probe"], each["location"]) for each in found] == [
        ("prb-unv-mail", "loc-outside")
    ]
    assert visitor.get("/api/v1/probes?attention=lost").status_code == 422


@pytest.mark.parametrize(
    ("outcome", "badge"),
    [
        pytest.param("good", "good", id="good"),
        pytest.param("degraded", "warn", id="degraded"),
        pytest.param("bad", "bad", id="bad"),
    ],
)
def test_a_result_that_stands_is_marked_by_its_outcome(
    visitor: TestClient, world: Any, outcome: str, badge: str
) -> None:
    whole = world.slot("prb-unv-mail", 0, 0)
    place = whole.places[0].model_copy(update={"outcome": outcome})
    told = whole.model_copy(update={"places": (place,)})
    world.slot = lambda *_: told
    heading = visitor.get(SLOT).text.partition("<h2>loc-bonn ")[2].partition("</h2>")[0]
    assert f'class="badge {badge}"' in heading
