"""Shadow mode: what nobody signed is measured and shown; breaches begin on the day of the signature."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from catalogue.document import PartialDate
from slamon.app.acts import Begin, Sign, Terminate
from slamon.app.refused import Refused

UNSIGNED = "state: negotiating\n  signed_on: null"
AGREEMENT = "sla-shop"
DAYS_BAD = ("2025-12-01T00:00Z up", "2026-01-10T00:00Z down", "2026-01-11T00:00Z up",
            "2026-02-03T00:00Z down", "2026-02-04T00:00Z up",
            "2026-02-20T00:00Z down", "2026-02-22T00:00Z up",
            "2026-03-05T00:00Z down", "2026-03-06T00:00Z up")  # fmt: skip


def signed(day: str, *shadowed: str) -> Sign:
    return Sign(on=PartialDate.parse(day), keep_in_shadow=shadowed)


@pytest.fixture
def unsigned(house: Any, promised: Any) -> Any:
    """An agreement that is negotiated, with a bad day in January, three in February and one in March."""
    house.promise(promised("o1", target='"99.00"'), first="null", signed=UNSIGNED)
    return house.at("2026-04-20T00:00Z").saw(*DAYS_BAD)


def test_what_nobody_signed_is_shown_and_causes_nothing(unsigned: Any) -> None:
    found = unsigned.one("2026-02")

    assert (found.mode, found.state) == ("shadow", "breached")
    assert unsigned.close_due() == []
    assert unsigned.reading.breaches(None) == ()


def test_breaches_begin_on_the_day_of_the_signature_and_none_before(unsigned: Any) -> None:
    unsigned.act(AGREEMENT, signed("2026-02-15"))

    assert unsigned.one("2026-01").mode == "shadow"
    february = unsigned.one("2026-02")
    assert (february.mode, february.state) == ("enforced", "breached")
    # 14 days, of them two bad: what was before the signature is not in it.
    assert february.measured.ratio == "6/7"
    assert unsigned.close_due() == ["2026-02", "2026-03"]
    assert [line.breach for line in unsigned.reading.breaches(None)] == [
        "sla-shop.o1.2026-03",
        "sla-shop.o1.2026-02",
    ]


def test_a_month_that_was_bad_before_the_signature_only_is_no_breach(unsigned: Any) -> None:
    unsigned.act(AGREEMENT, signed("2026-02-25"))

    february = unsigned.one("2026-02")

    assert (february.mode, february.state, february.measured.ratio) == ("enforced", "met", "1/1")


@pytest.mark.parametrize(
    ("day", "first_bad_month"),
    [
        pytest.param("2026-02-28", "2026-03", id="a day"),
        pytest.param("2026-02", "2026-03", id="a month binds from its last day"),
        pytest.param("2025", "2026-01", id="a year does too"),
    ],
)
def test_a_signature_binds_from_the_last_day_it_may_have_been(
    unsigned: Any, day: str, first_bad_month: str
) -> None:
    unsigned.act(AGREEMENT, signed(day))
    unsigned.close_due()

    assert unsigned.reading.breaches(None)[-1].period == first_bad_month


def test_months_that_were_closed_in_shadow_mode_stay_as_they_were(unsigned: Any) -> None:
    before = unsigned.close("2026-02")["o1"]

    unsigned.act(AGREEMENT, signed("2026-03-01"))

    assert unsigned.one("2026-02") == before
    assert unsigned.restate() == []


def test_an_objective_may_stay_in_shadow_mode(house: Any, promised: Any) -> None:
    both = (promised("o1", target='"99.00"', mode="shadow"),
            promised("o2", target='"99.00"', mode="shadow"))  # fmt: skip
    house.promise(*both, first="null", signed=UNSIGNED)
    house.at("2026-04-20T00:00Z").saw(*DAYS_BAD)

    house.act(AGREEMENT, signed("2026-01-01", "o2"))

    modes = {name: found.mode for name, found in house.judge("2026-02").items()}
    assert modes == {"o1": "enforced", "o2": "shadow"}


def test_what_was_signed_when_it_was_first_stated_keeps_its_shadow_mode(
    house: Any, promised: Any
) -> None:
    house.promise(promised("o1", target='"99.00"', mode="shadow"))
    house.at("2026-04-20T00:00Z").saw(*DAYS_BAD)

    assert house.one("2026-02").mode == "shadow"


def test_an_agreement_ends_with_the_day_of_its_termination(house: Any, promised: Any) -> None:
    house.promise(promised("o1", target='"99.00"'))
    house.at("2026-04-20T00:00Z").saw(*DAYS_BAD)

    house.act(AGREEMENT, Terminate(on=date(2026, 2, 19), reason="the shop closed"))

    # 19 days of February, the third of them bad; what came after them is not in it.
    assert house.one("2026-02").measured.ratio == "18/19"
    assert house.close_due() == ["2026-01", "2026-02"]


def test_a_trial_runs_for_its_duration_from_the_day_it_began(house: Any, promised: Any) -> None:
    trial = promised("o1", target='"90.00"', period="whole_term")
    house.promise(trial, first="null", signed=f"{UNSIGNED}\n  duration: P1M")
    house.at("2026-04-20T00:00Z").saw(*DAYS_BAD)

    house.act(AGREEMENT, Begin(on=date(2026, 1, 31)))

    # From 31 January to 27 February: 28 days, three of them bad.
    found = house.one("term")
    assert (found.mode, found.state, found.measured.ratio) == ("enforced", "breached", "25/28")


def test_what_cannot_be_signed_is_refused_and_nothing_is_recorded(unsigned: Any) -> None:
    before = unsigned.ledger.position()

    with pytest.raises(Refused, match="no objective 'o9'; it has o1"):
        unsigned.act(AGREEMENT, signed("2026-02-15", "o9"))

    assert unsigned.ledger.position() == before
