"""Back-to-back cover: which promises made onward nobody else's promise stands behind, and by how much."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.agreements import Agreement
from catalogue.document import Document
from catalogue.instants import HOUR, parse_instant
from catalogue.service_hours import WEEKDAYS, ServiceHours, always
from catalogue.services import Service
from slamon.sla.cover import Cover
from slamon.sla.gaps import (
    FewerHours,
    Gap,
    LowerTarget,
    LowerTogether,
    Onward,
    ShorterNotice,
    SmallerCredit,
    Uncovered,
)

NOW = parse_instant("2026-02-11T12:00Z")
TEXT = {"en": "T", "fr": "T", "es": "T"}
PROV = {"_": "I"}
OFFICE = ServiceHours("UTC", dict.fromkeys(WEEKDAYS[:5], (("08:00", "16:00"),)), {})
HOURS = {"always": always(), "office": OFFICE}
KEPT = {"kind": "justification", "after_periods": 1}
OURS = Onward("sla-us", "o1", "svc-portal", "us", binding=True)


D = TypeVar("D", bound=Document)


def _read(model: type[D], stated: dict[str, Any]) -> D:
    return model.model_validate_json(json.dumps(stated))


def service(name: str, provider: str, *needs: str) -> Service:
    return _read(Service,
        {
            "id": name, "name": TEXT, "provider": provider, "lifecycle": "live", "criticality": "low",
            "measured_by": ["probe"], "funding_source": "core", "recommendations": [], "offerings": [],
            "depends_on": list(needs), "prov": PROV,
        }
    )  # fmt: skip


def credit(*tiers: tuple[str, str], cap: str = "50.00") -> dict[str, Any]:
    return {
        "kind": "credit", "tiers": [{"below": a, "percent": b} for a, b in tiers],
        "cap_percent": cap, "base": "monthly_charge_of_service", "settlement": TEXT,
    }  # fmt: skip


def promise(
    name: str,
    about: str,
    target: Any,
    *,
    by: str = "them",
    to: str = "us",
    notice: str | None = None,
    state: str = "in_force",
    until: str | None = None,
    **objective: Any,
) -> Agreement:
    """An agreement of one objective, an availability unless said otherwise."""
    stated = {
        "id": "o1", "service": about, "indicator": "availability", "target": target, "period": "calendar_month",
        "service_hours": "always", "data": ["prb"], "remedy": KEPT,
    } | objective  # fmt: skip
    clause = {
        "id": "x1", "kind": "planned_maintenance", "effect": "remove_window", "notice": notice,
        "notice_hours": "office" if notice and "T" not in notice else None,
    }  # fmt: skip
    return _read(Agreement,
        {
            "id": name, "kind": "ola", "name": TEXT, "customer": to, "provider": by, "tz": "UTC", "state": state,
            "signed_on": None, "in_force": {"from": "2026-01-01", "to": until}, "recommendations": [],
            "objectives": [stated], "exclusions": [clause] if notice else [], "prov": PROV,
        }
    )  # fmt: skip


def onward(target: Any = "99.50", **more: Any) -> Agreement:
    """What we promise a customer of ours about the portal, which needs a host and a network."""
    return promise("sla-us", "svc-portal", target, by="us", to="customer", **more)


PORTAL = (
    service("svc-portal", "us", "svc-host", "svc-net"),
    service("svc-host", "them"),
    service("svc-net", "telecom"),
)
NET = promise("uc-net", "svc-net", "99.99", by="telecom")


def gaps(
    agreements: Iterable[Agreement], services: Iterable[Service] = PORTAL, now: int = NOW
) -> list[Gap]:
    return list(Cover(services, agreements, HOURS.__getitem__, now).gaps())


def host(target: Any = "99.99", **more: Any) -> Agreement:
    return promise("uc-host", "svc-host", target, **more)


def test_the_host_gives_less_and_both_together_allow_still_less() -> None:
    found = gaps(
        [onward("99.50"), host("99.00"), promise("uc-net", "svc-net", "99.00", by="telecom")]
    )

    # 0.99 times 0.99 is 0.9801: 98.01 % where we promise 99.5 %.
    assert found == [
        LowerTarget(OURS, "svc-host", "99.50", "99.00", "uc-host"),
        LowerTarget(OURS, "svc-net", "99.50", "99.00", "uc-net"),
        LowerTogether(OURS, ("svc-host", "svc-net"), Fraction(199, 200), Fraction(9801, 10000)),
    ]


def test_two_that_are_good_enough_alone_are_not_together() -> None:
    found = gaps(
        [onward("99.50"), host("99.70"), promise("uc-net", "svc-net", "99.70", by="telecom")]
    )

    # 0.997 times 0.997 is 0.994009.
    assert found == [
        LowerTogether(OURS, ("svc-host", "svc-net"), Fraction(199, 200), Fraction(994009, 1000000))
    ]


@pytest.mark.parametrize(
    ("agreements", "expected"),
    [
        pytest.param([onward(), host(), NET], [], id="covered"),
        pytest.param(
            [onward(), NET], [Uncovered(OURS, "svc-host")], id="a dependency without agreement"
        ),
        pytest.param(
            [onward(), NET, host(state="proposed")],
            [Uncovered(OURS, "svc-host")],
            id="an agreement that nobody signed covers nothing",
        ),
        pytest.param(
            [onward(), NET, host(until="2026-02-10")],
            [Uncovered(OURS, "svc-host")],
            id="nor does one that has ended",
        ),
        pytest.param(
            [onward(), NET, host(to="somebody")],
            [Uncovered(OURS, "svc-host")],
            id="nor one with somebody else",
        ),
        pytest.param(
            [onward(), NET, host(indicator="success")],
            [Uncovered(OURS, "svc-host")],
            id="nor a promise of another figure",
        ),
        pytest.param(
            [onward(state="terminated"), host("1.00")], [], id="nothing is promised any more"
        ),
        pytest.param(
            [onward(), NET, host("99.00"), promise("uc-spare", "svc-host", "99.90")],
            [],
            id="the best of several counts",
        ),
    ],
)  # fmt: skip
def test_what_covers_a_target(agreements: list[Agreement], expected: list[Gap]) -> None:
    assert gaps(agreements) == expected


def test_a_proposed_promise_is_looked_at_while_it_can_be_changed() -> None:
    found = gaps([onward(state="negotiating"), NET])

    assert [(type(each), each.onward.binding) for each in found] == [(Uncovered, False)]


def test_hours_in_which_nobody_promises_anything_to_us() -> None:
    found = gaps([onward(), NET, host(service_hours="office")])

    # February 2026: 28 days of 24 hours, of them 20 working days of 8 hours.
    assert found == [FewerHours(OURS, "svc-host", "2026-02", 672 * HOUR, (672 - 160) * HOUR)]


def test_hours_of_two_agreements_count_together() -> None:
    rest = promise("uc-rest", "svc-host", "99.90", service_hours="always")

    assert gaps([onward(), NET, host(service_hours="office"), rest]) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "window", "we", "they"),
    [
        # Of the week from 1 March, a Sunday. Before Tuesday the 3rd, three working days begin on Thursday the 26th.
        pytest.param("PT72H", "PT48H", "2026-03-01", "2026-02-26", "2026-02-27", id="in hours"),
        pytest.param(
            "P3D", "P1D", "2026-03-03", "2026-02-25T23:59", "2026-03-01T23:59",
            id="in working days, told of the window that a weekend keeps apart most",
        ),
    ],
)  # fmt: skip
def test_who_is_told_later_than_it_must_tell(
    ours: str, theirs: str, window: str, we: str, they: str
) -> None:
    found = gaps([onward(notice=ours), NET, host(notice=theirs)])

    at = [
        parse_instant(each if "T" in each else f"{each}T00:00", "UTC")
        for each in (window, we, they)
    ]
    assert found == [ShorterNotice(OURS, "svc-host", *at)]


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param("P3D", id="the same notice"),
        pytest.param("P5D", id="a longer one"),
        pytest.param(None, id="no maintenance that is excluded"),
    ],
)
def test_notice_that_is_long_enough(theirs: str | None) -> None:
    assert gaps([onward(notice="P3D"), NET, host(notice=theirs)]) == []


@pytest.mark.parametrize(
    ("remedy", "below", "credited"),
    [
        pytest.param(KEPT, "98.00", "0", id="no credit at all"),
        pytest.param(
            credit(("99.50", "4.00"), ("98.00", "6.00")), "98.00", "6", id="a smaller one"
        ),
        pytest.param(
            credit(("99.50", "10.00"), cap="3.00"), "98.00", "3", id="one that a cap bounds"
        ),
    ],
)
def test_credit_that_is_owed_and_not_received(
    remedy: dict[str, Any], below: str, credited: str
) -> None:
    target = "99.50" if remedy is not KEPT else "99.99"
    covered = promise("uc-net", "svc-net", "99.99", by="telecom", remedy=credit(("99.99", "10.00")))
    ours = onward("99.50", remedy=credit(("99.50", "5.00"), ("98.00", "10.00")))

    found = gaps([ours, covered, host(target, remedy=remedy)], now=NOW)

    assert [each for each in found if isinstance(each, SmallerCredit)] == [
        SmallerCredit(
            OURS,
            "svc-host",
            Fraction(Decimal(below)) / 100,
            Fraction(1, 10),
            Fraction(credited) / 100,
        )
    ]


@pytest.mark.parametrize(
    ("indicator", "mine", "theirs", "covered"),
    [
        pytest.param("success", "99.00", "98.99", False, id="fewer good results"),
        pytest.param("longest_outage", {"bound": "PT4H"}, {"bound": "PT5H"}, False, id="a longer outage"),
        pytest.param("longest_outage", {"bound": "PT4H"}, {"bound": "PT4H"}, True, id="as long an outage"),
        pytest.param("outage_count", {"bound": "3"}, {"bound": "4"}, False, id="more outages"),
        pytest.param(
            "response_time", {"within": "PT1H", "share": "95.00"}, {"within": "PT30M", "share": "95.00"},
            True, id="a faster answer",
        ),
        pytest.param(
            "response_time", {"within": "PT1H", "share": "95.00"}, {"within": "PT2H", "share": "99.00"},
            False, id="a slower answer, however often",
        ),
        pytest.param(
            "response_time", {"within": "PT1H", "share": "95.00"}, {"within": "PT1H", "share": "90.00"},
            False, id="as fast an answer, less often",
        ),
    ],
)  # fmt: skip
def test_other_figures_are_compared_the_way_they_are_better(
    indicator: str, mine: Any, theirs: Any, *, covered: bool
) -> None:
    found = gaps([onward(mine, indicator=indicator), host(theirs, indicator=indicator)])

    assert [type(each) for each in found] == ([] if covered else [LowerTarget])


def test_what_comes_from_the_same_house_is_looked_through() -> None:
    services = (
        service("svc-portal", "us", "svc-database"),
        service("svc-database", "us", "svc-host"),
        service("svc-host", "them"),
    )

    assert gaps([onward()], services) == [Uncovered(OURS, "svc-host")]


def test_a_service_that_is_passed_on_is_held_against_its_own_agreement() -> None:
    services = (service("svc-portal", "them"),)

    assert gaps([onward()], services) == [Uncovered(OURS, "svc-portal")]
    assert gaps([onward(), promise("sla-them", "svc-portal", "99.00")], services) == [
        LowerTarget(OURS, "svc-portal", "99.50", "99.00", "sla-them")
    ]


TARGETS = st.integers(9000, 10000).map(lambda n: f"{Decimal(n).scaleb(-2):.2f}")
NOTICES = st.sampled_from([None, "PT24H", "P2D", "P5D"])
NAMED = st.sampled_from(["office", "always"])


@given(TARGETS, st.lists(st.tuples(TARGETS, NOTICES, NAMED), min_size=1, max_size=3), st.data())
def test_one_more_agreement_that_promises_at_least_as_much_never_adds_a_finding(
    ours: str, theirs: list[tuple[str, str | None, str]], data: st.DataObject
) -> None:
    before = [onward(ours, notice="P3D"), promise("uc-net", "svc-net", "99.95", by="telecom")]
    before += [
        promise(f"uc-{n}", "svc-host", target, notice=notice, service_hours=hours)
        for n, (target, notice, hours) in enumerate(theirs)
    ]
    least = max(Decimal(target) for target, _, _ in theirs)
    better = data.draw(TARGETS.filter(lambda each: Decimal(each) >= least))
    more = promise(
        "uc-more", "svc-host", better, notice=data.draw(NOTICES), service_hours=data.draw(NAMED)
    )

    assert kinds(gaps([*before, more])) <= kinds(gaps(before))


@given(TARGETS, TARGETS)
def test_one_agreement_that_promises_everything_closes_a_gap_and_opens_none(
    ours: str, network: str
) -> None:
    before = [onward(ours, notice="P3D"), promise("uc-net", "svc-net", network, by="telecom")]

    found = kinds(gaps([*before, host("100.00")]))

    assert found == kinds(gaps(before)) - {(Uncovered, "svc-host")}


def kinds(found: Iterable[Gap]) -> set[tuple[type[Gap], Any]]:
    return {(type(each), each.needed) for each in found if not isinstance(each, LowerTogether)}
