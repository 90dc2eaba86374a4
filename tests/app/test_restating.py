"""What later facts change in a closed month is restated, and its breaches vanish and appear with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from slamon.app import reviews
from slamon.app.fallback import Closed, close_due
from slamon.app.restating import Restated, restate_due
from slamon.ledger.store import Ledger
from slamon.sla.closing import PeriodClosed
from slamon.sla.imports import ObservationsImported
from slamon.sla.judgement import ObjectiveJudgement

END = 1_000
MONTH = ("sla-mail", "2026-03")
BREACH = "sla-mail.o1.2026-03"
Figure = Callable[..., ObjectiveJudgement]


@dataclass
class Offer:
    figures: tuple[ObjectiveJudgement, ...]
    position: int
    touched: tuple[int, ...] = ()
    period_end: int = END
    until: int = END


@dataclass
class Shelf:
    """A read side that says what it is told to; it counts how often a month was judged."""

    offer: Offer | None = None
    due: tuple[tuple[str, str], ...] = ()
    judged: list[tuple[str, str]] = field(default_factory=list)

    def closings_due(self, now: int) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - of the port
        return self.due

    def touched_periods(self) -> tuple[tuple[str, str, int], ...]:
        touched = self.offer.touched if self.offer else ()
        return ((*MONTH, touched[-1]),) if touched else ()

    def closing(self, agreement: str, label: str, now: int) -> Offer | None:  # noqa: ARG002
        self.judged.append((agreement, label))
        return self.offer


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def late(ledger: Ledger) -> Callable[[], int]:
    """Record a late file; gives its position."""

    def file() -> int:
        fact = ObservationsImported(
            file="late.csv",
            sha256="0" * 64,
            location="loc-bonn",
            validity_us=1,
            checks=(),
            check=(),
            at=(),
            outcome=(),
            latency_us=(),
        )
        version = ledger.version("imports:late")
        return ledger.append("imports:late", [fact], after=version, actor="rita") or 0

    return file


def _close(ledger: Ledger, *figures: ObjectiveJudgement) -> None:
    offered = PeriodClosed(figures=figures, position=0, code_version="1", tzdata="2026a")
    reviews.close(ledger, *MONTH, offered, period_end=END, until=END, actor="rita")


def _names(ledger: Ledger, stream: str) -> list[str]:
    return [entry.name for entry in ledger.stream(stream)]


def _fact(ledger: Ledger, stream: str) -> Any:
    return list(ledger.stream(stream))[-1].fact


def test_new_figures_are_recorded_beside_the_old_ones_with_their_cause(
    ledger: Ledger, figure: Figure, shelf: Shelf, late: Callable[[], int]
) -> None:
    _close(ledger, figure(state="met"))
    cause = late()
    shelf.offer = Offer((figure(state="not_measured"),), cause, (cause,))

    done = restate_due(ledger, shelf, END)

    restated = _fact(ledger, "period:sla-mail:2026-03")
    change = (restated.old[0], restated.new[0])
    assert done == [Restated(*MONTH, ledger.position(), (), (), (change,))]
    assert [each.state for each in change] == ["met", "not_measured"]
    assert (restated.cause, restated.causes) == ((cause,), 1)
    assert restated.reasons == ("observations-imported/1 in imports:late",)


def test_a_breach_that_vanishes_is_withdrawn_in_one_go_even_after_a_ruling(
    ledger: Ledger, figure: Figure, shelf: Shelf, late: Callable[[], int]
) -> None:
    _close(ledger, figure())
    reviews.uphold(ledger, BREACH, reason="so it was", actor="rita")
    cause = late()
    shelf.offer = Offer((figure(state="met"),), cause, (cause,))

    (done,) = restate_due(ledger, shelf, END)

    assert (done.found, done.withdrawn) == ((), (BREACH,))
    stream = "breach:sla-mail:o1:2026-03"
    assert _names(ledger, stream) == ["breach-found/1", "breach-upheld/1", "breach-withdrawn/1"]
    assert _fact(ledger, stream).reason == "sla-mail 2026-03 was restated: o1 is met"
    assert {e.actor for e in ledger.since(cause, limit=9)} == {"slamon"}


def test_a_breach_that_appears_is_found_and_one_that_comes_back_is_found_again(
    ledger: Ledger, figure: Figure, shelf: Shelf, late: Callable[[], int]
) -> None:
    _close(ledger, figure(state="met"))
    for state in ("breached", "met", "breached"):
        cause = late()
        shelf.offer = Offer((figure(state=state),), cause, (cause,))
        restate_due(ledger, shelf, END)

    names = ["breach-found/1", "breach-withdrawn/1", "breach-found/1"]
    assert _names(ledger, "breach:sla-mail:o1:2026-03") == names
    assert len(_names(ledger, "period:sla-mail:2026-03")) == 4


def test_a_breach_whose_objective_is_gone_is_withdrawn(
    ledger: Ledger, figure: Figure, shelf: Shelf, late: Callable[[], int]
) -> None:
    _close(ledger, figure("o1"), figure("o2", state="met"))
    cause = late()
    shelf.offer = Offer((figure("o2", state="met"),), cause, (cause,))

    (done,) = restate_due(ledger, shelf, END)

    assert done.withdrawn == (BREACH,)
    assert "not promised" in _fact(ledger, "breach:sla-mail:o1:2026-03").reason


def test_restating_twice_records_nothing(
    ledger: Ledger, figure: Figure, shelf: Shelf, late: Callable[[], int]
) -> None:
    _close(ledger, figure())
    cause = late()
    shelf.offer = Offer((figure(state="met"),), cause, (cause,))
    restate_due(ledger, shelf, END)
    recorded = ledger.position()

    assert restate_due(ledger, shelf, END) == []
    assert ledger.position() == recorded


def test_what_was_looked_at_is_not_judged_again_until_another_fact_comes(
    ledger: Ledger, figure: Figure, shelf: Shelf, late: Callable[[], int]
) -> None:
    _close(ledger, figure())
    first = late()
    looked: dict[tuple[str, str], int] = {}
    shelf.offer = Offer((figure(),), first, (first,))
    for _ in range(3):
        restate_due(ledger, shelf, END, looked)
    second = late()
    shelf.offer = Offer((figure(),), second, (first, second))
    restate_due(ledger, shelf, END, looked)

    assert shelf.judged == [MONTH, MONTH]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"until": END - 1}, id="not everything is reported yet"),
        pytest.param({"position": 0}, id="the read side is behind"),
    ],
)
def test_a_month_is_not_restated_while(
    ledger: Ledger, figure: Figure, shelf: Shelf, late: Callable[[], int], change: dict[str, int]
) -> None:
    _close(ledger, figure())
    cause = late()
    shelf.offer = Offer((figure(state="met"),), cause, (cause,))
    for name, value in change.items():
        setattr(shelf.offer, name, value)

    assert restate_due(ledger, shelf, END) == []
    assert ledger.position() == cause


def test_rulings_change_no_figure(ledger: Ledger, figure: Figure, shelf: Shelf) -> None:
    _close(ledger, figure())
    ruling = reviews.uphold(ledger, BREACH, reason="so it was", actor="rita") or 0
    shelf.offer = Offer((figure(state="met"),), ruling, (ruling,))

    assert restate_due(ledger, shelf, END) == []


def test_a_month_whose_closing_time_is_over_closes_by_itself(
    ledger: Ledger, figure: Figure, shelf: Shelf
) -> None:
    shelf.due, shelf.offer = (MONTH,), Offer((figure(),), 0)

    assert close_due(ledger, shelf, END) == [Closed(*MONTH, ledger.position())]
    closed = _fact(ledger, "period:sla-mail:2026-03")
    assert (closed.closed_by, closed.figures) == ("itself", (figure(),))
    assert _names(ledger, "breach:sla-mail:o1:2026-03") == ["breach-found/1"]
    assert {entry.actor for entry in ledger.since(0, limit=9)} == {"slamon"}
    assert close_due(ledger, shelf, END) == []


@pytest.mark.parametrize(
    "offer",
    [
        pytest.param(None, id="an agreement that is gone"),
        pytest.param(Offer((), 0), id="a month without any promise"),
    ],
)
def test_nothing_closes_by_itself_in(ledger: Ledger, shelf: Shelf, offer: Offer | None) -> None:
    shelf.due, shelf.offer = (MONTH,), offer

    assert close_due(ledger, shelf, END) == []
    assert ledger.position() == 0


def test_a_month_does_not_close_by_itself_before_all_of_it_is_reported(
    ledger: Ledger, figure: Figure, shelf: Shelf
) -> None:
    shelf.due, shelf.offer = (MONTH,), Offer((figure(),), 0, until=END - 1)

    assert close_due(ledger, shelf, END) == []
