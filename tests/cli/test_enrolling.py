"""Agents of other machines, by command: enrolled with what to set there, listed, revoked."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from probes.spec import AgentAssigned
from slamon.app import agents, enrolment
from slamon.cli.assigning import AGENT, Targets
from slamon.cli.house import House
from slamon.cli.telling import Telling, left_out, places
from slamon.ledger.format import FormatError, refuse_newer
from slamon.views.enrolled import enrolments

WORLD = Path("catalogue/starter/cms-2008")


@pytest.fixture
def empty_world(commands: Callable[..., Any], tmp_path: Path, tree: Path) -> Any:
    """The commands in a folder with a catalogue of two locations."""
    slamon = commands(tmp_path / "var")
    assert slamon("catalogue", "apply", tree / WORLD, "--yes").exit_code == 0
    return slamon


ENROL = ("agent", "enrol", "vienna", "--location", "loc-outside")


def test_an_enrolled_agent_is_told_once_what_to_set_on_its_machine(empty_world: Any) -> None:
    told = empty_world.json(*ENROL)["environment"]

    with House(empty_world.folder) as house:
        assert enrolment.key_of(house.ledger, "vienna") == _hash(told["SLAMON_AGENT_KEY"])
        assert told["SLAMON_AGENT_KEY"] not in str(list(house.ledger.stream("agent:vienna")))
    assert list(told) == ["SLAMON_AGENT_ID", "SLAMON_AGENT_KEY", "SLAMON_CENTRE", "SLAMON_SPOOL"]


def test_an_older_program_is_kept_from_a_ledger_with_enrolled_agents(empty_world: Any) -> None:
    empty_world.json(*ENROL)

    with House(empty_world.folder) as house, pytest.raises(FormatError, match="has format 3"):
        refuse_newer(house.ledger, known=2)


def test_a_person_reads_what_can_be_pasted_there(empty_world: Any) -> None:
    said = empty_world(*ENROL)

    lines = said.stdout.splitlines()
    assert lines[0].startswith("vienna is enrolled at loc-outside.")
    assert [line.partition("=")[0] for line in lines if line.startswith("export ")] == [
        "export SLAMON_AGENT_ID",
        "export SLAMON_AGENT_KEY",
        "export SLAMON_CENTRE",
        "export SLAMON_SPOOL",
    ]
    assert "python -m probes" in lines
    assert "The key is not shown again." in said.stderr


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        pytest.param("loc-outsid", 'is "loc-outside" meant?', id="a location nobody knows"),
        pytest.param(
            "loc-bonn", "agent-local measures from loc-bonn", id="the place of this machine's agent"
        ),
    ],
)
def test_a_place_that_cannot_be_is_refused(empty_world: Any, location: str, sentence: str) -> None:
    refused = empty_world("agent", "enrol", "vienna", "--location", location)

    assert refused.exit_code == 1
    assert sentence in refused.stderr


def test_a_key_is_renewed_only_where_that_is_asked_for(empty_world: Any) -> None:
    first = empty_world.json(*ENROL)["environment"]["SLAMON_AGENT_KEY"]

    assert empty_world(*ENROL).exit_code == 1
    second = empty_world.json(*ENROL, "--renew")["environment"]["SLAMON_AGENT_KEY"]

    with House(empty_world.folder) as house:
        assert enrolment.key_of(house.ledger, "vienna") == _hash(second) != _hash(first)


def test_agents_are_listed_with_what_became_of_them(empty_world: Any) -> None:
    empty_world.json(*ENROL)
    (enrolled,) = empty_world.json("agent", "list")
    assert (enrolled["agent"], enrolled["location"]) == ("vienna", "loc-outside")
    assert (enrolled["revoked_at"], enrolled["contact"], enrolled["left_out"]) == (None, None, [])
    assert "enrolled, never heard of" in empty_world("agent", "list").stdout

    before = empty_world.position()
    assert empty_world("agent", "revoke", "vienna", "--reason", "lost").exit_code == 0
    assert empty_world("agent", "revoke", "vienna", "--reason", "lost").exit_code == 0

    assert "revoked" in empty_world("agent", "list").stdout
    then = ("--as-known-at", f"@{before}")
    assert [line["revoked_at"] for line in empty_world.json("agent", "list", *then)] == [None]


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _probes(house: House, agent: str) -> list[str]:
    found = agents.assignment(house.ledger, agent)
    assert isinstance(found, AgentAssigned)
    return [each.probe for each in found.probes]


def test_each_agent_is_told_what_to_ask_from_its_place(empty_world: Any) -> None:
    empty_world.json(*ENROL)

    with House(empty_world.folder) as house:
        house.refresh()
        telling = Telling(house, "loc-bonn", Targets(), {"vienna": 2}.get)
        telling.tell()
        assert _probes(house, "vienna") == _probes(house, AGENT) != []
        vienna = agents.assignment(house.ledger, "vienna")
        assert vienna is not None
        assert vienna.location == "loc-outside"

        position = house.ledger.position()
        telling.tell()
        assert house.ledger.position() == position


def test_nothing_is_due_of_an_agent_that_was_revoked(empty_world: Any) -> None:
    empty_world.json(*ENROL)
    with House(empty_world.folder) as house:
        house.refresh()
        telling = Telling(house, "loc-bonn", Targets(), {"vienna": 2}.get)
        telling.tell()
        enrolment.revoke(house.ledger, "vienna", reason="lost", actor="ann")
        house.refresh()
        telling.tell()

        assert _probes(house, "vienna") == []
        assert _probes(house, AGENT) != []


def test_of_two_at_one_place_the_agent_of_this_machine_measures(empty_world: Any) -> None:
    empty_world.json(*ENROL)
    with House(empty_world.folder) as house:
        house.refresh()
        with house.store.reading() as connection:
            enrolled = enrolments(connection)

    assert places("loc-bonn", enrolled) == {"loc-bonn": AGENT, "loc-outside": "vienna"}
    assert places("loc-outside", enrolled) == {"loc-outside": AGENT}


def test_an_agent_of_wire_1_is_told_what_it_can_read_and_all_once_it_is_upgraded(
    empty_world: Any,
) -> None:
    empty_world.json(*ENROL)
    wires = {"vienna": 1}
    with House(empty_world.folder) as house:
        house.refresh()
        telling = Telling(house, "loc-bonn", Targets(), wires.get)
        telling.tell()
        first, ours = _probes(house, "vienna"), _probes(house, AGENT)
        missing = left_out(house, "loc-outside", 1)
        wires["vienna"] = 2
        telling.tell()

        assert sorted([*first, *missing]) == ours
        assert missing != []
        assert _probes(house, "vienna") == ours
        assert left_out(house, "loc-outside", 2) == []
