"""Lists of facts, seals and agents: from a position on, the newest, and as they were known."""

from __future__ import annotations

from typing import Any

import pytest


def _positions(found: list[dict[str, Any]]) -> list[int]:
    return [each["position"] for each in found]


def test_the_newest_facts_are_listed_with_the_last_one_last(slamon: Any) -> None:
    all_of_them = _positions(slamon.json("ledger", "show", "--limit", 1_000))

    assert _positions(slamon.json("ledger", "show", "--last", 3)) == all_of_them[-3:]
    assert _positions(slamon.json("ledger", "show", "--last", 10_000)) == all_of_them


def test_the_newest_facts_of_one_stream_are_its_own(slamon: Any) -> None:
    assert slamon("ledger", "seal").exit_code == 0
    assert (
        slamon("close", "--agreement", "sla-digital-editions", "--period", "2026-02").exit_code == 0
    )
    assert slamon("ledger", "seal").exit_code == 0

    (newest,) = slamon.json("ledger", "show", "--stream", "ledger:seals", "--last", 1)

    assert newest["content"]["number"] == 2


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        pytest.param(("--after", "2"), "--last and --after begin at two ends", id="two ends"),
        pytest.param(("--limit", "2"), "--last and --limit both say how many", id="two numbers"),
        pytest.param(("5",), "leave out --stream, --after, --limit and --last", id="one fact"),
    ],
)
def test_the_newest_are_asked_for_alone(slamon: Any, more: tuple[str, ...], sentence: str) -> None:
    said = slamon("ledger", "show", "--last", "2", *more)

    assert said.exit_code == 2
    assert sentence in said.stderr


def test_fifty_facts_are_listed_where_nobody_says_how_many(slamon: Any) -> None:
    assert _positions(slamon.json("ledger", "show")) == list(range(1, 51))


def test_a_list_of_facts_as_known_then_ends_there(slamon: Any) -> None:
    last = slamon.position()
    assert slamon("ledger", "seal").exit_code == 0
    then = ("--as-known-at", f"@{last}")

    assert _positions(slamon.json("ledger", "show", "--after", last - 2, *then))[-1] == last
    assert _positions(slamon.json("ledger", "show", "--last", 2, *then)) == [last - 1, last]
    assert f"position {last}" in slamon("ledger", "show", *then).stderr


def test_a_fact_that_was_recorded_later_is_not_told(slamon: Any) -> None:
    said = slamon("ledger", "show", 7, "--as-known-at", "@5")

    assert said.exit_code == 1
    assert "the fact at position 7 had not been recorded yet" in said.stderr


def test_seals_are_listed_as_they_were_known(slamon: Any) -> None:
    assert slamon("ledger", "seal").exit_code == 0
    (made,) = slamon.json("ledger", "seals")["seals"]

    before = f"@{made['position'] - 1}"
    assert slamon.json("ledger", "seals", "--as-known-at", before)["seals"] == []
    assert slamon.json("ledger", "seals", "--as-known-at", f"@{made['position']}")["seals"] == [
        made
    ]


@pytest.mark.parametrize("command", ["list", "quarantine"])
def test_agents_are_listed_as_they_were_known(slamon: Any, command: str) -> None:
    assert slamon.json("agent", command, "--as-known-at", "@5") == []


@pytest.mark.parametrize(
    ("group", "left_out"),
    [pytest.param("ledger", {"restored"}, id="ledger"), pytest.param("agent", set(), id="agent")],
)
def test_the_summary_of_a_group_names_what_can_be_done(
    slamon: Any, group: str, left_out: set[str]
) -> None:
    said = " ".join(slamon(group, "--help").stdout.replace("\u2502", " ").split())
    summary, _, commands = said.partition("Options")
    names = {"ledger": LEDGER, "agent": {"run", "list", "quarantine", "release"}}[group]

    assert {name for name in names - left_out if name not in summary} == set()
    assert {name for name in names if name not in commands} == set()


LEDGER = {
    "archive",
    "backup",
    "bring-back",
    "prove",
    "rebuild",
    "restore",
    "restored",
    "seal",
    "seals",
    "show",
    "stats",
    "verify",
}
