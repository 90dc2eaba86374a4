from collections.abc import Callable

import pytest

from slamon.sla.review import (
    BreachFound,
    BreachUpheld,
    BreachWaived,
    BreachWithdrawn,
    EndedReview,
    Review,
    ReviewError,
    ReviewFact,
    find,
    fold,
    uphold,
    waive,
    withdraw,
)

FOUND = BreachFound(ratio="197/200", target="99.50", position=41)
UPHELD = BreachUpheld(reason="the provider agrees")
WAIVED = BreachWaived(reason="storm", clause="x3")
WITHDRAWN = BreachWithdrawn(reason="the period was restated", position=50)
FOUND_AGAIN = BreachFound(ratio="196/200", target="99.50", position=60)

Decision = Callable[[Review], list[ReviewFact]]


def upholding(review: Review) -> list[ReviewFact]:
    return uphold(review, reason="the provider agrees")


def waiving(review: Review) -> list[ReviewFact]:
    return waive(review, reason="storm", clause="x3")


def finding(review: Review) -> list[ReviewFact]:
    return find(review, FOUND)


def withdrawing(review: Review) -> list[ReviewFact]:
    return withdraw(review, reason="the period was restated", position=50)


@pytest.mark.parametrize(
    ("given", "when", "then"),
    [
        pytest.param([FOUND], withdrawing, [WITHDRAWN], id="a breach that vanished is withdrawn"),
        pytest.param([FOUND, UPHELD], withdrawing, [WITHDRAWN], id="also after it was upheld"),
        pytest.param([FOUND, WAIVED], withdrawing, [WITHDRAWN], id="also after it was waived"),
        pytest.param([FOUND, WITHDRAWN], withdrawing, [], id="withdrawing again changes nothing"),
        pytest.param([], withdrawing, [], id="where there is no breach none is withdrawn"),
        pytest.param(
            [FOUND, UPHELD, WITHDRAWN], finding, [FOUND], id="a withdrawn breach is found again"
        ),
        pytest.param(
            [FOUND, UPHELD, WITHDRAWN, FOUND_AGAIN],
            upholding,
            [UPHELD],
            id="a breach found again needs a new ruling",
        ),
        pytest.param([], finding, [FOUND], id="a missed target is found"),
        pytest.param([FOUND], finding, [], id="what was found is not found again"),
        pytest.param([FOUND], upholding, [UPHELD], id="a breach is upheld"),
        pytest.param([FOUND], waiving, [WAIVED], id="a breach is waived"),
        pytest.param([FOUND, UPHELD], upholding, [], id="upholding again changes nothing"),
        pytest.param([FOUND, WAIVED], waiving, [], id="waiving again changes nothing"),
        pytest.param([FOUND, WAIVED], finding, [], id="a waived breach is not found again"),
    ],
)
def test_a_decision_on_a_breach(
    given: list[ReviewFact], when: Decision, then: list[ReviewFact]
) -> None:
    assert when(fold(given)) == then


@pytest.mark.parametrize(
    ("given", "when", "says"),
    [
        pytest.param(
            [], upholding, "no breach was found here, so none can be upheld", id="nothing to uphold"
        ),
        pytest.param(
            [], waiving, "no breach was found here, so none can be waived", id="nothing to waive"
        ),
        pytest.param(
            [FOUND, UPHELD],
            waiving,
            "already upheld and cannot be waived",
            id="upheld, then waived",
        ),
        pytest.param(
            [FOUND, WAIVED],
            upholding,
            "already waived and cannot be upheld",
            id="waived, then upheld",
        ),
        pytest.param(
            [FOUND, WITHDRAWN],
            upholding,
            "already withdrawn and cannot be upheld",
            id="withdrawn, then upheld",
        ),
        pytest.param(
            [FOUND],
            lambda review: waive(review, reason="  "),
            "needs a reason",
            id="waived without a word",
        ),
        pytest.param(
            [FOUND],
            lambda review: uphold(review, reason=""),
            "needs a reason",
            id="upheld without a word",
        ),
    ],
)
def test_a_decision_is_refused(given: list[ReviewFact], when: Decision, says: str) -> None:
    with pytest.raises(ReviewError, match=says):
        when(fold(given))


def test_a_waiver_leaves_the_figure() -> None:
    assert fold([FOUND, WAIVED]) == EndedReview(breach=FOUND, outcome="waived", reason="storm")


@pytest.mark.parametrize("decision", [UPHELD, WAIVED, WITHDRAWN])
def test_a_history_that_decides_on_nothing_is_refused(decision: ReviewFact) -> None:
    with pytest.raises(ReviewError, match="without a breach"):
        fold([decision])
