"""A closed period that a later fact may change is marked with that fact, and with no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalogue.changes import Change
from catalogue.instants import HOUR, parse_instant
from catalogue.terms import LifecycleAsserted, TermsCorrected
from probes.outcome import Outcome
from slamon.sla.closing import PeriodClosed, PeriodRestated
from slamon.sla.restated import differs
from slamon.sla.review import BreachFound

NOW = parse_instant("2026-05-20T00:00:00Z")
MARCH = "2026-03"
APRIL = "2026-04"


def _close(world: Any, agreement: str, label: str) -> int:
    """Close a period with what is known; gives the position that its figures rest on."""
    offer = world.close_period(agreement, label, NOW)
    world.fold()
    return int(offer.position)


def _touched(world: Any) -> dict[tuple[str, str], list[int]]:
    return {
        (agreement, label): list(world.reading.closing(agreement, label, NOW).touched)
        for agreement, label, _ in world.reading.touched_periods()
    }


def _paper(world: Any, *instants: str, outcome: Outcome = Outcome.GOOD) -> int:
    """Import results; gives the position of the fact."""
    world.take_in([(parse_instant(each), outcome) for each in instants])
    return int(world.ledger.position())


@pytest.fixture
def books(world: Any) -> Any:
    """Two closed months of the paper service, which has a result each day."""
    days = [f"2026-{month:02}-{day:02}T06:00:00Z" for month in (3, 4) for day in range(1, 31)]
    _paper(world, *days)
    world.fold()
    for label in (MARCH, APRIL):
        _close(world, "sla-paper", label)
    return world


@pytest.mark.parametrize(
    ("instants", "labels"),
    [
        pytest.param(["2026-03-10T12:00:00Z"], [MARCH], id="a late result touches its month"),
        pytest.param(
            ["2026-03-10T12:00:00Z", "2026-04-10T12:00:00Z"],
            [MARCH, APRIL],
            id="a late file touches each of its months",
        ),
        pytest.param(
            ["2026-03-31T12:00:00Z"], [MARCH, APRIL], id="a result speaks on into the next month"
        ),
        pytest.param(
            ["2026-05-10T12:00:00Z"], [], id="news of an open month touches no closed one"
        ),
    ],
)
def test_late_results(books: Any, instants: list[str], labels: list[str]) -> None:
    position = _paper(books, *instants)
    books.fold()

    assert _touched(books) == {("sla-paper", label): [position] for label in labels}


def test_of_many_facts_each_month_is_marked_with_its_own(books: Any) -> None:
    march = _paper(books, "2026-03-10T12:00:00Z")
    april = _paper(books, "2026-04-10T12:00:00Z")
    books.fold()

    assert _touched(books) == {("sla-paper", MARCH): [march], ("sla-paper", APRIL): [april]}


def _corrected_target(world: Any) -> int:
    change = Change(path="objectives.o1.target", old="97.00", new="96.00")
    fact = TermsCorrected(reason="a slip of the pen", changes=(change,))
    world.append("agreement:sla-paper", fact)
    return int(world.ledger.position())


def test_corrected_terms_touch_the_months_of_their_agreement(books: Any) -> None:
    _close(books, "sla-strict", MARCH)
    position = _corrected_target(books)
    books.fold()

    expected = {("sla-paper", label): [position] for label in (MARCH, APRIL)}
    assert _touched(books) == expected


def test_terms_on_which_no_figure_rests_touch_nothing(books: Any) -> None:
    books.append("service:svc-paper", LifecycleAsserted(values={"lifecycle": "retired"}))
    books.fold()

    assert _touched(books) == {}


def test_facts_recorded_while_a_month_was_being_closed_are_looked_at_once_more(world: Any) -> None:
    _paper(world, "2026-03-10T12:00:00Z")
    world.fold()
    offer = world.reading.closing("sla-paper", MARCH, NOW)
    meanwhile = _paper(world, "2026-03-11T12:00:00Z")
    closed = PeriodClosed(
        figures=offer.figures, position=offer.position, code_version="1", tzdata="2026a"
    )
    world.append(f"period:sla-paper:{MARCH}", closed)
    world.fold()

    assert _touched(world) == {("sla-paper", MARCH): [meanwhile]}


def test_closings_and_rulings_recorded_meanwhile_are_no_reason_to_look_again(world: Any) -> None:
    _paper(world, "2026-03-10T12:00:00Z", "2026-04-10T12:00:00Z")
    world.fold()
    offers = {label: world.reading.closing("sla-paper", label, NOW) for label in (MARCH, APRIL)}
    for label, offer in offers.items():
        closed = PeriodClosed(
            figures=offer.figures, position=offer.position, code_version="1", tzdata="2026a"
        )
        world.append(f"period:sla-paper:{label}", closed)
        found = BreachFound(ratio="1/2", target="97.00", position=offer.position)
        world.append(f"breach:sla-paper:o1:{label}", found)
    world.fold()

    assert _touched(world) == {}


def _restate(world: Any, label: str) -> None:
    offer = world.reading.closing("sla-paper", label, NOW)
    old = world.reading.judge("sla-paper", label, NOW).objectives
    fact = PeriodRestated(
        old=old,
        new=offer.figures,
        cause=offer.touched,
        causes=len(offer.touched),
        reasons=("a late file",),
        position=offer.position,
        code_version="2",
        tzdata="2026b",
    )
    world.append(f"period:sla-paper:{label}", fact)
    world.fold()


def test_a_restated_month_is_touched_by_later_facts_only(books: Any) -> None:
    _paper(books, "2026-03-10T12:00:00Z", outcome=Outcome.BAD)
    books.fold()
    _restate(books, MARCH)
    assert _touched(books) == {}

    later = _paper(books, "2026-03-12T12:00:00Z")
    books.fold()
    assert _touched(books) == {("sla-paper", MARCH): [later]}


def test_both_figures_of_a_restated_month_can_be_read(books: Any) -> None:
    (closed,) = books.reading.judge("sla-paper", MARCH, NOW).objectives
    cause = _paper(books, "2026-03-10T12:00:00Z", outcome=Outcome.BAD)
    books.fold()
    _restate(books, MARCH)

    history = books.reading.history("sla-paper", MARCH)
    assert history.figures == (closed,)
    (restatement,) = history.restatements
    (objective,) = restatement.objectives
    assert (objective.old, restatement.cause, restatement.reasons) == (
        closed,
        (cause,),
        ("a late file",),
    )
    assert books.reading.judge("sla-paper", MARCH, NOW).objectives == (objective.new,)
    assert objective.new.tally["down_us"] == 18 * HOUR  # until the result of the next morning
    assert books.reading.agreement("sla-paper", NOW).restated_periods == (MARCH,)
    assert books.reading.history("sla-paper", "2026-05") is None


LATE = st.one_of(
    st.tuples(st.just("paper"), st.integers(-3 * 24, 45 * 24), st.sampled_from(Outcome)),
    st.tuples(st.just("probe"), st.integers(1, 120), st.integers(0, 2**32)),
    st.tuples(st.just("correct"), st.just(0), st.just(0)),
)


@settings(max_examples=8, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    late=st.lists(LATE, min_size=1, max_size=6),
    seed=st.integers(0, 2**32),
    limit=st.integers(1, 9),
)
def test_no_closed_month_changes_without_a_mark(
    kit: Any, late: list[tuple[Any, ...]], seed: int, limit: int
) -> None:
    with kit.opened() as world:
        _begin(world, kit, seed)
        for kind, *how in late:
            _late(world, kit)[kind](*how)
        while world.reading.position() < world.ledger.position():
            world.fold(limit)
        for reading in (world.reading, world.read_anew()):
            marked = {(agreement, label) for agreement, label, _ in reading.touched_periods()}
            for agreement in ("sla-paper", "sla-strict"):
                closed = reading.judge(agreement, MARCH, NOW).objectives
                anew = reading.closing(agreement, MARCH, NOW).figures
                assert (agreement, MARCH) in marked or not differs(closed, anew)


def _begin(world: Any, kit: Any, seed: int) -> None:
    world.state_promises()
    for agent in kit.agents:
        world.assign(agent)
        world.probe(agent, 8 * 24, kit.chance(seed))
    world.take_in([(kit.begin + n * 24 * HOUR, Outcome.GOOD) for n in range(12)])
    world.fold()
    for agreement in ("sla-paper", "sla-strict"):
        _close(world, agreement, MARCH)


def _late(world: Any, kit: Any) -> dict[str, Callable[..., object]]:
    return {
        "paper": lambda hour, outcome: world.take_in([(kit.begin + hour * HOUR, outcome)]),
        "probe": lambda hours, seed: world.probe(kit.agents[0], hours, kit.chance(seed)),
        "correct": lambda *_: _corrected_once(world),
    }


def _corrected_once(world: Any) -> None:
    if world.ledger.version("agreement:sla-paper") == 2:
        _corrected_target(world)
