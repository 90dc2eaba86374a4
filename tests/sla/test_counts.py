from fractions import Fraction

import pytest

from probes.outcome import Outcome
from slamon.sla.counts import Counts, counts_of, hold_against


def test_degraded_is_good_and_inconclusive_is_no_event() -> None:
    outcomes = [Outcome.GOOD, Outcome.DEGRADED, Outcome.BAD, Outcome.INCONCLUSIVE]
    assert counts_of(outcomes) == Counts(good=2, bad=1)


@pytest.mark.parametrize(
    ("counts", "min_events", "share"),
    [
        pytest.param(Counts(3, 1), 1, Fraction(3, 4), id="a share"),
        pytest.param(Counts(0, 0), 1, None, id="no events are no share, not 0"),
        pytest.param(Counts(0, 0), 0, None, id="not even where none are needed"),
        pytest.param(Counts(3, 1), 5, None, id="fewer than the agreement asks for"),
    ],
)
def test_a_share_needs_events(counts: Counts, min_events: int, share: Fraction | None) -> None:
    assert counts.share(min_events) == share


def test_a_share_is_held_against_its_goal_exactly() -> None:
    verdict = hold_against(Fraction(991, 1000), Fraction("0.99"))
    assert verdict.met
    assert verdict.gap == Fraction(1, 1000)
    assert verdict.consumed == Fraction(9, 10)


def test_a_goal_of_100_percent_has_no_budget_to_consume() -> None:
    assert hold_against(Fraction(1), Fraction(1)).consumed is None
