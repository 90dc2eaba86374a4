"""Explanations over a ledger: they hold the tally that is shown, and each result stands in the fact that is named."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.changes import Change
from catalogue.instants import HOUR, parse_instant
from catalogue.terms import TermsAmended
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from slamon.sla.announcing import ExclusionAnnounced, ExclusionGranted
from slamon.sla.closing import PeriodClosed
from slamon.sla.declaring import StateDeclared
from slamon.sla.imports import ObservationsImported
from slamon.views.explained import LATER_FACTS

DAY = 24 * HOUR
AGREEMENTS = ("sla-strict", "sla-two-places", "sla-paper")
MONTHS = ("2026-03", "2026-04")


def later(kit: Any, days: int) -> int:
    """An instant so many days after everything began."""
    return int(kit.begin) + days * DAY


def figures(world: Any, now: int) -> list[Any]:
    """The objectives explained, of all agreements in both months."""
    asked = [(each, month) for each in AGREEMENTS for month in MONTHS]
    found = [world.reading.explain(*each, now) for each in asked]
    return [figure for each in found for figure in each.objectives]


def intervals(found: list[Any]) -> list[Any]:
    return [each for figure in found for part in figure.parts for each in part.intervals]


def holds(world: Any, position: int, witness: Any) -> bool:
    """Whether a fact holds a result, by the rows that the agent wrote itself."""
    (entry,) = world.ledger.since(position - 1, limit=1)
    at = parse_instant(witness.result_at)
    if isinstance(entry.fact, ObservationsImported):
        return at in entry.fact.at
    assert isinstance(entry.fact, ObservationsRecorded)
    agent = world.agents[entry.stream.split(":")[1]]
    rows = [row for row in agent.rows if row.started == at]
    return any(entry.fact.begin <= row.due < entry.fact.end for row in rows)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    hours=st.lists(st.integers(10, 120), min_size=2, max_size=4),
    spools=st.booleans(),
)
def test_explanations_hold_the_tally_and_name_the_facts_that_hold_the_results(
    kit: Any, seed: int, hours: list[int], *, spools: bool
) -> None:
    with kit.opened() as world:
        world.state_promises()
        chance = kit.chance(seed)
        for name in kit.agents:
            world.assign(name)
        for number, length in enumerate(hours):
            name = kit.agents[number % 2]
            world.probe(name, length, chance)
            world.interrupt(name, 5, new_spool=spools)
            world.probe(name, length, chance)
        world.take_in([(later(kit, n), Outcome.BAD if n == 3 else Outcome.GOOD) for n in range(6)])
        world.fold()

        found = figures(world, later(kit, 20))

        assert [figure.agrees for figure in found] == [True] * len(found)
        witnesses = [w for each in intervals(found) for w in each.witnesses if w.result_at]
        assert witnesses
        for witness in witnesses:
            assert witness.fact is not None
            assert holds(world, witness.fact, witness)


def healthy(kit: Any, world: Any, days: int) -> None:
    """Both agents see everything good."""
    for name in kit.agents:
        world.probe(name, days * 24, lambda due, index: kit.row(due, index, Outcome.GOOD))
    world.fold()


def test_a_late_row_stands_in_the_batch_in_which_it_was_due(kit: Any, world: Any) -> None:
    def late_and_slow(due: int, index: int) -> Any:
        # The last slot of the day starts after midnight, when the next batch has begun.
        last = due % DAY >= DAY - kit.interval
        outcome = Outcome.DEGRADED if last else Outcome.GOOD
        return kit.row(due, index, outcome, late=kit.interval - HOUR // 2 if last else 0)

    for name in kit.agents:
        world.probe(name, 96, late_and_slow)
    world.fold()

    found = figures(world, later(kit, 5))
    witnesses = [w for each in intervals(found) for w in each.witnesses if w.said == "degraded"]

    assert any(w.result_at.startswith("2026-03-21T00:30") for w in witnesses)
    assert all(w.fact is not None and holds(world, w.fact, w) for w in witnesses)


def test_what_was_excluded_and_declared_leads_to_the_facts_about_it(kit: Any, world: Any) -> None:
    healthy(kit, world, 12)
    begin = parse_instant("2026-03-25T08:00:00Z")
    said = ExclusionAnnounced(
        clause="x1",
        services=("svc-mail",),
        begin=begin,
        end=begin + 2 * HOUR,
        received_at=later(kit, 0),
        evidence="mail 1",
        reason="disks",
    )
    world.append("exclusion:sla-strict:disks", said, ExclusionGranted(reason="agreed"))
    world.append(
        "declaration:svc-mail:inc-1",
        StateDeclared(
            state="down",
            begin=begin + 4 * HOUR,
            end=begin + 5 * HOUR,
            reason="no mail",
            evidence="call 1",
        ),
    )
    last = world.ledger.position()
    world.fold()

    found = world.reading.explain("sla-strict", "2026-03", later(kit, 12), "o2")

    (figure,) = found.objectives
    excused = [each for each in intervals([figure]) if each.rule == "exclusion"]
    assert [(each.us, each.clause, each.announcement) for each in excused] == [
        (2 * HOUR, "x1", "disks")
    ]
    assert set(excused[0].facts) >= {last - 2, last - 1}
    (declared,) = [each for each in intervals([figure]) if each.rule == "declared"]
    assert (declared.us, declared.class_, declared.declaration) == (HOUR, "down", "svc-mail/inc-1")
    assert last in declared.facts
    assert figure.agrees


def test_terms_that_change_are_explained_part_by_part(kit: Any, world: Any) -> None:
    healthy(kit, world, 12)
    change = Change(path="objectives.o2.target", old="97.00", new="99.00")
    amended = TermsAmended(**{"from": "2026-03-26"}, reason="agreed", changes=(change,))
    world.append("agreement:sla-strict", amended)
    world.fold()

    found = world.reading.explain("sla-strict", "2026-03", later(kit, 12), "o2")

    (figure,) = found.objectives
    assert [part.target for part in figure.parts] == ["97.00", "99.00"]
    assert figure.agrees
    assert figure.parts[0].to == figure.parts[1].from_
    reasons = {each.rule for each in figure.parts[1].intervals if each.class_ == "outside"}
    assert reasons == {"not_in_force"}


def test_a_closed_period_that_later_facts_change_is_explained_as_known_now(
    kit: Any, world: Any
) -> None:
    healthy(kit, world, 16)
    now = later(kit, 16)
    world.take_in([(later(kit, n), Outcome.GOOD) for n in range(16)])
    world.fold()
    offer = world.reading.closing("sla-paper", "2026-03", now)
    closed = PeriodClosed(
        figures=offer.figures, position=offer.position, code_version="0", tzdata="0"
    )
    world.append("period:sla-paper:2026-03", closed)
    world.fold()
    (figure,) = world.reading.explain("sla-paper", "2026-03", now).objectives
    assert (figure.agrees, figure.provisional) == (True, False)

    world.take_in([(later(kit, 2), Outcome.BAD)])
    world.fold()

    (figure,) = world.reading.explain("sla-paper", "2026-03", now).objectives

    assert (figure.agrees, figure.note) == (False, LATER_FACTS)


def test_an_objective_that_is_not_there_is_not_explained(world: Any, kit: Any) -> None:
    assert world.reading.explain("sla-strict", "2026-03", later(kit, 5), "o9") is None
    assert world.reading.explain("sla-none", "2026-03", later(kit, 5)) is None
