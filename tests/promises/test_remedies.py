"""What follows from breaches: at once, after some in a row, as a credit; always from figures that were closed."""

from __future__ import annotations

from typing import Any

import pytest

CREDIT = (
    '{kind: credit, tiers: [{below: "99.00", percent: "5.00"}, {below: "98.00", percent: "12.50"}], '
    "cap_percent: CAP, base: monthly_charge_of_service, settlement: {en: c, fr: a, es: n}MORE}"
)
ACTION = "{kind: escalation, after_periods: 2, to: host}"
BAD, GOOD, UNSEEN = "bad", "good", "unseen"


def _year(*months: str) -> list[str]:
    """From January on each month good, bad for two of its days, or not seen at all."""
    rows = []
    for number, month in enumerate(months, 1):
        first = f"2026-{number:02}-01T00:00Z"
        rows.append(f"{first} {'?' if month == UNSEEN else 'up'}")
        if month == BAD:
            rows += [f"2026-{number:02}-10T00:00Z down", f"2026-{number:02}-12T00:00Z up"]
    return rows


def _closed(house: Any, count: int) -> dict[str, Any]:
    return {f"2026-{n:02}": house.close(f"2026-{n:02}")["o1"] for n in range(1, count + 1)}


@pytest.mark.parametrize(
    ("down", "cap", "more", "percent"),
    [
        # Of the 744 hours of March 7.44 are one percent, 14.88 two.
        pytest.param("08:00", '"50.00"', "", "5.00", id="the first tier"),
        pytest.param("15:00", '"50.00"', "", "12.50", id="the second"),
        pytest.param("15:00", '"10.00"', "", "10.00", id="to the cap at most"),
        pytest.param("15:00", '"50.00"', ", deductible: PT4H", "5.00", id="less what is borne"),
        pytest.param("08:00", '"50.00"', ", deductible: PT4H", None, id="of which may be all"),
        pytest.param("15:00", '"50.00"', ", round_pct: 0", "5.00", id="rounded to 98 first"),
    ],
)
def test_a_credit_is_due_by_the_figure(
    house: Any, promised: Any, down: str, cap: str, more: str, percent: str | None
) -> None:
    remedy = CREDIT.replace("CAP", cap).replace("MORE", more)
    house.promise(promised("o1", target='"99.00"', remedy=remedy)).at("2026-04-10T00:00Z")
    house.saw("2026-02-28T00:00Z up", "2026-03-10T00:00Z down", f"2026-03-10T{down}Z up")

    found = house.close("2026-03")["o1"]

    assert found.state == "breached"
    due = found.remedy_due
    assert (due.credit_percent if due else None) == percent


@pytest.mark.parametrize(
    ("months", "due"),
    [
        pytest.param((BAD, BAD), {"2026-02": 2}, id="the second in a row"),
        pytest.param((BAD, GOOD, BAD), {}, id="a kept month breaks the row"),
        pytest.param((BAD, UNSEEN, BAD), {"2026-03": 2}, id="one not measured does not"),
        pytest.param((BAD, BAD, BAD), {"2026-02": 2}, id="when it was due, the row begins again"),
        pytest.param(
            (BAD, BAD, BAD, BAD), {"2026-02": 2, "2026-04": 4}, id="and is due again two later"
        ),
    ],
)
def test_an_action_is_due_after_breaches_in_a_row(
    house: Any, promised: Any, months: tuple[str, ...], due: dict[str, int]
) -> None:
    terms = {"target": '"99.00"', "remedy": ACTION, "min_coverage": '"50.00"'}
    house.promise(promised("o1", **terms)).at("2026-08-01T00:00Z").saw(*_year(*months, GOOD))

    found = _closed(house, len(months))

    given = {label: each.remedy_due for label, each in found.items() if each.remedy_due}
    assert {label: each.breaches for label, each in given.items()} == due
    assert {(each.kind, each.to) for each in given.values()} <= {("escalation", "host")}


def test_a_waived_breach_counts_as_kept(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"', remedy=ACTION)).at("2026-08-01T00:00Z")
    house.saw(*_year(BAD, BAD, GOOD))
    house.close("2026-01")
    house.waive("sla-shop.o1.2026-01")

    assert house.close("2026-02")["o1"].remedy_due is None


def test_a_promise_about_misses_in_a_row_is_broken_by_the_last_of_them(
    house: Any, promised: Any
) -> None:
    terms = {"target": '"99.00"', "consecutive": "3", "min_coverage": '"50.00"'}
    house.promise(promised("o1", **terms)).at("2026-08-01T00:00Z")
    house.saw(*_year(BAD, BAD, UNSEEN, BAD, GOOD))

    found = _closed(house, 5)

    rows = {label: each.in_a_row.missed for label, each in found.items() if each.in_a_row}
    assert rows == {"2026-01": 1, "2026-02": 2, "2026-04": 3}
    assert [line.period for line in house.reading.breaches("open")] == ["2026-04"]
    assert {label for label, each in found.items() if each.remedy_due} == {"2026-04"}


def test_quarters_stand_in_a_row_of_their_own(house: Any, promised: Any) -> None:
    quarterly = {"period": "calendar_quarter", "target": '"99.00"', "remedy": ACTION}
    house.promise(promised("o1", **quarterly), promised("m", target='"99.00"', remedy=ACTION))
    house.at("2026-08-01T00:00Z").saw(*_year(BAD, GOOD, GOOD, BAD, GOOD, GOOD, GOOD))
    for month in range(1, 7):
        house.close(f"2026-{month:02}")

    first, second = house.close("2026-Q1")["o1"], house.close("2026-Q2")["o1"]

    assert (first.state, first.remedy_due) == ("breached", None)
    assert (second.state, second.remedy_due.breaches) == ("breached", 2)


def test_what_is_only_watched_has_no_consequence(house: Any, promised: Any) -> None:
    remedy = "{kind: review_item, after_periods: 1}"
    house.promise(promised("o1", target='"99.00"', mode="shadow", remedy=remedy))
    house.at("2026-08-01T00:00Z").saw(*_year(BAD, GOOD))

    found = house.close("2026-01")["o1"]

    assert (found.state, found.remedy, found.remedy_due) == ("breached", None, None)
    assert house.reading.breaches(None) == ()
