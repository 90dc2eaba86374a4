from collections.abc import Callable
from typing import Any

import pytest

from slamon.sla.closing import (
    START,
    ClosedPeriod,
    Closing,
    ClosingError,
    JudgedAnew,
    OpenPeriod,
    PeriodClosed,
    close,
    fold,
    restate,
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


def test_figures_with_undecided_cases_are_not_fixed(offered: Callable[..., PeriodClosed]) -> None:
    (figure,) = offered().figures
    waits = offered().model_copy(update={"figures": (figure.model_copy(update={"waiting": 2}),)})
    with pytest.raises(ClosingError, match="not decided yet, nor late: 2 of o1"):
        close(START, waits, period_end=END, until=END)


def test_a_history_with_two_closings_is_refused(offered: Callable[..., PeriodClosed]) -> None:
    with pytest.raises(ClosingError, match="twice"):
        fold([offered(), offered()])


@pytest.fixture
def anew(offered: Callable[..., PeriodClosed]) -> Callable[..., JudgedAnew]:
    def judged(target: str = "99.00", *, position: int = 20, cause: Any = (15, 9)) -> JudgedAnew:
        figures = tuple(f.model_copy(update={"target": target}) for f in offered().figures)
        return JudgedAnew(figures, position, cause, ("an import",), "0.2.0", "2026.1")

    return judged


def test_a_restatement_gives_old_and_new_and_their_cause(
    offered: Callable[..., PeriodClosed], anew: Callable[..., JudgedAnew]
) -> None:
    (restated,) = restate(fold([offered()]), anew())

    assert [figure.target for figure in (*restated.old, *restated.new)] == ["99.50", "99.00"]
    assert (restated.cause, restated.causes, restated.reasons) == ((9, 15), 2, ("an import",))
    assert (restated.position, restated.code_version, restated.tzdata) == (20, "0.2.0", "2026.1")


def test_a_restatement_starts_from_the_figures_of_the_last_one(
    offered: Callable[..., PeriodClosed], anew: Callable[..., JudgedAnew]
) -> None:
    first = restate(fold([offered()]), anew())
    (second,) = restate(fold([offered(), *first]), anew("98.00", position=30))

    assert [figure.target for figure in (*second.old, *second.new)] == ["99.00", "98.00"]


@pytest.mark.parametrize(
    ("target", "position"),
    [
        pytest.param("99.50", 20, id="equal figures"),
        pytest.param("99.00", 7, id="figures that rest on no later fact"),
        pytest.param("99.00", 6, id="figures that rest on less than is known"),
    ],
)
def test_a_restatement_that_says_nothing_new_is_not_recorded(
    offered: Callable[..., PeriodClosed],
    anew: Callable[..., JudgedAnew],
    target: str,
    position: int,
) -> None:
    assert restate(fold([offered()]), anew(target, position=position)) == []


def test_a_restatement_names_at_most_a_hundred_causes_and_says_how_many_there_are(
    offered: Callable[..., PeriodClosed], anew: Callable[..., JudgedAnew]
) -> None:
    (restated,) = restate(fold([offered()]), anew(position=900, cause=range(300, 500)))

    assert (restated.cause, restated.causes) == (tuple(range(300, 400)), 200)


def test_an_open_period_is_not_restated(anew: Callable[..., JudgedAnew]) -> None:
    with pytest.raises(ClosingError, match="not closed"):
        restate(START, anew())


def test_new_figures_without_a_later_fact_are_refused(
    offered: Callable[..., PeriodClosed], anew: Callable[..., JudgedAnew]
) -> None:
    with pytest.raises(ClosingError, match="no later fact explains"):
        restate(fold([offered()]), anew(cause=()))


def test_a_history_that_restates_what_was_not_closed_is_refused(
    offered: Callable[..., PeriodClosed], anew: Callable[..., JudgedAnew]
) -> None:
    with pytest.raises(ClosingError, match="before it was closed"):
        fold(restate(fold([offered()]), anew()))


def test_a_period_without_facts_is_open() -> None:
    state: Closing = fold([])
    assert state == OpenPeriod()


def test_a_closing_is_read_back_from_its_json(offered: Callable[..., PeriodClosed]) -> None:
    assert PeriodClosed.model_validate_json(offered().model_dump_json(by_alias=True)) == offered()
