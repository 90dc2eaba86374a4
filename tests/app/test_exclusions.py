"""Windows are announced once, under an id that says what they are, and ruled on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

from catalogue.agreements import Agreement
from catalogue.instants import parse_instant
from catalogue.kinds import KINDS
from slamon.app import exclusions
from slamon.app.exclusions import Announced, Asked
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import Ledger

NOW = parse_instant("2026-03-09T19:30:00Z")
WINDOW = Asked(
    clause="x1",
    begin="2026-03-14T00:30",
    end="2026-03-14T01:30",
    received_at="2026-03-09T20:00+01:00",
    evidence="mail 4711",
    reason="new disks",
)


def _text(word: str) -> Any:
    return {"en": word, "fr": word, "es": word}


@pytest.fixture
def agreement() -> Agreement:
    """An agreement about mail, with maintenance and a freeze."""
    objective: dict[str, Any] = {
        "id": "o1",
        "service": "svc-mail",
        "indicator": "availability",
        "target": "99.00",
        "period": "calendar_month",
        "service_hours": "always",
        "data": ["prb-mail"],
        "remedy": {"kind": "review_item", "after_periods": 1},
    }
    clauses: list[Any] = [
        {"id": "x1", "kind": "planned_maintenance", "effect": "remove_window"},
        {"id": "x4", "kind": "freeze", "effect": "maintenance_not_excluded", "window": "cop"},
    ]
    terms = KINDS["agreement"].parse(
        {
            "id": "sla-mail",
            "kind": "sla",
            "name": _text("mail"),
            "customer": "us",
            "provider": "them",
            "tz": "Europe/Berlin",
            "state": "in_force",
            "signed_on": None,
            "in_force": {"from": "2026-01-01", "to": None},
            "recommendations": [],
            "objectives": [objective],
            "exclusions": clauses,
            "prov": {"_": "I"},
        }
    )
    assert isinstance(terms, Agreement)
    return terms


@pytest.fixture
def announce(ledger: Ledger, agreement: Agreement) -> Any:
    """Announce a window of the agreement."""

    def said(
        *,
        versions: tuple[Agreement, ...] = (agreement,),
        exclusion: str | None = None,
        **change: Any,
    ) -> Announced:
        return exclusions.announce(
            ledger,
            "sla-mail",
            replace(WINDOW, **change),
            versions=versions,
            exclusion=exclusion,
            now=NOW,
            actor="rita",
        )

    return said


def _facts(ledger: Ledger) -> list[str]:
    return [f"{entry.stream} {entry.name}" for entry in ledger.since(0, limit=100)]


def test_an_announcement_is_named_by_its_clause_and_the_local_day(
    announce: Any, ledger: Ledger
) -> None:
    assert announce() == Announced("x1-2026-03-14-1", ledger.position())
    assert _facts(ledger) == ["exclusion:sla-mail:x1-2026-03-14-1 exclusion-announced/1"]
    assert {entry.actor for entry in ledger.since(0, limit=9)} == {"rita"}


def test_instants_without_an_offset_are_on_the_clock_of_the_agreement(
    announce: Any, ledger: Ledger
) -> None:
    announce()

    fact: Any = next(iter(ledger.since(0, limit=1))).fact
    assert fact.begin == parse_instant("2026-03-13T23:30:00Z")
    assert fact.received_at == parse_instant("2026-03-09T19:00:00Z")


def test_the_same_announcement_is_recorded_once(announce: Any, ledger: Ledger) -> None:
    first = announce(services=("svc-mail",))

    assert announce(services=("svc-mail", "svc-mail"), reason=" new disks ") == Announced(
        first.exclusion, None
    )
    assert len(_facts(ledger)) == 1


def test_another_window_of_the_same_day_gets_the_next_number(announce: Any) -> None:
    announce()

    assert announce(end="2026-03-14T02:30").exclusion == "x1-2026-03-14-2"
    assert announce() == Announced("x1-2026-03-14-1", None)


def test_two_windows_announced_at_the_same_moment_get_an_id_each(
    announce: Any, ledger: Ledger
) -> None:
    start = Barrier(2)

    def at_once(end: str) -> str:
        start.wait()
        return str(announce(end=end).exclusion)

    with ThreadPoolExecutor(2) as pool:
        made = set(pool.map(at_once, ("2026-03-14T02:00", "2026-03-14T03:00")))

    assert made == {"x1-2026-03-14-1", "x1-2026-03-14-2"}
    assert len(_facts(ledger)) == 2


def test_a_withdrawn_window_can_be_announced_anew(announce: Any, ledger: Ledger) -> None:
    first = announce()
    exclusions.withdraw(ledger, "sla-mail", first.exclusion, reason="postponed", actor="rita")

    assert announce().exclusion == "x1-2026-03-14-2"
    assert announce() == Announced("x1-2026-03-14-2", None)


def test_an_id_can_be_given(announce: Any, ledger: Ledger) -> None:
    assert announce(exclusion="disks") == Announced("disks", ledger.position())
    assert announce(exclusion="disks") == Announced("disks", None)
    with pytest.raises(Refused, match="sla-mail disks: another window was announced under this id"):
        announce(exclusion="disks", reason="other disks")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(
            {"end": "2026-03-13T23:30Z"}, "sla-mail: the window ends at", id="an empty window"
        ),
        pytest.param({"clause": "x:1"}, "has no exclusion 'x:1'", id="an unknown clause"),
        pytest.param({"clause": "x4"}, "x4 is a freeze", id="a freeze"),
        pytest.param(
            {"received_at": "2026-03-09T20:30:01+01:00"}, "yet to come", id="received in the future"
        ),
        pytest.param({"services": ("svc-web",)}, "promises nothing about svc-web", id="a service"),
        pytest.param({"evidence": ""}, "evidence of its receipt", id="no evidence"),
        pytest.param({"begin": "0001-01-02"}, "correct the year", id="the first year"),
        pytest.param({"end": "9999-12-30"}, "correct the year", id="the last year"),
        pytest.param({"begin": "tomorrow"}, "no instant 'tomorrow'; write like", id="no instant"),
        pytest.param({"exclusion": "a:b"}, "'a:b' cannot be an id", id="an id with a colon"),
    ],
)
def test_what_cannot_be_announced_is_refused_and_nothing_is_recorded(
    announce: Any, ledger: Ledger, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        announce(**asked)
    assert _facts(ledger) == []


def test_nothing_is_announced_of_an_agreement_that_is_not_there(
    announce: Any, ledger: Ledger
) -> None:
    with pytest.raises(Unknown, match="there is no agreement 'sla-mail'"):
        announce(versions=())


def test_a_clause_of_an_earlier_version_can_still_be_named(
    announce: Any, agreement: Agreement
) -> None:
    amended = agreement.model_copy(update={"exclusions": ()})

    assert announce(versions=(agreement, amended)).position is not None


def test_a_window_is_granted_once(announce: Any, ledger: Ledger) -> None:
    name = announce().exclusion

    assert exclusions.grant(ledger, "sla-mail", name, reason="yes", actor="rita") is not None
    assert exclusions.grant(ledger, "sla-mail", name, reason="yes", actor="rita") is None
    with pytest.raises(Refused, match="already granted and cannot be refused"):
        exclusions.refuse(ledger, "sla-mail", name, reason="no", actor="rita")
    assert _facts(ledger)[-1].endswith("exclusion-granted/1")


def test_a_window_is_refused_with_a_reason(announce: Any, ledger: Ledger) -> None:
    name = announce().exclusion

    with pytest.raises(Refused, match="needs a reason"):
        exclusions.refuse(ledger, "sla-mail", name, reason=" ", actor="rita")
    assert exclusions.refuse(ledger, "sla-mail", name, reason="no", actor="rita") is not None
    assert _facts(ledger)[-1].endswith("exclusion-refused/1")


@pytest.mark.parametrize("decide", [exclusions.grant, exclusions.refuse, exclusions.withdraw])
def test_nobody_decides_on_what_was_not_announced(decide: Any, ledger: Ledger) -> None:
    with pytest.raises(Unknown, match="nothing was announced as 'x1' of 'sla-mail'"):
        decide(ledger, "sla-mail", "x1", reason="yes", actor="rita")
