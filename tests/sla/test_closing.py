from collections.abc import Callable

import pytest

from slamon.sla.closing import (
    START,
    ClosedPeriod,
    Closing,
    ClosingError,
    OpenPeriod,
    PeriodClosed,
    close,
    fold,
)
from slamon.sla.judgement import Coverage, ObjectiveJudgement

END = 1_000


@pytest.fixture
def offered() -> Callable[..., PeriodClosed]:
    def offer(*, provisional: bool = False, position: int = 7) -> PeriodClosed:
        figure = ObjectiveJudgement(
            objective="o1",
            service="svc-mail",
            indicator="availability",
            target="99.50",
            mode="enforced",
            state="not_measured",
            provisional=provisional,
            basis="none",
            partial=False,
            measured=None,
            coverage=Coverage(
                known_us=0, agreed_us=0, ratio=None, percent=None, minimum=None, sufficient=False
            ),
            tally={},
            outages=(),
            breached_at=None,
            error_budget=None,
            remedy=None,
        )
        return PeriodClosed(
            figures=(figure,), position=position, code_version="0.1.0", tzdata="2025.2"
        )

    return offer


def test_a_finished_period_is_closed_with_its_figures(offered: Callable[..., PeriodClosed]) -> None:
    assert close(START, offered(), period_end=END, until=END) == [offered()]


def test_a_closed_period_stays_as_it_is(offered: Callable[..., PeriodClosed]) -> None:
    closed = fold([offered()])
    assert closed == ClosedPeriod(closed=offered())
    assert close(closed, offered(position=99), period_end=END, until=END) == []


@pytest.mark.parametrize(
    ("change", "until", "says"),
    [
        pytest.param({}, END - 1, "has not ended", id="a microsecond too early"),
        pytest.param({"figures": ()}, END, "no objective", id="nothing to close"),
    ],
)
def test_a_period_is_not_closed(
    offered: Callable[..., PeriodClosed], change: dict[str, object], until: int, says: str
) -> None:
    with pytest.raises(ClosingError, match=says):
        close(START, offered().model_copy(update=change), period_end=END, until=until)


def test_provisional_figures_are_not_fixed(offered: Callable[..., PeriodClosed]) -> None:
    with pytest.raises(ClosingError, match="provisional: o1"):
        close(START, offered(provisional=True), period_end=END, until=END)


def test_a_history_with_two_closings_is_refused(offered: Callable[..., PeriodClosed]) -> None:
    with pytest.raises(ClosingError, match="twice"):
        fold([offered(), offered()])


def test_a_period_without_facts_is_open() -> None:
    state: Closing = fold([])
    assert state == OpenPeriod()


def test_a_closing_is_read_back_from_its_json(offered: Callable[..., PeriodClosed]) -> None:
    assert PeriodClosed.model_validate_json(offered().model_dump_json(by_alias=True)) == offered()
