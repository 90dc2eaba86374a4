"""What later facts make of closed months: restated once, with their cause, and breaches with them."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import parse_instant
from catalogue.terms import TermsWithdrawn
from slamon.app import corrections, exclusions, reviews
from slamon.app.corrections import Selection
from slamon.sla.closing import PeriodRestated
from slamon.views.origins import Origins

MARCH = "2026-03"
END = "2026-04-20T00:00Z"
CLAUSES = "{id: x1, kind: planned_maintenance, effect: remove_window}"
BREACH = "breach:sla-shop:o1:2026-03"
# 744 hours: 12 down are 98.387 %.
SEEN = ("2026-02-28T00:00Z up", "2026-03-05T00:00Z down", "2026-03-05T12:00Z up")


def restatements(house: Any, label: str = MARCH) -> list[PeriodRestated]:
    entries = house.ledger.stream(f"period:sla-shop:{label}")
    return [entry.fact for entry in entries if isinstance(entry.fact, PeriodRestated)]


def outages(promised: Any, most: int) -> Any:
    return promised("o1", indicator="outage_count", target=f'{{bound: "{most}"}}')


def review(house: Any) -> list[str]:
    return [entry.name.partition("/")[0] for entry in house.ledger.stream(BREACH)]


@pytest.fixture
def closed(house: Any, promised: Any) -> Any:
    """A house in which March was closed with a breach of o1 (98.38 of 99.00 percent)."""
    house.promise(promised("o1", target='"99.00"'), clauses=CLAUSES).at(END)
    house.saw(*SEEN)
    house.close(MARCH)
    return house


def test_a_breach_comes_and_goes_with_grants_and_each_time_the_month_is_restated_once(
    closed: Any,
) -> None:
    reviews.uphold(closed.ledger, "sla-shop.o1.2026-03", reason="so it was", actor="rita")
    window = closed.exclude("2026-03-05T00:00Z", "2026-03-05T12:00Z")
    assert (closed.restate(), closed.restate()) == ([MARCH], [])
    assert closed.one(MARCH).state == "met"
    assert review(closed)[-1] == "breach-withdrawn"

    exclusions.withdraw(closed.ledger, "sla-shop", window, reason="a mistake", actor="rita")
    assert (closed.fold().restate(), closed.restate()) == ([MARCH], [])
    assert closed.one(MARCH).state == "breached"

    first, second = restatements(closed)
    assert first.new == second.old
    old, new = first.old[0], second.new[0]
    assert (old.measured, old.tally, old.breached_at) == (new.measured, new.tally, new.breached_at)
    assert first.cause < second.cause
    names = ["breach-found", "breach-upheld", "breach-withdrawn", "breach-found"]
    assert review(closed) == names


def test_a_declared_outage_is_told_as_declared_and_one_that_was_seen_is_not(closed: Any) -> None:
    closed.declare("down", "2026-03-20T00:00Z", "2026-03-20T02:00Z")

    said = closed.fold().reading.outages(None, None, 10, parse_instant(END))
    assert [(line.from_[:10], line.declared) for line in said] == [
        ("2026-03-05", False),
        ("2026-03-20", True),
    ]


def test_two_causes_at_once_are_one_restatement_that_names_both(closed: Any) -> None:
    before = closed.ledger.position()
    closed.declare("up", "2026-03-05T00:00Z", "2026-03-05T03:00Z")
    closed.declare("up", "2026-03-05T03:00Z", "2026-03-05T12:00Z")

    closed.restate()

    (restated,) = restatements(closed)
    assert restated.cause == (before + 1, before + 2)
    assert review(closed) == ["breach-found", "breach-withdrawn"]


def test_a_cause_is_a_fact_about_the_time_of_the_period(closed: Any) -> None:
    closed.at("2026-07-01T00:00Z").declare("down", "2026-05-05T00:00Z", "2026-05-05T12:00Z")
    closed.declare("up", "2026-03-05T00:00Z", "2026-03-05T12:00Z")
    closed.exclude("2026-06-05T00:00Z", "2026-06-05T12:00Z")

    closed.restate()

    (restated,) = restatements(closed)
    assert restated.causes == 1


def test_two_causes_that_take_each_other_back_restate_nothing(closed: Any) -> None:
    closed.declare("up", "2026-03-05T00:00Z", "2026-03-05T12:00Z")
    closed.declare("down", "2026-03-05T00:01Z", "2026-03-05T12:00Z")
    closed.declare("down", "2026-03-04T23:59Z", "2026-03-05T00:01Z")
    closed.declare("up", "2026-03-04T23:58Z", "2026-03-05T00:00Z")

    assert closed.restate() == []
    assert restatements(closed) == []


def test_terms_corrected_after_closing_restate_it_and_amended_ones_do_not(
    closed: Any, promised: Any
) -> None:
    amended = "amended: {from: 2026-04-05, reason: agreed}"
    closed.promise(promised("o1", target='"95.00"'), clauses=CLAUSES, mark=amended)
    assert closed.restate() == []
    corrected = "correction: {reason: typed wrong}"
    closed.promise(
        promised("o1", target='"95.00"', service_hours="office"), clauses=CLAUSES, mark=corrected
    )
    assert closed.restate() == [MARCH]
    assert closed.one(MARCH).target == "99.00"


def test_a_part_of_a_month_that_is_not_the_worst_restates_it_too(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"')).at(END)
    house.promise(
        promised("o1", target='"99.50"'), mark="amended: {from: 2026-03-15, reason: agreed}"
    )
    house.saw(*SEEN, "2026-03-20T00:00Z down", "2026-03-20T00:30Z up")
    assert house.close(MARCH)["o1"].parts[1].state == "met"

    house.declare("up", "2026-03-20T00:00Z", "2026-03-20T00:30Z")

    assert house.restate() == [MARCH]
    assert house.one(MARCH).parts[1].measured.ratio == "1/1"


def test_an_outage_over_the_day_of_an_amendment_is_counted_once(house: Any, promised: Any) -> None:
    house.promise(outages(promised, 3)).at(END)
    house.promise(outages(promised, 2), mark="amended: {from: 2026-04-01, reason: agreed}")
    house.saw("2026-02-28T00:00Z up", "2026-03-31T23:00Z down", "2026-04-01T01:00Z up")

    assert house.one(MARCH).level.value == "1/1"
    assert house.one("2026-04").level.value == "0/1"


def test_results_of_the_month_before_count_where_an_outage_was_carried_in(
    house: Any, promised: Any
) -> None:
    terms = {"indicator": "outage_count", "target": '{bound: "0"}', "service_hours": "office"}
    house.promise(promised("o1", **terms)).at(END)
    friday, saturday, monday = "2026-02-27T17:00Z", "2026-02-28T00:00Z", "2026-03-02T10:00Z"
    down = [f"{at} down" for at in (friday, saturday, "2026-02-28T06:00Z")]
    house.saw("2026-01-01T00:00Z up", *down, f"{monday} up")
    assert house.close(MARCH)["o1"].level.value == "0/1"

    false = Selection("imp-a/svc-shop", "loc-a", parse_instant(friday), parse_instant(saturday))
    with house.store.reading() as connection:
        chosen = corrections.choose(Origins(connection), false, now=house.clock)
    corrections.void(house.ledger, chosen, reason="a false alarm", actor="rita")

    assert house.fold().restate() == [MARCH]
    assert house.one(MARCH).level.value == "1/1"


def test_an_outage_over_an_amendment_inside_a_month_counts_where_it_began(
    house: Any, promised: Any
) -> None:
    house.promise(outages(promised, 3)).at(END)
    house.promise(outages(promised, 0), mark="amended: {from: 2026-03-15, reason: agreed}")
    house.saw("2026-02-28T00:00Z up", "2026-03-14T23:00Z down", "2026-03-15T01:00Z up")

    assert house.one(MARCH).state == "met"


@pytest.fixture
def in_a_row(house: Any, promised: Any) -> Any:
    """A house in which March and April are missed, and May is not; two in a row break the promise."""
    house.promise(promised("o1", target='"99.00"', consecutive="2")).at("2026-07-20T00:00Z")
    house.saw(*SEEN, "2026-04-05T00:00Z down", "2026-04-05T12:00Z up")
    return house


def open_breaches(house: Any) -> list[str]:
    return [line.breach for line in house.reading.breaches("open")]


def test_a_row_that_an_earlier_month_leaves_is_broken(in_a_row: Any) -> None:
    in_a_row.close(MARCH)
    in_a_row.close("2026-04")
    assert open_breaches(in_a_row) == ["sla-shop.o1.2026-04"]

    in_a_row.declare("up", "2026-03-05T00:00Z", "2026-03-05T12:00Z")

    assert [in_a_row.restate() for _ in range(3)] == [[MARCH], ["2026-04"], []]
    assert open_breaches(in_a_row) == []
    assert in_a_row.one("2026-04").in_a_row.missed == 1
    restated = "period-restated/1 in period:sla-shop:2026-03"
    assert restated in restatements(in_a_row, "2026-04")[0].reasons


def test_a_row_is_complete_when_the_month_before_is_closed_late(in_a_row: Any) -> None:
    in_a_row.close("2026-04")
    assert open_breaches(in_a_row) == []

    in_a_row.close(MARCH)

    assert in_a_row.restate() == ["2026-04"]
    assert open_breaches(in_a_row) == ["sla-shop.o1.2026-04"]


def test_a_month_that_was_forgiven_breaks_a_row_also_afterwards(house: Any, promised: Any) -> None:
    remedy = "{kind: review_item, after_periods: 2}"
    house.promise(promised("o1", target='"99.00"', remedy=remedy)).at("2026-07-20T00:00Z")
    house.saw(*SEEN, "2026-04-05T00:00Z down", "2026-04-05T12:00Z up")
    house.close(MARCH)
    assert house.close("2026-04")["o1"].remedy_due is not None

    house.waive("sla-shop.o1.2026-03")

    assert house.restate() == ["2026-04"]
    assert house.one("2026-04").state == "breached"
    assert house.one("2026-04").remedy_due is None


def test_a_month_that_nobody_closed_is_no_part_of_a_row(in_a_row: Any) -> None:
    in_a_row.declare("down", "2026-06-05T00:00Z", "2026-06-05T12:00Z")
    in_a_row.close("2026-04")
    assert in_a_row.close("2026-06")["o1"].in_a_row.missed == 1


def test_of_an_amended_clause_each_version_rules_on_its_own_time(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"'), clauses=CLAUSES).at(END)
    house.promise(
        promised("o1", target='"99.00"'),
        clauses=CLAUSES.replace("}", ", max_per_month: PT0S}"),
        mark="amended: {from: 2026-03-15, reason: agreed}",
    )
    house.saw(*SEEN)
    house.exclude("2026-03-05T00:00Z", "2026-03-05T12:00Z")
    house.exclude("2026-03-20T00:00Z", "2026-03-20T12:00Z")

    assert [each.rule for each in house.one(MARCH).exclusions] == [None, "quota"]


@pytest.mark.parametrize("period", ["calendar_month", "calendar_quarter"])
def test_slices_are_averaged_over_all_versions_of_the_terms(
    house: Any, promised: Any, period: str
) -> None:
    terms = {"target": '"98.00"', "slice": "{length: PT5M, rule: mean}", "period": period}
    house.promise(promised("o1", **terms), first="2026-03-01").at(END)
    house.promise(
        promised("o1", service_hours="office", **terms),
        first="2026-03-01",
        mark="amended: {from: 2026-03-16, reason: agreed}",
    )
    # Down for 36 of the 360 hours before the amendment, and no more.
    house.saw("2026-02-28T00:00Z up", "2026-03-05T00:00Z down", "2026-03-06T12:00Z up")

    assert house.one(MARCH).state == "breached"


def test_a_draft_with_closed_months_can_be_taken_back(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"')).at(END)
    house.saw(*SEEN)
    house.close(MARCH)
    stream = "agreement:sla-shop"
    house.ledger.append(stream, [TermsWithdrawn()], after=house.ledger.version(stream), actor="x")
    house.fold()
    house.saw(*SEEN)

    assert house.restate() == []
    assert house.reading.history("sla-shop", MARCH) is not None
    assert [line.agreement_name.en for line in house.reading.breaches(None)] == ["S"]
