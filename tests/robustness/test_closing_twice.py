"""A period is closed once, by the month, whoever closes it and however often."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from slamon.app import reviews
from slamon.app.refused import Refused
from slamon.cli.house import House
from slamon.ledger.store import Ledger
from slamon.sla.closing import PeriodClosed
from slamon.sla.judgement import Coverage, Measured, ObjectiveJudgement

MISSED = ObjectiveJudgement(
    objective="o1",
    service="svc-mail",
    indicator="availability",
    target="99.50",
    mode="enforced",
    state="breached",
    provisional=False,
    basis="measured",
    partial=False,
    measured=Measured(good=9, total=10, ratio="9/10", percent="90.00"),
    coverage=Coverage(
        known_us=10, agreed_us=10, ratio="1/1", percent="100.0000", minimum=None, sufficient=True
    ),
    tally={},
    outages=(),
    breached_at=None,
    error_budget=None,
    remedy=None,
)
OFFERED = PeriodClosed(figures=(MISSED,), position=7, code_version="0.1.0", tzdata="2025.2")


def _close(ledger: Ledger, label: str = "2026-02", offered: PeriodClosed = OFFERED) -> int | None:
    return reviews.close(
        ledger, "sla-a", label, offered, period_end=10, until=10, actor="consultant"
    )


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("2026", id="a year"),
        pytest.param("2026-Q1", id="a quarter"),
        pytest.param("2026-W07", id="a week"),
        pytest.param("2026-02-14", id="a day"),
    ],
)
def test_a_period_by_which_nothing_is_promised_is_not_closed(house: House, label: str) -> None:
    with pytest.raises(Refused, match="promises by such a period"):
        _close(house.ledger, label, OFFERED.model_copy(update={"figures": ()}))

    assert house.ledger.version("breach:sla-a:o1:" + label) == 0


def test_of_many_who_close_a_period_at_once_one_closes_it_and_the_others_change_nothing(
    houses: Callable[[], House],
) -> None:
    people = [houses() for _ in range(4)]
    together = threading.Barrier(len(people))
    positions: list[int | None] = []

    def close(house: House) -> None:
        together.wait()
        positions.append(_close(house.ledger))

    threads = [threading.Thread(target=close, args=(house,)) for house in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(position is None for position in positions) == [False, True, True, True]
    ledger = people[0].ledger
    assert [ledger.version(s) for s in ("period:sla-a:2026-02", "breach:sla-a:o1:2026-02")] == [
        1,
        1,
    ]
