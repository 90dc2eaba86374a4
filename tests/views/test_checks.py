"""What the checks find: ends and due days, what is missing, what nothing measures, and rights that are lost."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import parse_instant
from catalogue.terms import Known, Version
from probes.outcome import Outcome
from slamon.sla.review import BreachFound, BreachUpheld
from slamon.views import loose, upcoming
from slamon.views.finding import KINDS, Finding
from slamon.views.promised import Held, Promises
from slamon.views.uncovered import uncovered
from tests.views.worlds.promises import IN_FORCE, records

NOW = parse_instant("2026-04-20T12:00:00Z")
PROV = {"_": "I"}

Json = dict[str, Any]


def text(word: str) -> Json:
    return {"en": word, "fr": word, "es": word}


def held(kind: str, terms: Json, **lifecycle: Any) -> Held:
    return Held(
        kind, terms["id"], Known("set", (Version(None, terms | {"prov": PROV}),), lifecycle), 1
    )


def party(name: str, parent: str | None = None) -> Held:
    terms = {"id": name, "role": "provider", "name": text(name)}
    return held("party", terms | ({"parent": parent} if parent else {}))


def agreement(
    name: str = "sla-a", state: str = "in_force", until: str | None = None, **terms: Any
) -> Held:
    stated = {
        "id": name, "kind": "sla", "name": text(name), "customer": "us", "provider": "them", "tz": "Europe/Berlin",
        "in_force": {"from": "2026-01-01", "to": until}, "recommendations": [], "objectives": [],
    } | terms  # fmt: skip
    return held("agreement", stated, state=state, signed_on=None)


def service(name: str = "svc-a", lifecycle: str = "live", **terms: Any) -> Held:
    stated = {
        "id": name, "name": text(name), "provider": "them", "criticality": "low", "measured_by": ["none"],
        "funding_source": "core", "recommendations": [], "offerings": [],
    } | terms  # fmt: skip
    return held("service", stated, lifecycle=lifecycle)


def tariff(
    name: str = "tar-a", status: str = "published", until: str | None = None, **terms: Any
) -> Held:
    line = {
        "id": "l1", "offering": "off-a", "price_type": "recurring", "charge_period": "P1M", "unit": "user",
        "amount": "1.00",
    }  # fmt: skip
    stated = {
        "id": name, "provider": "them", "name": text(name), "list_kind": "standard", "currency": "EUR",
        "valid_for": {"from": "2026-01-01", "to": until}, "recommendations": [], "lines": [line],
    } | terms  # fmt: skip
    return held("tariff", stated, status=status)


def commitment(due: str | None, **lifecycle: Any) -> Held:
    terms: Json = {
        "id": "c-a", "recommendation": None, "order": None, "debtor": "them", "creditor": "us", "what": text("Report"),
        "due": due, "evidence": [],
    }  # fmt: skip
    return held("commitment", terms, **lifecycle)


def world_of(*more: Held) -> Promises:
    every = (party("us"), party("them"), party("our-head", "us"), *more)
    return Promises({(each.kind, each.id): each for each in every}, 1)


def told(findings: Any) -> list[tuple[str, str, str | None]]:
    return [(each.why, each.record, each.on) for each in findings]


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        pytest.param(agreement(until="2026-07-19"), [("ends", "90")], id="in ninety days"),
        pytest.param(agreement(until="2026-07-20"), [], id="in ninety-one days"),
        pytest.param(agreement(until="2026-04-20"), [("ends", "0")], id="today"),
        pytest.param(agreement(until="2026-04-19"), [], id="it has ended"),
        pytest.param(agreement(), [], id="without end"),
        pytest.param(agreement(state="proposed", until="2026-05-01"), [], id="it never began"),
        pytest.param(agreement(duration="P4M"), [("ends", "10")], id="after its duration"),
    ],
)
def test_agreements_that_end_soon(stated: Held, found: list[tuple[str, str]]) -> None:
    ends = upcoming.ending(world_of(stated), NOW)

    assert [(each.why, each.values["days"]) for each in ends] == found


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        pytest.param(commitment("2026-04-19"), [("overdue", "2026-04-19")], id="yesterday"),
        pytest.param(commitment("2026-04-20"), [("due", "2026-04-20")], id="today"),
        # Its day is over, at midnight in UTC, 29 days and a half after now.
        pytest.param(commitment("2026-05-19"), [("due", "2026-05-19")], id="within thirty days"),
        pytest.param(commitment("2026-05-20"), [], id="later"),
        pytest.param(commitment(None), [], id="without a day"),
        pytest.param(commitment("2026-04-19", state="fulfilled"), [], id="fulfilled"),
    ],
)
def test_commitments_that_are_due(stated: Held, found: list[tuple[str, str]]) -> None:
    due = upcoming.commitments(world_of(stated), NOW)

    assert [(each.why, each.on) for each in due] == found


OFFERING: Json = {"offerings": [{"id": "off-a", "name": text("Mailbox"), "unit": "user"}]}


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        pytest.param([service(**OFFERING)], ["no_tariff"], id="no tariff"),
        pytest.param([service(**OFFERING), tariff()], [], id="priced"),
        pytest.param(
            [service(**OFFERING), tariff(until="2026-04-19")], ["no_tariff"], id="until yesterday"
        ),
        pytest.param([service(**OFFERING), tariff(status="draft")], ["no_tariff"], id="in a draft"),
        pytest.param([service(**OFFERING), tariff(), tariff("tar-b")], ["two_tariffs"], id="twice"),
        pytest.param([service(lifecycle="proposed", **OFFERING)], [], id="not yet given"),
        pytest.param([service(lifecycle="retired", **OFFERING)], [], id="no longer given"),
    ],
)
def test_offerings_without_a_tariff(stated: list[Held], found: list[str]) -> None:
    assert [each.why for each in loose.untariffed(world_of(*stated), NOW)] == found


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        pytest.param([tariff()], ["tariff:tar-a"], id="no agreement at all"),
        pytest.param([tariff(), agreement()], [], id="one in force"),
        pytest.param([tariff(), agreement(state="proposed")], ["tariff:tar-a"], id="one proposed"),
        pytest.param(
            [tariff(), agreement(until="2026-04-19")], ["tariff:tar-a"], id="one that has ended"
        ),
        pytest.param(
            [tariff(), agreement(provider="us")], ["tariff:tar-a"], id="one with somebody else"
        ),
        pytest.param([tariff(status="draft")], [], id="nothing is charged by a draft"),
        pytest.param([tariff(until="2026-04-19")], [], id="nothing is charged any more"),
    ],
)
def test_tariffs_without_an_agreement(stated: list[Held], found: list[str]) -> None:
    assert [each.record for each in loose.unagreed(world_of(*stated), NOW)] == found


def activity(accountable: str) -> Json:
    return {
        "raci": [{"activity": text("Run it"), "R": "them", "A": accountable, "C": "us", "I": "us"}]
    }


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        pytest.param(agreement(kind="mou"), [("no_raci", False)], id="nobody named"),
        pytest.param(
            agreement(kind="project", state="proposed"), [("no_raci", True)], id="not yet signed"
        ),
        pytest.param(agreement(kind="mou", **activity("us")), [], id="the customer decides"),
        pytest.param(
            agreement(kind="mou", **activity("our-head")), [], id="a role of the customer decides"
        ),
        pytest.param(
            agreement(kind="mou", **activity("them")),
            [("not_accountable", False)],
            id="the other side decides",
        ),
        pytest.param(agreement(kind="mou", until="2026-04-19"), [], id="it is over"),
        pytest.param(agreement(kind="sla"), [], id="no shared work"),
    ],
)
def test_responsibilities_left_open(stated: Held, found: list[tuple[str, bool]]) -> None:
    gaps = loose.raci(world_of(stated), NOW)

    assert [(each.why, each.proposed) for each in gaps] == found


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        pytest.param(service(funding_source="unspecified"), ["service:svc-a"], id="nobody said"),
        pytest.param(service(), [], id="somebody pays"),
        pytest.param(
            service(lifecycle="retired", funding_source="unspecified"), [], id="no longer given"
        ),
    ],
)
def test_services_that_nobody_is_said_to_pay_for(stated: Held, found: list[str]) -> None:
    assert [each.record for each in loose.unfunded(world_of(stated))] == found


def promise(about: str, target: str) -> Json:
    return {
        "id": "o1", "service": about, "indicator": "availability", "target": target, "period": "calendar_month",
        "service_hours": "always", "data": ["prb"], "remedy": {"kind": "justification", "after_periods": 1},
    }  # fmt: skip


def test_cover_is_told_in_percent_cut_off_with_the_exact_share_beside_it() -> None:
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    always = {
        "id": "always",
        "tz": "UTC",
        "weekdays": week,
        "from": "00:00",
        "to": "24:00",
        "holidays": None,
    }
    onward = agreement(
        "sla-out", provider="us", customer="them", objectives=[promise("svc-web", "99.50")]
    )
    needed = [
        agreement(f"uc-{n}", objectives=[promise(f"svc-{n}", "99.00")]) for n in ("host", "net")
    ]
    web = service("svc-web", provider="us", depends_on=["svc-host", "svc-net"])
    catalogue = world_of(
        held("service_hours", always), web, service("svc-host"), service("svc-net"), onward, *needed
    )

    host, net, both = uncovered(catalogue, NOW)

    assert (host.why, host.record) == ("target", "agreement:sla-out")
    assert (host.values["promised_target"], host.values["given_target"], host.values["given_by"]) == (
        "99.50", "99.00", "uc-host",
    )  # fmt: skip
    assert str(net.values["needed"]) == "svc-net"
    assert (both.why, both.values["promised_percent"]) == ("together", "99.50")
    assert (both.values["allowed_percent"], both.values["allowed_exact"]) == ("98.01", "9801/10000")


MONEY = {
    "kind": "credit", "tiers": [{"below": "97.00", "percent": "5.00"}], "cap_percent": "5.00", "claim_within": "P30D",
    "base": "monthly_charge_of_service", "settlement": text("credit note"),
}  # fmt: skip


@pytest.fixture
def disputed(world: Any) -> Any:
    """An agreement whose breach of March was found at midnight of 20 March, to be contested within five days."""
    terms = next(terms for _, name, terms, _ in records() if name == "sla-paper")
    clause = {
        "contest_within": "P5D", "service_hours": "hours-office", "decided_by": "joint", "escalate_to": "party-us",
    }  # fmt: skip
    maintenance = terms["exclusions"][0] | {"allowed_in": "hours-sunday"}
    sunday = {
        "id": "hours-sunday", "tz": "Europe/Berlin", "weekdays": ["sun"], "from": "06:00", "to": "08:00",
        "holidays": None, "prov": PROV,
    }  # fmt: skip
    stated = terms | {
        "id": "sla-disputed", "dispute": clause, "exclusions": [maintenance],
        "objectives": [terms["objectives"][0] | {"remedy": MONEY}],
    }  # fmt: skip
    world._state(
        [
            ("service_hours", "hours-sunday", sunday, None),
            ("agreement", "sla-disputed", stated, IN_FORCE),
        ]
    )
    world.take_in([(parse_instant("2026-03-10T12:00:00Z"), Outcome.BAD)])
    world.fold()
    offer = world.close_period("sla-disputed", "2026-03", NOW)
    found = BreachFound(ratio="1/2", target="97.00", position=offer.position)
    world.append("breach:sla-disputed:o1:2026-03", found)
    world.fold()
    return world


@pytest.mark.parametrize(
    ("now", "found"),
    [
        # Found on Friday the 20th: five working days are over with the 27th. The month ends on the 31st in Berlin,
        # and thirty days later, on the 30th of April, nothing can be claimed any more. Maintenance on a Sunday must
        # be announced a working day before: by Thursday, the last minute of it.
        pytest.param(
            "2026-03-25T12:00:00Z",
            [
                ("notice", "2026-03-26T22:59:00Z"),
                ("contest", "2026-03-27T23:00:00Z"),
                ("claim", "2026-04-30T22:00:00Z"),
            ],
            id="all can still be done",
        ),
        pytest.param(
            "2026-03-27T23:00:00Z",
            [
                ("contest_over", "2026-03-27T23:00:00Z"),
                ("notice", "2026-04-02T21:59:00Z"),
                ("claim", "2026-04-30T22:00:00Z"),
            ],
            id="too late to contest, and to announce the next Sunday",
        ),
        pytest.param(
            "2026-04-30T22:00:00Z",
            [
                ("contest_over", "2026-03-27T23:00:00Z"),
                ("notice", "2026-05-07T21:59:00Z"),
            ],
            id="too late to claim",
        ),
    ],
)
def test_rights_that_are_lost_with_time(
    disputed: Any, now: str, found: list[tuple[str, str]]
) -> None:
    assert [(each.why, each.on) for each in of(disputed, parse_instant(now), "deadlines")] == found


def test_a_breach_that_was_upheld_can_only_be_claimed(disputed: Any) -> None:
    disputed.append("breach:sla-disputed:o1:2026-03", BreachUpheld(reason="it was down"))
    disputed.fold()

    found = of(disputed, parse_instant("2026-03-25T12:00:00Z"), "deadlines")

    assert [each.why for each in found] == ["notice", "claim"]


@pytest.mark.parametrize(
    ("newest", "found"),
    [
        pytest.param(None, ("never", None), id="nothing ever came"),
        pytest.param("2026-04-13T11:59:59Z", ("silent", "2026-04-13T11:59:59Z"), id="for a week"),
        pytest.param("2026-04-13T12:00:00Z", None, id="not yet for a week"),
        pytest.param("2026-04-20T11:00:00Z", None, id="just now"),
    ],
)
def test_promises_of_which_no_data_comes(
    world: Any, newest: str | None, found: tuple[str, str | None] | None
) -> None:
    if newest:
        world.take_in([(parse_instant(newest), Outcome.GOOD)])
    world.fold()

    paper = [each for each in of(world, NOW, "unmeasured") if each.record == "agreement:sla-paper"]

    assert [(each.why, each.values.get("newest_at")) for each in paper] == (
        [found] if found else []
    )


def test_probes_that_no_agent_asks(world: Any) -> None:
    world.assign("agent-bonn", ("prb-web",))
    world.fold()

    found = of(world, NOW, "unmeasured")

    data = {
        (each.record, each.values["objective"]): each.values["data"]
        for each in found
        if each.why == "nobody_asks"
    }
    assert data[("agreement:sla-strict", "o1")] == "prb-mail (loc-bonn)"


def of(world: Any, now: int, kind: str) -> tuple[Finding, ...]:
    found: tuple[Finding, ...] = world.reading.checks(now, (kind,)).findings
    return found


def test_every_kind_is_looked_at_unless_one_is_asked_for(world: Any) -> None:
    world.fold()

    assert world.reading.checks(NOW).checked == KINDS
    assert world.reading.checks(NOW, ("raci",)).checked == ("raci",)
