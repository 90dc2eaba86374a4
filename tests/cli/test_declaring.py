"""Declared incidents by command, and what they do to the figures."""

from __future__ import annotations

import json
from typing import Any

import pytest

SERVICE = "svc-parzival"
INCIDENT = f"{SERVICE}/inc-20260303-0800"
SAID = ("--state", "down", "--reason", "no search", "--evidence", "call 4711 of the service desk")


def _declare(slamon: Any, *more: str) -> Any:
    return slamon("incident", "declare", SERVICE, *SAID, "--from", "2026-03-03T08:00:00Z", *more)


def test_an_incident_is_declared_ended_and_withdrawn(slamon: Any) -> None:
    assert _declare(slamon).stdout.strip() == f"{INCIDENT} is declared down"
    (open_one,) = slamon.json("incident", "list")
    assert (open_one["status"], open_one["to"]) == ("open", None)

    ended = slamon("incident", "end", INCIDENT, "--at", "2026-03-03T18:00:00Z", "--reason", "works")
    assert ended.stdout.strip() == f"{INCIDENT} has ended"
    withdrawn = slamon("incident", "withdraw", INCIDENT, "--reason", "it was another service")
    assert withdrawn.stdout.strip() == f"{INCIDENT} is withdrawn"

    (listed,) = slamon.json("incident", "list", "--service", SERVICE)
    assert listed["recorded_at"].startswith("20")
    assert {name: listed[name] for name in listed if name not in ("recorded_at", "position")} == {
        "declaration": INCIDENT,
        "service": SERVICE,
        "state": "down",
        "from": "2026-03-03T08:00:00Z",
        "to": "2026-03-03T18:00:00Z",
        "status": "withdrawn",
        "reason": "no search",
        "evidence": "call 4711 of the service desk",
        "because": "it was another service",
        "actor": "rita",
    }
    assert slamon.json("incident", "list", "--service", "svc-brandans-meerfahrt") == []


def test_the_list_is_a_table_for_people(slamon: Any) -> None:
    assert slamon("incident", "list").stdout.strip() == "no incident was declared"

    _declare(slamon)

    assert INCIDENT in slamon("incident", "list").stdout


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        pytest.param(
            ("declare", "svc-fax", *SAID, "--from", "2026-03-03T08:00:00Z"),
            "the catalogue has no service 'svc-fax'",
            id="an unknown service",
        ),
        pytest.param(
            ("declare", SERVICE, *SAID, "--from", "2099-03-03T08:00:00Z"),
            "its begin 2099-03-03T08:00:00Z has not come; declare what has happened",
            id="the future",
        ),
        pytest.param(
            ("list", "--service", "svc-fax"),
            "there is no service 'svc-fax'; known are svc-",
            id="a list of an unknown service",
        ),
        pytest.param(
            ("withdraw", "svc-\udcff/x", "--reason", "works"),
            "'declaration:svc-\\udcff:x' is not valid UTF-8; write it anew, nothing was recorded",
            id="bytes that are no text",
        ),
        pytest.param(
            ("end", INCIDENT, "--at", "2026-03-03T18:00:00Z", "--reason", "works"),
            f"there is no incident '{INCIDENT}'; `slamon incident list` names them",
            id="an unknown incident",
        ),
    ],
)
def test_what_cannot_be_declared_is_told(
    slamon: Any, command: tuple[str, ...], sentence: str
) -> None:
    said = slamon("incident", *command)

    assert said.exit_code == 1
    assert sentence in said.stderr


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        pytest.param(
            ("incident", "declare", SERVICE, *SAID, "--from", "2026-03-03T08:00"),
            "--from: instant '2026-03-03T08:00' has no offset",
            id="the begin of what is declared",
        ),
        pytest.param(
            ("incident", "declare", SERVICE, *SAID, "--from", "2026-03-03T08:00Z", "--to", "noon"),
            "--to: no instant 'noon'",
            id="the end of what is declared",
        ),
        pytest.param(
            ("incident", "end", INCIDENT, "--at", "2026-02-30T08:00:00Z", "--reason", "works"),
            "--at: no instant '2026-02-30T08:00:00Z'",
            id="a day that does not exist",
        ),
    ],
)
def test_an_instant_that_is_none_is_a_wrong_usage(
    slamon: Any, command: tuple[str, ...], sentence: str
) -> None:
    said = slamon(*command)

    assert said.exit_code == 2
    assert sentence in said.stderr


def _march(slamon: Any) -> Any:
    asked = ("judge", "--agreement", "sla-digital-editions", "--period", "2026-03", "--json")
    judged = json.loads(slamon(*asked).stdout)
    return next(each for each in judged["objectives"] if each["objective"] == "o9")


def test_p6_what_is_declared_counts_and_what_is_withdrawn_does_not(slamon: Any) -> None:
    assert _march(slamon)["outages"] == []

    _declare(slamon, "--to", "2026-03-03T10:00:00Z")

    (outage,) = _march(slamon)["outages"]
    assert (outage["from"], outage["to"]) == ("2026-03-03T08:00:00Z", "2026-03-03T10:00:00Z")
    assert outage["counted_us"] == 2 * 3_600_000_000

    slamon("incident", "withdraw", INCIDENT, "--reason", "it was another service")
    assert _march(slamon)["outages"] == []


def test_an_incident_in_a_closed_month_finds_a_breach_and_its_withdrawal_takes_it_back(
    slamon: Any,
) -> None:
    month = ("--agreement", "sla-digital-editions", "--period", "2026-03")
    assert slamon("close", *month).exit_code == 0

    declared = _declare(slamon, "--to", "2026-03-03T14:00:00Z").stdout.splitlines()
    withdrawn = slamon("incident", "withdraw", INCIDENT, "--reason", "no").stdout.splitlines()

    restated = "closed period sla-digital-editions 2026-03 is restated at position "
    assert (declared[0], withdrawn[0]) == (
        f"{INCIDENT} is declared down",
        f"{INCIDENT} is withdrawn",
    )
    assert declared[1].startswith(restated)
    assert withdrawn[1].startswith(restated)
    # Six of the 240 hours on working days up to the last result, of 28 March.
    assert declared[2:] == [
        "  o9: 100.00 % met → 97.50 % breached",
        "  breach to review: sla-digital-editions.o9.2026-03",
    ]
    assert withdrawn[2:] == [
        "  o9: 97.50 % breached → 100.00 % met",
        "  breach withdrawn: sla-digital-editions.o9.2026-03",
    ]
