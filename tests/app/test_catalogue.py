"""Documents are recorded whole or not at all, and only what was planned on what still stands."""

from __future__ import annotations

import pytest

from catalogue.changes import Change
from catalogue.plan import Plan, PlannedChange
from catalogue.problems import Problem
from catalogue.terms import START, TermsFact, TermsRestated, TermsStated, evolve
from slamon.app.catalogue import apply, states
from slamon.app.refused import Refused
from slamon.ledger.store import Ledger

MAIL = TermsStated(catalogue="small", terms={"id": "svc-mail", "funding": "none"})
WEB = TermsStated(catalogue="small", terms={"id": "svc-web", "funding": "none"})
PAID = TermsRestated(changes=(Change(path="funding", old="none", new="fees"),))


def _plan(*changes: tuple[str, TermsFact], refused: bool = False) -> Plan:
    refusals = (Problem("services.yaml", 1, 1, "amended is missing"),) if refused else ()
    planned = (
        PlannedChange("service", name, f"service:{name}", (fact,), "changed", None)
        for name, fact in changes
    )
    return Plan(tuple(planned), (), refusals)


def test_a_plan_is_recorded_in_one_transaction_with_its_reason(ledger: Ledger) -> None:
    position = apply(
        ledger, _plan(("svc-mail", MAIL), ("svc-web", WEB)), {}, actor="rita", reason="new"
    )

    entries = ledger.since(0, limit=9)
    assert [(e.stream, e.actor, e.cause) for e in entries] == [
        ("service:svc-mail", "rita", "new"),
        ("service:svc-web", "rita", "new"),
    ]
    assert position == entries[-1].position


def test_an_empty_plan_records_nothing(ledger: Ledger) -> None:
    assert apply(ledger, _plan(), {}, actor="rita", reason="again") is None
    assert ledger.position() == 0


def test_a_refused_plan_records_nothing(ledger: Ledger) -> None:
    with pytest.raises(Refused, match="1 changes are refused; nothing was recorded"):
        apply(ledger, _plan(("svc-mail", MAIL), refused=True), {}, actor="rita", reason="new")
    assert ledger.position() == 0


def test_nothing_is_half_recorded_where_a_record_has_changed_since_the_plan(
    ledger: Ledger,
) -> None:
    plan = _plan(("svc-web", WEB), ("svc-mail", MAIL))
    apply(ledger, _plan(("svc-mail", MAIL)), {}, actor="somebody else", reason="first")

    with pytest.raises(Refused, match="service svc-mail has changed since this plan was made"):
        apply(ledger, plan, {}, actor="rita", reason="new")
    assert ledger.version("service:svc-web") == 0


def test_a_plan_made_on_what_stands_is_recorded(ledger: Ledger) -> None:
    apply(ledger, _plan(("svc-mail", MAIL)), {}, actor="rita", reason="new")
    known = states(ledger, {("service", "svc-mail"): "service:svc-mail"})

    apply(ledger, _plan(("svc-mail", PAID)), known, actor="rita", reason="fees")

    stated = evolve(START, MAIL)
    assert known == {("service", "svc-mail"): stated}
    assert states(ledger, {("service", "svc-mail"): "service:svc-mail"}) == {
        ("service", "svc-mail"): evolve(stated, PAID)
    }
