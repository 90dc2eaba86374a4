"""The demonstration: populated from the first second, alive, and the same at the next start."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slamon.history import NAMES
from slamon.ledger.store import Ledger


def facts(data: Path) -> dict[str, int]:
    """How many facts of each name the ledger holds."""
    with closing(Ledger(data / "demo" / "ledger.db", NAMES, lambda: 0)) as ledger:
        return {name: count for name, count, _ in ledger.counts()}


def test_the_first_start_takes_less_than_three_minutes(populated: Path) -> None:
    assert float((populated.parent / "first-start").read_text()) < 180


def test_one_month_is_in_breach_and_awaits_review(demo: Any, last_month: str) -> None:
    (breach,) = demo.api("/breaches", status="open")["items"]

    assert breach["breach"] == f"sla-unv-2026.o1.{last_month}"
    assert breach["basis"] == "simulated"


def test_both_illustrative_agreements_stand_on_the_overview(demo: Any) -> None:
    page = demo.page("/")

    assert 'href="/agreements/sla-unv-2026"' in page
    assert 'href="/agreements/sla-digital-editions"' in page


def test_what_was_generated_is_marked_simulated(demo: Any, last_month: str) -> None:
    assert "simulated" in demo.page(f"/breaches/sla-unv-2026.o1.{last_month}").casefold()
    assert "simulated" in demo.page("/services/svc-campus-network").casefold()


def test_the_digital_editions_are_there_as_imported(demo: Any) -> None:
    services = demo.api("/services", limit="200")["items"]
    editions = [each for each in services if each["catalogue"] == "digital-editions"]

    assert len(editions) == 33
    assert all(each["measured"] for each in editions)
    judged = demo.api("/agreements/sla-digital-editions/periods/2026-03")["objectives"]
    assert {each["basis"] for each in judged} == {"imported"}


def test_the_agent_asks_the_live_targets(demo: Any, until: Callable[..., Any]) -> None:
    since = datetime.now(tz=UTC)

    def reported() -> list[str]:
        return [
            probe["probe"]
            for probe in demo.api("/probes")["items"]
            if probe["last_at"] and datetime.fromisoformat(probe["last_at"]) > since
        ]

    assert until(reported, 75)


def test_the_schedule_of_the_failures_is_published(demo: Any) -> None:
    assert "from minute 3 to minute 7 of every ten minutes" in demo.said()


def test_a_second_start_on_a_taken_port_is_quick_and_populates_nothing_twice(
    demo: Any, copied: Path, started: Callable[..., Any]
) -> None:
    before = facts(copied)
    taken = demo.url.rpartition(":")[2]

    again = started("demo", copied, SLAMON_PORT=taken)

    assert again.work_to_start <= 10
    assert f"port {taken} is taken; slamon took a free one" in again.said()
    assert again.url != demo.url
    assert again.stopped() == 0
    after = facts(copied)
    live = {"observations-recorded/1", "agent-assigned/1", "probing-interrupted/1"}
    assert {n: c for n, c in after.items() if n not in live} == {
        n: c for n, c in before.items() if n not in live
    }
    assert after["observations-recorded/1"] - before["observations-recorded/1"] < 20


def test_a_port_left_to_slamon_is_not_called_taken(demo: Any) -> None:
    assert not re.search(r"port \d+ is taken", demo.said())
