"""The page of a fact that is a batch: probes by name, changes, what was kept, and where the rest of it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.views.batchtold import BatchTold, EdgeTold, GapTold, KeptTold, ProbeTold, Took

Words = Callable[[str], str]

TOOK = Took(count=59, min_us=12_300, median_us=20_000, p95_us=40_000, max_us=1_200_500, exact=True)
BATCH = BatchTold(
    agent="bonn",
    location="loc-bonn",
    simulated=False,
    spool="5f2a",
    sequence=41,
    layout=2,
    assignment=3,
    begin="2026-11-22T15:00:00Z",
    end="2026-11-22T16:00:00Z",
    rows=59,
    missing=1,
    stored_bytes=1_387,
    cold_bytes=896,
    content_hash="cd" * 32,
    archived=None,
    aside=None,
    unnamed=None,
    probes=(
        ProbeTold(
            probe="prb-unv-mail",
            service="svc-mail",
            target="mail.unv.example:25",
            interval_us=60_000_000,
            outcomes={"good": 58, "degraded": 0, "bad": 1, "inconclusive": 0},
            missing=1,
            first_at="2026-11-22T15:00:05.250Z",
            last_at="2026-11-22T15:59:05.250Z",
            took=TOOK,
        ),
    ),
    edges=(
        EdgeTold(probe="prb-unv-mail", at="2026-11-22T15:31:20Z", before="good", outcome="bad"),
        EdgeTold(probe="prb-unv-mail", at="2026-11-22T15:32:20Z", before="bad", outcome="bad"),
        EdgeTold(probe="prb-unv-mail", at="2026-11-22T15:33:20Z", before=None, outcome="good"),
    ),
    gaps=(
        GapTold(
            probe="prb-unv-mail",
            count=1,
            first_due="2026-11-22T15:40:00Z",
            last_due="2026-11-22T15:40:00Z",
        ),
    ),
    kept=(
        KeptTold(
            row=31,
            probe="prb-unv-mail",
            due="2026-11-22T15:31:20Z",
            at="2026-11-22T15:31:20Z",
            outcome="bad",
            latency_us=None,
            lateness_ms=0,
            reason="tls_expired",
            text="the certificate ended <yesterday>",
            address="192.0.2.25",
            phases_us={"connect": 1_100, "greeting": 300},
            checked=(),
            certificate_until="2026-11-21T23:00:00Z",
            headers={},
            line="",
        ),
    ),
)


@pytest.fixture
def shown(visitor: TestClient, world: Any, words_of: Words) -> Callable[..., str]:
    """The words of the page of a batch."""
    told = world.fact(900)

    def page(**changes: object) -> str:
        named = ("fact", "content", "seal")
        fact: dict[str, object] = {key: changes.pop(key) for key in named if key in changes}
        batch = BATCH.model_copy(update=changes)
        world.fact = lambda _: told.model_copy(update={**fact, "batch": batch})
        return words_of(visitor.get("/ledger/900").text)

    return page


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Agent bonn loc-bonn Spool 5f2a batch 41 of its UTC day", id="whose it is"),
        pytest.param("Span 22 Nov 2026, 15:00 – 16:00 UTC", id="in the zone of the ledger"),
        pytest.param("Rows 59 one slot without a result", id="its rows"),
        pytest.param("Layout 2 1 387 bytes stored", id="its size"),
        pytest.param("Single results here, 896 bytes", id="where its cold part is"),
        pytest.param("SHA-256 of the batch cdcd", id="its hash"),
        pytest.param("Times in UTC.", id="the zone is named"),
        pytest.param(
            "Probe good bad missing First Last Fastest Half within 95 of 100 within Slowest"
            " prb-unv-mail 58 1 1 15:00:05.250 15:59:05.250 12.3 ms 20.0 ms 40.0 ms 1200.5 ms",
            id="what a probe came to, without outcomes that nobody has",
        ),
        pytest.param("15:31:20 prb-unv-mail good bad 15:32:20", id="a change"),
        pytest.param("prb-unv-mail bad bad begun late", id="a result that began late"),
        pytest.param("15:33:20 prb-unv-mail not known good", id="what it was is not known"),
        pytest.param("Without a result Probe Slots First due Last due", id="missing slots"),
        pytest.param(
            "15:31:20 prb-unv-mail bad no answer was measured certificate expired:"
            " the certificate ended <yesterday>; asked 192.0.2.25;"
            " took: connection 1.1 ms, greeting 0.3 ms;"
            " certificate ends 21 Nov 2026, 23:00 UTC",
            id="what was kept, in words",
        ),
        pytest.param("Under the seal seal 1", id="the seal that is over it"),
        pytest.param("As it was recorded", id="and what the fact itself says"),
    ],
)
def test_a_batch_is_told_for_people(shown: Callable[..., str], words: str) -> None:
    assert words in shown()


def test_the_seal_over_a_fact_is_named(shown: Callable[..., str], worlds: Any) -> None:
    assert "Under the seal seal 1 , 22 Nov 2026, 15:00 UTC" in shown(seal=worlds.SEAL)


def test_what_is_in_an_archive_is_said_to_be(shown: Callable[..., str]) -> None:
    where = "its single results are in the archive cold.slamon"
    said = shown(archived=where, content_hash=None, kept=())

    assert f"Single results {where}" in said
    assert "Latencies are within 3 %; the exact ones are in the archive." in said
    assert "SHA-256" not in said


def test_a_batch_that_was_set_aside_says_why_and_shows_no_bytes(shown: Callable[..., str]) -> None:
    said = shown(
        fact="batch-quarantined/1",
        content={"reason": "it ends at 2026-11-22T17:00:00Z", "content": "QUFB"},
    )

    assert "Set aside, and nothing of it counts: it ends at 22 Nov 2026, 17:00 UTC" in said
    assert "QUFB" not in said


def test_rows_that_cannot_be_named_are_not_guessed(shown: Callable[..., str]) -> None:
    said = shown(unnamed="the ledger has no assignment 3 of the agent bonn", probes=())

    assert "cannot be told probe by probe: the ledger has no assignment 3" in said
    assert "Half within" not in said


@pytest.mark.parametrize(
    ("position", "words"),
    [
        pytest.param(99_999, "There is no fact at position 99999: the ledger's last is", id="last"),
        pytest.param(7, "There is no fact at position 7; positions may have gaps.", id="a gap"),
    ],
)
def test_a_position_without_a_fact_is_told_as_such(
    visitor: TestClient, world: Any, words_of: Words, position: int, words: str
) -> None:
    world.fact = lambda _: None

    answer = visitor.get(f"/ledger/{position}")

    assert answer.status_code == 404
    assert words in words_of(answer.text)
