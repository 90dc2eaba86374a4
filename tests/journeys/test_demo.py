"""The demonstration: populated from the first second, alive, and the same at the next start."""

from __future__ import annotations

import json
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


def figures(demo: Any, label: str) -> dict[str, Any]:
    """The objectives of 2008 in a month, by their ids."""
    judged = demo.api(f"/agreements/sla-unv-2008/periods/{label}")["objectives"]
    return {each["objective"]: each for each in judged}


def rules(window: Any) -> set[str]:
    """The rules that refused a window, or parts of it."""
    parts = (part for fate in window["objectives"] for part in fate["parts"])
    return {part["rule"] for part in parts if part["rule"]}


def test_the_first_start_takes_less_than_three_minutes(populated: Path) -> None:
    assert float((populated.parent / "first-start").read_text()) < 180


def test_a_database_that_is_set_is_left_alone(demo: Any) -> None:
    folder = demo.data / "demo"

    assert f"the demonstration writes nothing there, its data are files in {folder}" in demo.said()
    assert f"SLAMON_DATABASE= SLAMON_DATA={folder} slamon judge" in demo.said()


def test_whoever_finds_the_folder_in_use_is_told_that_it_is_the_demonstration(demo: Any) -> None:
    assert (demo.data / "demo" / "lock").read_text().startswith("slamon demo (process ")


def test_the_api_describes_itself(demo: Any) -> None:
    described = demo.api("/openapi.json")["paths"]

    assert "/api/v1/compliance" in described
    assert "/api/v1/agents/{agent}/assignment" in described


def test_one_simulated_month_is_in_breach_and_awaits_review(demo: Any, last_month: str) -> None:
    found = demo.api("/breaches", status="open")["items"]
    (breach,) = (each for each in found if each["agreement"] != "sla-digital-editions")

    assert breach["breach"] == f"sla-unv-2026.o1.{last_month}"
    assert breach["basis"] == "simulated"


def test_both_illustrative_agreements_stand_on_the_overview(demo: Any) -> None:
    page = demo.page("/")

    assert 'href="/agreements/sla-unv-2026"' in page
    assert 'href="/agreements/sla-digital-editions"' in page


def test_what_was_generated_is_marked_simulated(demo: Any, last_month: str) -> None:
    assert "simulated" in demo.page(f"/breaches/sla-unv-2026.o1.{last_month}").casefold()
    assert "simulated" in demo.page("/services/svc-campus-network").casefold()


def test_october_2008_is_in_breach_by_half_a_minute_that_rounding_would_hide(demo: Any) -> None:
    october = figures(demo, "2008-10")["o1"]

    assert october["measured"]["ratio"] == "25073/25200"  # 63.5 of 12,600 minutes
    assert (october["measured"]["percent"], october["state"]) == ("99.49", "breached")
    (breach,) = demo.api("/breaches", status="upheld")["items"]
    assert breach["breach"] == "sla-unv-2008.o1.2008-10"


def test_each_refused_window_of_2008_names_its_rule(demo: Any) -> None:
    found = demo.api("/exclusions", agreement="sla-unv-2008")["items"]

    assert {each["exclusion"]: rules(each) for each in found} == {
        "x1-2008-07-25": set(),
        "x1-2008-08-22": {"notice"},
        "x1-2008-09-12": set(),
        "x1-2008-11-28": {"freeze"},
    }


def test_september_2008_met_its_promise_after_all_and_tells_what_was_known_before(
    demo: Any, slamon: Callable[..., Any]
) -> None:
    assert figures(demo, "2008-09")["o1"]["state"] == "met"
    (withdrawn,) = demo.api("/breaches", status="withdrawn")["items"]
    assert withdrawn["breach"] == "sla-unv-2008.o1.2008-09"

    line = next(line for line in demo.said().splitlines() if "--as-known-at" in line)
    told, _, command = line.strip().partition(" slamon ")
    data = told.removeprefix("SLAMON_DATABASE= ").removeprefix("SLAMON_DATA=")
    before = slamon(Path(data), *command.split(), "--json")

    assert before.returncode == 1, "in breach, as it was known then"
    (judged, *_) = json.loads(before.stdout)["objectives"]
    assert (judged["measured"]["percent"], judged["state"]) == ("99.40", "breached")


def test_the_month_that_no_reviewer_closed_closes_by_itself(
    demo: Any, until: Callable[..., Any]
) -> None:
    assert until(lambda: demo.closed("sla-unv-2008", "2008-11"), 60)
    assert not figures(demo, "2008-11")["o1"]["provisional"]


def test_the_tickets_of_2008_are_judged_but_for_a_month_with_too_few(demo: Any) -> None:
    assert figures(demo, "2008-07")["o2"]["state"] == "met"
    assert figures(demo, "2008-08")["o2"]["state"] == "not_measured"
    assert figures(demo, "2008-11")["o3"]["measured"]["percent"] == "90.00"


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
    live = {
        *("agent-assigned/1", "spool-began/1"),
        *("observations-recorded/1", "probing-interrupted/1"),
    }
    assert {n: c for n, c in after.items() if n not in live} == {
        n: c for n, c in before.items() if n not in live
    }
    assert after["observations-recorded/1"] - before["observations-recorded/1"] < 20


def test_a_port_left_to_slamon_is_not_called_taken(demo: Any) -> None:
    assert not re.search(r"port \d+ is taken", demo.said())
