"""Announced time against the clauses of an agreement, on the calendar of Bonn in 2008."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from catalogue.instants import HOUR, parse_instant
from catalogue.intervals import Intervals, intersect, norm, total, union
from catalogue.service_hours import ServiceHours, always
from slamon.sla.exclusions import Announcement, Clause, Granted, Rulings, ruled
from slamon.sla.windows import flattened

BERLIN = "Europe/Berlin"
HOLIDAYS = {date(2008, 10, 1): (), date(2008, 10, 3): ()}
WEEK = ("mon", "tue", "wed", "thu", "fri")
BUSINESS = ServiceHours(BERLIN, dict.fromkeys(WEEK, (("08:00", "18:00"),)), HOLIDAYS)
FRIDAYS = ServiceHours(BERLIN, {"fri": (("14:00", "18:00"),)}, HOLIDAYS)

PLANNED = Clause(id="x1", kind="planned_maintenance", effect="remove_window")
NOTICED = replace(PLANNED, notice="P3D", notice_hours=BUSINESS)
JOINT = Clause(id="x3", kind="force_majeure", effect="remove_bad_time", joint=True)
CUSTOMER = Clause(id="x2", kind="customer_cause", effect="count_as_available")
COP9 = (
    "x4",
    (parse_instant("2008-11-24T00:00+01:00"), parse_instant("2008-12-06T00:00+01:00")),
)


def at(text: str) -> int:
    """An instant on the clock of Bonn."""
    return parse_instant(text, BERLIN)


def announced(begin: str, end: str, **more: Any) -> Announcement:
    """A window received and recorded long before, under x1."""
    terms: dict[str, Any] = {
        "id": "a1",
        "agreement": "sla",
        "clause": "x1",
        "services": (),
        "received_at": "2008-09-01T09:00",
        "recorded_at": "2008-09-01T10:00",
        "evidence": "mail 4711",
        "reason": "new disks",
        "positions": (7,),
    }
    terms |= more
    for name in ("received_at", "recorded_at"):
        terms[name] = at(terms[name])
    return Announcement(begin=at(begin), end=at(end), **terms)


def rule(
    *windows: Announcement,
    clauses: tuple[Clause, ...] = (PLANNED,),
    freezes: tuple[Any, ...] = (),
    hours: ServiceHours | None = None,
) -> Rulings:
    agreed = (hours or always(BERLIN)).intervals
    return ruled(clauses, freezes, windows, agreed, BERLIN)


def spans(rulings: Rulings) -> Intervals:
    """The granted time."""
    return tuple((each.begin, each.end) for each in rulings.granted)


def span(begin: str, end: str) -> tuple[int, int]:
    return at(begin), at(end)


def refusals(rulings: Rulings) -> list[tuple[tuple[int, int], str]]:
    return [((each.begin, each.end), each.rule) for each in rulings.refused]


NIGHT = ("2008-10-24T20:00", "2008-10-24T22:00")
MONDAY = ("2008-10-06T08:00", "2008-10-06T10:00")
TUESDAY = ("2008-10-07T08:00", "2008-10-07T10:00")
WEDNESDAY = ("2008-10-08T00:00", "2008-10-08T10:00")


def test_an_announced_window_is_granted_with_what_it_rests_on() -> None:
    found = rule(announced(*NIGHT, services=("svc-mail",)))

    assert found == Rulings(
        granted=(Granted(*span(*NIGHT), "remove_window", "x1", "a1", ("svc-mail",), (7,)),)
    )


@pytest.mark.parametrize(
    ("window", "clause", "refused_by", "said"),
    [
        pytest.param(
            announced(*NIGHT, withdrawn=True, withdrawn_reason="postponed"),
            PLANNED,
            "withdrawn",
            "it was withdrawn: postponed",
            id="E1 a withdrawn window is not excluded",
        ),
        pytest.param(
            announced(*NIGHT, withdrawn=True, withdrawn_reason="postponed", ruling="granted"),
            PLANNED,
            "withdrawn",
            "it was withdrawn: postponed",
            id="E1 a withdrawn window is not excluded although it was granted",
        ),
        pytest.param(
            announced(*NIGHT, clause="x9"),
            PLANNED,
            "no_clause",
            "the agreement has no clause x9 under which time is excluded",
            id="E1 a clause that the agreement has no more",
        ),
        pytest.param(
            announced(*NIGHT, ruling="refused", ruling_reason="nothing was done"),
            PLANNED,
            "ruling",
            "it was refused: nothing was done",
            id="E1 a window ruled refused is not excluded",
        ),
        pytest.param(
            announced(*NIGHT, clause="x2"),
            CUSTOMER,
            "awaiting_grant",
            "customer cause is excluded only by a grant, and none was given",
            id="E1 other kinds than planned maintenance need a grant",
        ),
        pytest.param(
            announced(*NIGHT, clause="x3"),
            JOINT,
            "awaiting_grant",
            "force majeure is excluded only by a grant by both parties, and none was given",
            id="E1 a joint kind says whose grant it needs",
        ),
        pytest.param(
            announced(*NIGHT, recorded_at="2008-10-24T20:01"),
            PLANNED,
            "late_recording",
            "recorded 2008-10-24 20:01+02:00, after its begin 2008-10-24 20:00+02:00: it needs a grant",
            id="E1 recorded after the window began it needs a grant",
        ),
        pytest.param(
            announced(*MONDAY, received_at="2008-10-01T15:00"),
            NOTICED,
            "notice",
            "received 2008-10-01 15:00+02:00, the notice of P3D in service hours ends 2008-10-08 00:00+02:00,"
            " after the begin 2008-10-06 08:00+02:00",
            id="T5 the notice runs over two holidays and a weekend",
        ),
        pytest.param(
            announced(
                *MONDAY,
                received_at="2008-10-01T15:00",
                recorded_at="2008-10-07T09:00",
                ruling="granted",
            ),
            NOTICED,
            "notice",
            "after the begin",
            id="E1 a grant does not cure missing notice",
        ),
        pytest.param(
            announced(*MONDAY, received_at="2008-10-06T07:30"),
            replace(PLANNED, notice="PT1H"),
            "notice",
            "received 2008-10-06 07:30+02:00, the notice of PT1H ends 2008-10-06 08:30+02:00",
            id="E1 plain hours of notice without service hours",
        ),
        pytest.param(
            announced(*MONDAY, received_at="2008-10-02T15:00"),
            replace(PLANNED, notice="PT4H", notice_hours=BUSINESS),
            "notice",
            "ends 2008-10-06 09:00+02:00",
            id="E1 hours of notice beside service hours are agreed time",
        ),
        pytest.param(
            announced(*MONDAY),
            replace(PLANNED, notice="P1D", notice_hours=ServiceHours(BERLIN, {})),
            "notice",
            "the notice of P1D never ends",
            id="T5 hours that never come leave no notice to keep",
        ),
        pytest.param(
            announced("2008-11-28T14:00", "2008-11-28T16:00"),
            PLANNED,
            "freeze",
            "inside the freeze of clause x4, in which maintenance is not excluded",
            id="E4 maintenance inside a freeze is not excluded",
        ),
        pytest.param(
            announced(*NIGHT),
            replace(PLANNED, allowed=FRIDAYS),
            "allowed_hours",
            "outside the hours in which clause x1 allows it",
            id="E1 outside of the allowed hours",
        ),
        pytest.param(
            announced(*NIGHT),
            replace(PLANNED, quota=0),
            "quota",
            "clause x1 allows 0:00 h of agreed time a month; in 2008-10 it was used up at 2008-10-24 20:00+02:00",
            id="E1 a quota of nothing",
        ),
    ],
)
def test_a_window_is_refused_whole_and_the_rule_is_named(
    window: Announcement, clause: Clause, refused_by: str, said: str
) -> None:
    found = rule(window, clauses=(clause,), freezes=(COP9,))

    assert found.granted == ()
    (refused,) = found.refused
    assert (refused.rule, refused.clause, refused.announcement) == (
        refused_by,
        window.clause,
        "a1",
    )
    assert (refused.begin, refused.end, refused.positions) == (*window.span, (7,))
    assert said in refused.reason


@pytest.mark.parametrize(
    ("window", "clause"),
    [
        pytest.param(
            announced(*NIGHT, recorded_at="2008-10-24T20:00"),
            PLANNED,
            id="recorded at the instant of its begin",
        ),
        pytest.param(
            announced(*NIGHT, recorded_at="2008-11-02T09:00", ruling="granted"),
            NOTICED,
            id="recorded late, received in time and granted",
        ),
        pytest.param(
            announced(*NIGHT, clause="x3", recorded_at="2008-11-02T09:00", ruling="granted"),
            JOINT,
            id="force majeure that was granted",
        ),
        pytest.param(
            announced(*WEDNESDAY, received_at="2008-10-01T15:00"),
            NOTICED,
            id="T5 the limit of the notice is the begin itself",
        ),
        pytest.param(
            announced(*TUESDAY, received_at="2008-09-29T23:59"),
            NOTICED,
            id="T5 received one minute before a working day that then counts",
        ),
        pytest.param(
            announced(*MONDAY, received_at="2008-10-06T07:00"),
            replace(PLANNED, notice="PT1H"),
            id="plain hours of notice exactly kept",
        ),
        pytest.param(
            announced("2008-11-28T14:00", "2008-11-28T16:00", clause="x2", ruling="granted"),
            CUSTOMER,
            id="E4 a freeze touches planned maintenance only",
        ),
    ],
)
def test_a_window_that_keeps_the_rules_is_granted_whole(
    window: Announcement, clause: Clause
) -> None:
    found = rule(window, clauses=(clause,), freezes=(COP9,))

    assert (spans(found), found.refused) == ((window.span,), ())
    assert found.granted[0].effect == clause.effect


@pytest.mark.parametrize(
    ("received", "limit"),
    [
        pytest.param("2008-09-29T00:00", "2008-10-07T00:00", id="on Monday, for the whole of it"),
        pytest.param("2008-09-29T23:59", "2008-10-07T00:00", id="on Monday, at its last minute"),
        pytest.param("2008-09-30T00:00", "2008-10-08T00:00", id="a minute later it is Tuesday"),
        pytest.param("2008-10-01T12:00", "2008-10-08T00:00", id="on the first holiday"),
        pytest.param("2008-10-02T12:00", "2008-10-09T00:00", id="on the day between two holidays"),
        pytest.param("2008-10-04T12:00", "2008-10-09T00:00", id="on a Saturday"),
        pytest.param(
            "2008-10-23T12:00", "2008-10-29T00:00", id="over the weekend in which clocks go back"
        ),
    ],
)
def test_three_working_days_of_notice_end_at_midnight_in_bonn(received: str, limit: str) -> None:
    begin = at(limit)
    in_time = replace(announced(*NIGHT, received_at=received), begin=begin, end=begin + HOUR)
    too_early = replace(in_time, begin=begin - 1)

    assert spans(rule(in_time, clauses=(NOTICED,))) == (in_time.span,)
    assert refusals(rule(too_early, clauses=(NOTICED,))) == [(too_early.span, "notice")]


def test_the_part_outside_the_allowed_hours_is_refused_and_the_rest_stands() -> None:
    found = rule(
        announced("2008-10-24T13:00", "2008-10-24T19:00"),
        clauses=(replace(PLANNED, allowed=FRIDAYS),),
    )

    assert spans(found) == (span("2008-10-24T14:00", "2008-10-24T18:00"),)
    assert refusals(found) == [
        (span("2008-10-24T13:00", "2008-10-24T14:00"), "allowed_hours"),
        (span("2008-10-24T18:00", "2008-10-24T19:00"), "allowed_hours"),
    ]


def test_a_freeze_takes_only_its_own_time_from_a_window() -> None:
    found = rule(announced("2008-11-23T22:00", "2008-11-24T02:00"), freezes=(COP9,))

    assert spans(found) == (span("2008-11-23T22:00", "2008-11-24T00:00"),)
    assert refusals(found) == [(span("2008-11-24T00:00", "2008-11-24T02:00"), "freeze")]


def test_a_window_goes_through_freeze_hours_and_quota_in_this_order() -> None:
    whole = announced("2008-11-21T10:00", "2008-11-28T20:00")
    clause = replace(PLANNED, allowed=FRIDAYS, quota=3 * HOUR)

    found = rule(whole, clauses=(clause,), freezes=(COP9,))

    assert spans(found) == (span("2008-11-21T14:00", "2008-11-21T17:00"),)
    assert refusals(found) == [
        (span("2008-11-21T10:00", "2008-11-21T14:00"), "allowed_hours"),
        (span("2008-11-21T17:00", "2008-11-21T18:00"), "quota"),
        (span("2008-11-21T18:00", "2008-11-24T00:00"), "allowed_hours"),
        (span("2008-11-24T00:00", "2008-11-28T20:00"), "freeze"),
    ]


@pytest.mark.parametrize(
    ("windows", "cut"),
    [
        pytest.param(
            [("2008-10-06T08:00", "2008-10-06T11:00"), ("2008-10-07T08:00", "2008-10-07T10:30")],
            "2008-10-07T09:00",
            id="the latest time is refused, cut where the four hours are used up",
        ),
        pytest.param(
            [("2008-10-07T08:00", "2008-10-07T10:30"), ("2008-10-06T08:00", "2008-10-06T11:00")],
            "2008-10-07T09:00",
            id="whichever was announced first",
        ),
        pytest.param(
            [("2008-10-06T06:00", "2008-10-06T11:00"), ("2008-10-06T17:30", "2008-10-07T08:31")],
            "2008-10-07T08:30",
            id="only agreed time counts",
        ),
        pytest.param(
            [("2008-10-06T08:00", "2008-10-06T11:00"), ("2008-10-06T09:00", "2008-10-06T13:00")],
            "2008-10-06T12:00",
            id="time announced twice counts once",
        ),
        pytest.param(
            [("2008-10-06T08:00", "2008-10-06T12:00:01")],
            "2008-10-06T12:00",
            id="a second too much is a second refused",
        ),
    ],
)
def test_four_hours_a_month_are_excluded_and_not_a_microsecond_more(
    windows: list[tuple[str, str]], cut: str
) -> None:
    asked = [announced(*each, id=f"a{n}") for n, each in enumerate(windows)]

    found = rule(*asked, clauses=(replace(PLANNED, quota=4 * HOUR),), hours=BUSINESS)

    whole = norm(each.span for each in asked)
    assert norm(spans(found)) == intersect(whole, ((whole[0][0], at(cut)),))
    assert {each.rule for each in found.refused} == {"quota"}
    assert union(tuple((each.begin, each.end) for each in found.refused)) == intersect(
        whole, ((at(cut), whole[-1][1]),)
    )


def test_exactly_the_quota_is_within_it() -> None:
    found = rule(
        announced("2008-10-06T08:00", "2008-10-06T12:00"),
        clauses=(replace(PLANNED, quota=4 * HOUR),),
    )

    assert found.refused == ()


def test_each_month_of_the_agreement_has_a_quota_of_its_own() -> None:
    over_the_edge = announced("2008-10-31T21:00", "2008-11-01T04:00")

    found = rule(over_the_edge, clauses=(replace(PLANNED, quota=2 * HOUR),))

    assert spans(found) == (
        span("2008-10-31T21:00", "2008-10-31T23:00"),
        span("2008-11-01T00:00", "2008-11-01T02:00"),
    )
    assert refusals(found) == [
        (span("2008-10-31T23:00", "2008-11-01T00:00"), "quota"),
        (span("2008-11-01T02:00", "2008-11-01T04:00"), "quota"),
    ]


def test_a_night_in_which_clocks_go_back_uses_an_hour_more_of_the_quota() -> None:
    night = announced("2008-10-26T01:00", "2008-10-26T04:00")

    found = rule(night, clauses=(replace(PLANNED, quota=3 * HOUR),))

    assert night.end - night.begin == 4 * HOUR
    assert total(spans(found)) == 3 * HOUR
    (refused,) = found.refused
    assert (refused.begin, refused.end) == span("2008-10-26T03:00", "2008-10-26T04:00")


def test_overlapping_windows_of_a_clause_stand_each_for_its_own_services() -> None:
    mail = announced(
        "2008-10-06T08:00", "2008-10-06T11:00", id="a1", services=("svc-mail",), positions=(7,)
    )
    web = announced(
        "2008-10-06T10:00", "2008-10-06T13:00", id="a2", services=("svc-web",), positions=(9,)
    )

    found = rule(web, mail)

    assert [(each.announcement, each.services, each.positions) for each in found.granted] == [
        ("a1", ("svc-mail",), (7,)),
        ("a2", ("svc-web",), (9,)),
    ]
    assert spans(found) == (mail.span, web.span)


def test_where_clauses_overlap_the_first_of_the_agreement_holds() -> None:
    planned = announced("2008-10-06T10:00", "2008-10-06T12:00", id="a1")
    storm = announced(
        "2008-10-06T08:00", "2008-10-06T14:00", id="a2", clause="x3", ruling="granted"
    )

    found = rule(storm, planned, clauses=(PLANNED, JOINT))

    assert flattened(found.granted) == (
        (*span("2008-10-06T08:00", "2008-10-06T10:00"), "remove_bad_time"),
        (*span("2008-10-06T10:00", "2008-10-06T12:00"), "remove_window"),
        (*span("2008-10-06T12:00", "2008-10-06T14:00"), "remove_bad_time"),
    )


def test_what_one_clause_refuses_another_may_grant() -> None:
    planned = announced("2008-10-06T08:00", "2008-10-06T14:00", id="a1")
    storm = announced(
        "2008-10-06T08:00", "2008-10-06T14:00", id="a2", clause="x3", ruling="granted"
    )

    found = rule(planned, storm, clauses=(replace(PLANNED, quota=2 * HOUR), JOINT))

    assert flattened(found.granted) == (
        (*span("2008-10-06T08:00", "2008-10-06T10:00"), "remove_window"),
        (*span("2008-10-06T10:00", "2008-10-06T14:00"), "remove_bad_time"),
    )
    assert refusals(found) == [(span("2008-10-06T10:00", "2008-10-06T14:00"), "quota")]


def test_an_announcement_concerns_the_services_it_names_or_all() -> None:
    assert announced(*NIGHT).concerns("svc-mail")
    assert announced(*NIGHT, services=("svc-mail",)).concerns("svc-mail")
    assert not announced(*NIGHT, services=("svc-mail",)).concerns("svc-web")
