"""Declaring incidents: in which stream, of which services, under which ids."""

from __future__ import annotations

import pytest

from catalogue.instants import HOUR, parse_instant
from slamon.app import declarations
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import Ledger
from slamon.sla.declaring import DeclarationEnded, DeclarationWithdrawn, StateDeclared

BEGIN = parse_instant("2026-03-02T10:05:59Z")
NOW = BEGIN + 24 * HOUR
SAID = StateDeclared(state="down", begin=BEGIN, end=None, reason="no sign-in", evidence="call 4711")
INCIDENT = "svc-mail/inc-1"


def _declare(ledger: Ledger, service: str = "svc-mail", name: str = "inc-1") -> int | None:
    return declarations.declare(
        ledger, service, name, SAID, services={"svc-mail"}, now=NOW, actor="rita"
    )


def test_an_incident_has_a_stream_of_its_own(ledger: Ledger) -> None:
    position = _declare(ledger)
    declarations.end(ledger, INCIDENT, NOW, reason="works", now=NOW, actor="rita")
    declarations.withdraw(ledger, INCIDENT, reason="another service", actor="rita")

    assert position == 1
    assert [entry.fact for entry in ledger.stream("declaration:svc-mail:inc-1")] == [
        SAID,
        DeclarationEnded(end=NOW, reason="works"),
        DeclarationWithdrawn(reason="another service"),
    ]


def test_the_same_again_records_nothing(ledger: Ledger) -> None:
    assert _declare(ledger) == ledger.position()
    assert _declare(ledger) is None


def test_an_incident_of_a_service_nobody_knows_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Unknown, match="the catalogue has no service 'svc-fax'"):
        _declare(ledger, service="svc-fax")


@pytest.mark.parametrize("name", ["", "Inc 1", "a:b", "a/b", "-a", "a" * 65])
def test_a_name_that_is_no_id_is_refused(ledger: Ledger, name: str) -> None:
    with pytest.raises(Refused, match="is no id; write small letters, digits and hyphens"):
        _declare(ledger, name=name)


def test_what_the_rules_refuse_is_told_with_the_incident(ledger: Ledger) -> None:
    _declare(ledger)

    with pytest.raises(Refused, match=r"svc-mail/inc-1: its end .* has not come"):
        declarations.end(ledger, INCIDENT, NOW + 1, reason="works", now=NOW, actor="rita")


def test_an_incident_that_was_not_declared_is_unknown(ledger: Ledger) -> None:
    with pytest.raises(Unknown, match=r"there is no incident 'svc-mail/inc-1'; .* names them"):
        declarations.end(ledger, INCIDENT, NOW, reason="works", now=NOW, actor="rita")
    with pytest.raises(Unknown, match="there is no incident 'inc-1'"):
        declarations.withdraw(ledger, "inc-1", reason="why", actor="rita")


def test_an_incident_is_named_by_the_minute_of_its_begin() -> None:
    assert declarations.id_of(BEGIN) == "inc-20260302-1005"
