"""A window is announced, ruled on, taken back: given what was recorded, when someone decides, then these facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalogue.instants import parse_instant
from slamon.sla import announcing
from slamon.sla.announcing import (
    AnnouncingError,
    AnnouncingFact,
    ExclusionAnnounced,
    ExclusionGranted,
    ExclusionRefused,
    ExclusionWithdrawn,
)

NOW = parse_instant("2008-10-21T09:00:00+02:00")
BEGIN = parse_instant("2008-10-24T14:00:00+02:00")
END = parse_instant("2008-10-24T18:00:00+02:00")
CLAUSES = {"x1": "planned_maintenance", "x2": "customer_cause", "x4": "freeze"}
SERVICES = ("svc-mail", "svc-web")

WINDOW = ExclusionAnnounced(
    clause="x1",
    services=("svc-mail",),
    begin=BEGIN,
    end=END,
    received_at=NOW,
    evidence="mail 4711, delivered",
    reason="new disks",
)
GRANTED = ExclusionGranted(reason="agreed by telephone")
REFUSED = ExclusionRefused(reason="no maintenance took place")
WITHDRAWN = ExclusionWithdrawn(reason="postponed")

Decision = Callable[[Any], list[AnnouncingFact]]


def announce(**change: Any) -> Decision:
    offered = WINDOW.model_copy(update=change)
    return lambda state: announcing.announce(
        state, offered, clauses=CLAUSES, services=SERVICES, now=NOW
    )


def grant(reason: str = GRANTED.reason) -> Decision:
    return lambda state: announcing.grant(state, reason=reason)


def refuse(reason: str = REFUSED.reason) -> Decision:
    return lambda state: announcing.refuse(state, reason=reason)


def withdraw(reason: str = WITHDRAWN.reason) -> Decision:
    return lambda state: announcing.withdraw(state, reason=reason)


@pytest.mark.parametrize(
    ("given", "when", "then"),
    [
        pytest.param([], announce(), [WINDOW], id="a window is announced"),
        pytest.param([WINDOW], announce(), [], id="announced again it changes nothing"),
        pytest.param(
            [WINDOW, GRANTED], announce(), [], id="announced again after the grant, nothing"
        ),
        pytest.param(
            [],
            announce(evidence="  mail 4711, delivered\n", reason=" new disks "),
            [WINDOW],
            id="blanks around the words do not count",
        ),
        pytest.param(
            [],
            announce(services=()),
            [WINDOW.model_copy(update={"services": ()})],
            id="no services named means all of them",
        ),
        pytest.param(
            [],
            announce(received_at=BEGIN - 4 * 86_400_000_000),
            [WINDOW.model_copy(update={"received_at": BEGIN - 4 * 86_400_000_000})],
            id="received before it was recorded",
        ),
        pytest.param(
            [],
            announce(services=("svc-web", "svc-mail", "svc-web")),
            [WINDOW.model_copy(update={"services": SERVICES})],
            id="services are kept once, in the order of the alphabet",
        ),
        pytest.param([WINDOW], grant(), [GRANTED], id="a window is granted"),
        pytest.param([WINDOW, GRANTED], grant("again"), [], id="granted twice it is granted once"),
        pytest.param([WINDOW], refuse(), [REFUSED], id="a window is refused"),
        pytest.param([WINDOW, REFUSED], refuse("again"), [], id="refused twice it is refused once"),
        pytest.param([WINDOW], withdraw(), [WITHDRAWN], id="a window is taken back"),
        pytest.param([WINDOW, GRANTED], withdraw(), [WITHDRAWN], id="also after its grant"),
        pytest.param([WINDOW, REFUSED], withdraw(), [WITHDRAWN], id="also after its refusal"),
        pytest.param([WINDOW, WITHDRAWN], withdraw("again"), [], id="taken back twice, once"),
    ],
)
def test_a_decision_becomes_facts(
    given: list[AnnouncingFact], when: Decision, then: list[AnnouncingFact]
) -> None:
    assert when(announcing.fold(given)) == then


@pytest.mark.parametrize(
    ("given", "when", "said"),
    [
        pytest.param(
            [],
            announce(begin=END, end=BEGIN),
            "the window ends at 2008-10-24T12:00:00Z, not after its begin 2008-10-24T16:00:00Z",
            id="a window that ends before it starts",
        ),
        pytest.param([], announce(end=BEGIN), "not after its begin", id="a window without time"),
        pytest.param(
            [],
            announce(end=BEGIN + 367 * 86_400_000_000),
            "longer than a year; announce it in parts",
            id="a window longer than a year",
        ),
        pytest.param(
            [],
            announce(begin=BEGIN + 10**18, end=END + 10**18),
            "more than fifty years from now; correct the year",
            id="a window in another century",
        ),
        pytest.param(
            [],
            announce(received_at=NOW + 1),
            "which is yet to come; give the instant at which it arrived",
            id="received in the future",
        ),
        pytest.param(
            [],
            announce(received_at=-(10**16)),
            "more than fifty years from now; correct the year",
            id="received in another century",
        ),
        pytest.param(
            [],
            announce(clause="x9"),
            "the agreement has no exclusion 'x9'; it has x1, x2",
            id="an unknown clause",
        ),
        pytest.param(
            [],
            announce(clause="x4"),
            "x4 is a freeze: it keeps maintenance in the judgement and cannot be announced; name one of x1, x2",
            id="a freeze",
        ),
        pytest.param(
            [],
            announce(services=("svc-paper",)),
            "the agreement promises nothing about svc-paper; it is about svc-mail, svc-web",
            id="a service of another agreement",
        ),
        pytest.param(
            [],
            announce(evidence=" \n"),
            "needs evidence of its receipt",
            id="no evidence of the receipt",
        ),
        pytest.param([], announce(reason=""), "needs a reason", id="no reason"),
        pytest.param(
            [WINDOW],
            announce(end=END + 1),
            "another window was announced under this id; withdraw it, or leave the id out",
            id="another window under the same id",
        ),
        pytest.param(
            [WINDOW, WITHDRAWN],
            announce(),
            "it was withdrawn and stays so; announce the window under another id",
            id="a withdrawn window announced again",
        ),
        pytest.param([], grant(), "nothing can be granted", id="a grant of nothing"),
        pytest.param([], refuse(), "nothing can be refused", id="a refusal of nothing"),
        pytest.param([], withdraw(), "nothing can be withdrawn", id="a withdrawal of nothing"),
        pytest.param(
            [WINDOW, REFUSED],
            grant(),
            "already refused and cannot be granted; withdraw it and announce the window under another id",
            id="a refused window cannot be granted",
        ),
        pytest.param(
            [WINDOW, GRANTED],
            refuse(),
            "already granted and cannot be refused",
            id="a granted window cannot be refused",
        ),
        pytest.param(
            [WINDOW, WITHDRAWN],
            grant(),
            "it was withdrawn, so it cannot be granted; announce it again",
            id="a withdrawn window cannot be granted",
        ),
        pytest.param([WINDOW], grant("  "), "needs a reason", id="a grant without a reason"),
        pytest.param([WINDOW], withdraw(""), "needs a reason", id="a withdrawal without a reason"),
    ],
)
def test_what_cannot_be_is_refused_and_says_what_to_do(
    given: list[AnnouncingFact], when: Decision, said: str
) -> None:
    with pytest.raises(AnnouncingError) as refused:
        when(announcing.fold(given))

    assert said in str(refused.value)


def test_an_agreement_without_clauses_has_nothing_to_announce_under() -> None:
    with pytest.raises(AnnouncingError, match="no clause by which time is excluded"):
        announcing.announce(
            announcing.START, WINDOW, clauses={"x4": "freeze"}, services=SERVICES, now=NOW
        )


def test_a_decision_in_the_history_needs_an_announcement() -> None:
    with pytest.raises(AnnouncingError, match="without an announcement"):
        announcing.fold([GRANTED])
