"""Agents of other machines are let in, each by a key of its own, and let in no more."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from slamon.app import agents, enrolment
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import Ledger
from slamon.sla.enrolment import AgentEnrolled, AgentRevoked

LOCATIONS = ("loc-bonn", "loc-geneva", "loc-vienna")
TAKEN = {"loc-bonn": "agent-local"}


def _enrol(ledger: Ledger, **given: Any) -> int | None:
    told = {"agent": "vienna", "location": "loc-vienna", "key": "first", "renew": False, **given}
    told.setdefault("known", ledger.position())
    return enrolment.enrol(
        ledger, told.pop("agent"), **told, locations=LOCATIONS, taken=TAKEN, actor="ann"
    )


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def test_of_a_key_only_the_hash_is_recorded(ledger: Ledger) -> None:
    _enrol(ledger)

    (entry,) = ledger.stream("agent:vienna")
    assert entry.fact == AgentEnrolled(location="loc-vienna", key_sha256=_hash("first"))
    assert entry.actor == "ann"
    assert b"first" not in entry.payload


def test_an_agent_is_let_in_by_its_key(ledger: Ledger) -> None:
    _enrol(ledger)

    assert enrolment.key_of(ledger, "vienna") == _hash("first")
    assert enrolment.key_of(ledger, "geneva") is None


def test_a_renewed_key_takes_the_place_of_the_old_one(ledger: Ledger) -> None:
    _enrol(ledger)
    _enrol(ledger, key="second", renew=True)

    assert enrolment.key_of(ledger, "vienna") == _hash("second")


def test_a_revoked_agent_is_let_in_no_more_however_often_it_is_revoked(ledger: Ledger) -> None:
    _enrol(ledger)
    enrolment.revoke(ledger, "vienna", reason="given away", actor="ann")

    assert enrolment.revoke(ledger, "vienna", reason="once more", actor="ann") is None
    assert enrolment.key_of(ledger, "vienna") is None
    assert [e.fact for e in ledger.stream("agent:vienna", after=1)] == [
        AgentRevoked(reason="given away")
    ]


def test_a_revoked_agent_can_be_let_in_again_by_a_new_key(ledger: Ledger) -> None:
    _enrol(ledger)
    enrolment.revoke(ledger, "vienna", reason="lost", actor="ann")
    _enrol(ledger, key="second", renew=True)

    assert enrolment.key_of(ledger, "vienna") == _hash("second")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        pytest.param({}, "vienna: it is enrolled; --renew gives", id="it is known"),
        pytest.param(
            {"location": "loc-geneva", "renew": True},
            "vienna: it measures from loc-vienna; enrol the one at loc-geneva under another id",
            id="it moved",
        ),
        pytest.param(
            {"agent": "other", "location": "loc-bonn"},
            "agent-local measures from loc-bonn, and two at one place would be counted twice",
            id="another one measures from there",
        ),
        pytest.param({"agent": "Vienna 1"}, "'Vienna 1' is no id; write", id="its id is none"),
        pytest.param(
            {"agent": "bonn"},
            "bonn is an agent of this ledger that needs no enrolment",
            id="it was assigned something without an enrolment",
        ),
    ],
)
def test_an_agent_is_refused_with_what_to_do_instead(
    ledger: Ledger, given: dict[str, Any], sentence: str
) -> None:
    agents.assign(ledger, "bonn", [], location="loc-bonn", actor="us")
    _enrol(ledger)
    before = ledger.position()

    with pytest.raises(Refused, match=sentence):
        _enrol(ledger, **given)
    assert ledger.position() == before


def test_of_two_who_enrol_at_one_place_at_once_the_first_in_the_ledger_is_let_in(
    ledger: Ledger,
) -> None:
    known = ledger.position()
    _enrol(ledger, agent="geneva", location="loc-vienna")

    with pytest.raises(Refused, match="geneva was enrolled at loc-vienna at the same moment"):
        _enrol(ledger, known=known)

    assert enrolment.key_of(ledger, "geneva") is not None
    assert enrolment.key_of(ledger, "vienna") is None


def test_who_was_enrolled_there_and_revoked_since_keeps_nobody_out(ledger: Ledger) -> None:
    known = ledger.position()
    _enrol(ledger, agent="geneva", location="loc-vienna")
    enrolment.revoke(ledger, "geneva", reason="the wrong one", actor="ann")

    _enrol(ledger, known=known)

    assert enrolment.key_of(ledger, "vienna") == _hash("first")


def test_a_location_that_the_catalogue_does_not_have_is_refused_with_a_proposal(
    ledger: Ledger,
) -> None:
    said = "no location 'loc-wienna'; is \"loc-vienna\" meant? known are loc-bonn, loc-geneva, loc-vienna"

    with pytest.raises(Unknown, match=said.replace("?", r"\?")):
        _enrol(ledger, location="loc-wienna")


@pytest.mark.parametrize(
    ("agent", "reason", "sentence"),
    [
        pytest.param("geneva", "lost", "geneva: it was never enrolled", id="it is not known"),
        pytest.param("vienna", " ", "vienna: to revoke it needs a reason", id="without a reason"),
    ],
)
def test_what_cannot_be_revoked_says_why(
    ledger: Ledger, agent: str, reason: str, sentence: str
) -> None:
    _enrol(ledger)

    with pytest.raises(Refused, match=sentence):
        enrolment.revoke(ledger, agent, reason=reason, actor="ann")
