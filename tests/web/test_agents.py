"""The page of the agents tells each case that operations must look at; every page tells when it is not up to date."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

WORDS = Callable[[str], str]
SENTENCE = "the views stand still at position 1204: a fact cannot be applied"
PAGES = ["/", "/services/svc-mail", "/agreements/sla-unv-2026/periods/2026-09", "/ledger"]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("Handed in until 22 Nov 2026, 15:48 UTC", id="how far an agent has handed in"),
        pytest.param(
            "Handed in again what a restored backup lacked, from 22 Nov 2026, 09:10 UTC",
            id="a gap that was filled after a restore",
        ),
        pytest.param("a new spool began", id="an agent that was installed anew"),
        pytest.param("two write one spool", id="a cloned machine"),
        pytest.param("two use one key", id="two agents that hand in by turns"),
        pytest.param("a batch was set aside", id="a batch that does not count"),
        pytest.param(
            "the batch ends at 22 Nov 2026, 17:40 UTC, which had not come", id="the reason of it"
        ),
        pytest.param("let out", id="a batch that was released"),
        pytest.param("Enrolled 20 Nov 2026, 08:00 UTC", id="since when an agent is let in"),
        pytest.param("revoked 21 Nov 2026, 08:00 UTC", id="an agent that is let in no more"),
        pytest.param("nothing yet", id="an agent that never handed in"),
        pytest.param(
            "silent Slots of it are due, and it has handed in nothing since 20 Nov 2026, 08:00:05 UTC",
            id="an agent that is silent, with since when",
        ),
        pytest.param(
            "everything it asks fails All 4 hosts whose results still speak fail at once.",
            id="an agent whose own line may be down",
        ),
        pytest.param(
            "slots missing More than a tenth of that hour has no result.",
            id="an agent that observed little of what was due",
        ),
        pytest.param("probes left in peace prb-unv-mail", id="the probes that it does not ask"),
        pytest.param("agent-bonn slamon/2.1.0 wire 2", id="which program an agent is"),
        pytest.param("agent-old version not told wire 1", id="an agent of an older version"),
        pytest.param(
            "not let in since the start turned away 22 Nov 2026, 15:48:40 UTC",
            id="an agent whose key opens nothing any more",
        ),
        pytest.param("10 s ago", id="when an agent was heard of"),
        pytest.param("at most 25.0 ms of 2 880 attempts", id="how late nearly all attempts begin"),
        pytest.param("more than 5 s of 12 attempts", id="attempts later than all bounds"),
        pytest.param("31.4 ms", id="how long its own loop was held up"),
        pytest.param("set it 3 s behind", id="a clock that must be set"),
        pytest.param("40.0 ms ahead", id="a clock that is near enough"),
        pytest.param("1 234 65 536 bytes in its spool", id="what it has still to hand in"),
        pytest.param(
            "99.96 % of the last full day: 2 879 of 2 880", id="a slot that was not observed"
        ),
    ],
)
def test_the_page_of_the_agents_tells(visitor: TestClient, words_of: WORDS, said: str) -> None:
    page = words_of(visitor.get("/agents").text.replace("</th>", " ").replace("</time>", ""))
    assert said.removeprefix("Handed in until ") in page.replace(" ,", ",")


def test_the_page_of_the_ledger_leads_to_the_agents(visitor: TestClient) -> None:
    assert 'href="/agents"' in visitor.get("/ledger").text


def test_the_api_tells_agents_and_what_was_set_aside(visitor: TestClient) -> None:
    first, second, third = visitor.get("/api/v1/agents").json()["items"]
    aside = visitor.get("/api/v1/agents/quarantine").json()["items"]

    assert [each["kind"] for each in first["alarms"]] == [
        *("quarantined", "other_content", "two_runs", "new_spool"),
    ]
    assert second["reported_until"] is None
    assert third["revoked_at"] == "2026-11-21T08:00:00Z"
    assert [(each["position"], each["released"]) for each in aside] == [(900, True), (901, False)]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_tells_that_the_views_do_not_follow(
    visitor: TestClient, stale: list[str], words_of: WORDS, path: str
) -> None:
    assert "This page tells what stood at" not in visitor.get(path).text

    stale.append(SENTENCE)

    page = words_of(visitor.get(path).text)
    assert "This page tells what stood at ledger position 1 204" in page
    assert f"The reason: {SENTENCE}." in page


def test_what_agents_say_of_themselves_is_not_told_of_a_past_day(visitor: TestClient) -> None:
    assert "As they said last" in visitor.get("/agents").text
    assert "As they said last" not in visitor.get("/agents?as_known_at=2026-11-20").text


def test_who_knocks_under_the_name_of_no_agent_is_not_told_of(visitor: TestClient) -> None:
    assert "agent-nobody-knows" not in visitor.get("/agents").text
