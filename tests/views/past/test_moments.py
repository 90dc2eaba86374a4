"""Which position stands for what was asked: what was recorded at once is known at once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import HOUR, format_instant
from catalogue.terms import TermsWithdrawn
from probes.outcome import Outcome
from slamon.history import NAMES
from slamon.ledger.store import Ledger, Write
from slamon.views.past import BACK, Moment, NotKnownError, at_position, moment

FOUNDED = 1


def _alone(world: Any) -> int:
    """Record a fact on its own; its position."""
    world.take_in([(world.ledger.position(), Outcome.GOOD)])
    return int(world.ledger.position())


def _at_once(world: Any, many: int) -> range:
    """Record so many facts at once; their positions."""
    first, begun = world.ledger.position() + 1, world.late
    world.late += many
    writes = [Write(f"party:p{begun + n}", [TermsWithdrawn()], 0) for n in range(many)]
    world.ledger.append_all(writes, actor="tester")
    return range(first, first + many)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(0, id="the first"),
        pytest.param(2, id="one in the middle"),
        pytest.param(-2, id="the last but one"),
    ],
)
def test_a_part_of_what_was_recorded_at_once_counts_as_the_one_before_all_of_it(
    world: Any, place: int
) -> None:
    before = _alone(world)
    facts = _at_once(world, 5)
    _alone(world)

    found = at_position(world.ledger, facts[place])

    assert (found.position, found.asked) == (before, facts[place])


def test_all_of_what_was_recorded_at_once_is_known_at_its_last_position(world: Any) -> None:
    facts = _at_once(world, 5)
    _alone(world)

    found = at_position(world.ledger, facts[-1])

    assert (found.position, found.asked) == (facts[-1], None)


def test_more_may_be_recorded_at_once_than_is_looked_through_at_once(world: Any) -> None:
    before = _alone(world)
    facts = _at_once(world, 2 * BACK + 2)

    assert at_position(world.ledger, facts[-2]).position == before


def test_facts_recorded_one_after_the_other_are_known_one_after_the_other(world: Any) -> None:
    positions = [_alone(world) for _ in range(3)]

    assert [at_position(world.ledger, each).position for each in positions] == positions


def test_what_somebody_else_records_at_the_same_instant_was_not_recorded_at_once(
    tmp_path: Path,
) -> None:
    with closing(Ledger(tmp_path / "ledger.db", NAMES, lambda: 7)) as ledger:
        ledger.found("0123456789abcdef")
        for actor in ("ann", "ben", "ann"):
            ledger.append(f"party:p{ledger.position()}", [TermsWithdrawn()], after=0, actor=actor)

        assert [at_position(ledger, each).position for each in (1, 2, 3, 4)] == [1, 2, 3, 4]


def test_before_the_first_promises_nothing_was_promised(world: Any, kit: Any) -> None:
    then = moment(world.ledger, "@3", now=kit.begin + HOUR)

    with world.reading.as_known(then) as reading:
        assert reading.records(None, None, 10) == ()
        assert reading.overview(kit.begin + HOUR).agreements == ()
    assert then == Moment(FOUNDED, kit.begin, 3)


def test_an_instant_knows_all_that_was_recorded_at_it(world: Any, kit: Any) -> None:
    facts = _at_once(world, 3)
    (last,) = world.ledger.since(facts[-1] - 1, limit=1)

    found = moment(world.ledger, format_instant(last.recorded_at), now=last.recorded_at)

    assert found == Moment(facts[-1], last.recorded_at)


def test_before_the_ledger_was_founded_nothing_was_known(world: Any) -> None:
    with pytest.raises(NotKnownError, match="the ledger knew nothing yet"):
        at_position(world.ledger, 0)
