"""Closing a month finds its breaches; each is decided on once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slamon.app import reviews
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import Ledger
from slamon.sla.closing import PeriodClosed

END = 1_000
BREACH = "sla-mail.o1.2026-03"


def _close(
    ledger: Ledger, offered: PeriodClosed, *, until: int = END, label: str = "2026-03"
) -> int | None:
    return reviews.close(
        ledger, "sla-mail", label, offered, period_end=END, until=until, actor="rita"
    )


def _facts(ledger: Ledger) -> list[str]:
    return [f"{entry.stream} {entry.name}" for entry in ledger.since(0, limit=100)]


def test_a_close_fixes_the_figures_and_finds_the_breach_in_one_go(
    ledger: Ledger, offered: Callable[..., PeriodClosed]
) -> None:
    position = _close(ledger, offered())

    assert _facts(ledger) == [
        "period:sla-mail:2026-03 period-closed/2",
        "breach:sla-mail:o1:2026-03 breach-found/1",
    ]
    assert position == ledger.position()
    assert {entry.actor for entry in ledger.since(0, limit=9)} == {"rita"}


@pytest.mark.parametrize(
    ("state", "mode"),
    [
        pytest.param("breached", "shadow", id="a shadow objective causes nothing"),
        pytest.param("breached", "baseline", id="a baseline causes nothing"),
        pytest.param("met", "enforced", id="a target that was met"),
        pytest.param("not_measured", "enforced", id="a month that was not measured"),
    ],
)
def test_only_missed_enforced_objectives_are_breaches(
    ledger: Ledger, offered: Callable[..., PeriodClosed], figure: Any, state: str, mode: str
) -> None:
    _close(ledger, offered(figure(state=state, mode=mode)))

    assert _facts(ledger) == ["period:sla-mail:2026-03 period-closed/2"]


def test_a_second_close_records_nothing_whatever_it_says(
    ledger: Ledger, offered: Callable[..., PeriodClosed], figure: Any
) -> None:
    _close(ledger, offered(figure(state="met")))

    assert _close(ledger, offered()) is None
    assert len(_facts(ledger)) == 1


def test_a_month_that_is_not_over_cannot_be_closed(
    ledger: Ledger, offered: Callable[..., PeriodClosed]
) -> None:
    with pytest.raises(Refused, match="the period has not ended yet"):
        _close(ledger, offered(), until=END - 1)
    assert _facts(ledger) == []


def test_a_breach_is_upheld_once(ledger: Ledger, offered: Callable[..., PeriodClosed]) -> None:
    _close(ledger, offered())

    assert reviews.uphold(ledger, BREACH, reason="the mail was gone", actor="rita") is not None
    assert reviews.uphold(ledger, BREACH, reason="again", actor="rita") is None
    assert _facts(ledger)[-1] == "breach:sla-mail:o1:2026-03 breach-upheld/1"


def test_a_breach_is_waived_with_a_clause(
    ledger: Ledger, offered: Callable[..., PeriodClosed]
) -> None:
    _close(ledger, offered())
    reviews.waive(ledger, BREACH, reason="force majeure", clause="x3", actor="rita")

    fact: Any = ledger.since(ledger.position() - 1, limit=1)[0].fact
    assert (fact.reason, fact.clause) == ("force majeure", "x3")


def test_what_was_upheld_cannot_be_waived(
    ledger: Ledger, offered: Callable[..., PeriodClosed]
) -> None:
    _close(ledger, offered())
    reviews.uphold(ledger, BREACH, reason="yes", actor="rita")

    with pytest.raises(Refused, match="already upheld and cannot be waived"):
        reviews.waive(ledger, BREACH, reason="no", clause=None, actor="rita")


def test_a_decision_needs_a_reason(ledger: Ledger, offered: Callable[..., PeriodClosed]) -> None:
    _close(ledger, offered())

    with pytest.raises(Refused, match="a decision needs a reason"):
        reviews.uphold(ledger, BREACH, reason="  ", actor="rita")


def test_nobody_decides_on_a_breach_that_is_not_there(ledger: Ledger) -> None:
    with pytest.raises(Unknown, match=r"no breach 'sla-mail\.o9\.2026-03'"):
        reviews.uphold(ledger, "sla-mail.o9.2026-03", reason="yes", actor="rita")
