"""What a later version of a promise or of a probe changes, and what it leaves alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from catalogue.changes import Change
from catalogue.instants import HOUR, parse_instant
from catalogue.terms import TermsAmended, TermsCorrected, TermsRestated
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from slamon.sla.judgement import Judgement, ObjectiveJudgement

BEGIN = parse_instant("2026-03-20T00:00:00Z")
APRIL = parse_instant("2026-04-01T00:00:00Z")
DAYS = 12 * 24


def _march(world: Any, objective: str = "o1") -> ObjectiveJudgement:
    found: Judgement | None = world.reading.judge("sla-strict", "2026-03", APRIL)
    assert found is not None
    return next(each for each in found.objectives if each.objective == objective)


def test_an_amended_objective_leaves_the_others_of_its_agreement_in_one_piece(
    world: Any, kit: Any
) -> None:
    # given twelve days of results
    world.probe("agent-bonn", DAYS, lambda due, index: kit.row(due, index, Outcome.GOOD))
    world.fold()
    before = _march(world, "o1")
    # when only o2 is amended within the month
    change = Change(path="objectives.o2.target", kind="changed", old="97.00", new="98.00")
    amended = TermsAmended(from_=date(2026, 3, 25), reason="tightened", changes=(change,))
    world.append("agreement:sla-strict", amended)
    world.fold()
    # then o1 is judged as before and o2 in parts
    assert _march(world, "o1") == before
    assert "judged in 2 parts" in (_march(world, "o2").note or "")


def test_an_agreement_can_be_corrected_and_amended_in_any_order(world: Any) -> None:
    def change(old: str, new: str) -> tuple[Change, ...]:
        return (Change(path="objectives.o2.target", old=old, new=new),)

    day = date(2026, 3, 25)
    world.append(
        "agreement:sla-strict",
        TermsCorrected(reason="typed wrong", changes=change("97.00", "97.50")),
        TermsAmended(from_=day, reason="tightened", changes=change("97.50", "98.00")),
        TermsCorrected(reason="typed wrong again", changes=change("98.00", "98.10")),
    )
    world.fold()

    found = _march(world, "o2")
    assert [part.target for part in found.parts] == ["97.50", "98.10"]


def test_a_shorter_interval_leaves_what_was_observed_before_as_it_was(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", DAYS, lambda due, index: kit.row(due, index, Outcome.GOOD))
    world.fold()
    before = _march(world)
    for probe in ("prb-control", "prb-mail", "prb-web"):
        shorter = Change(path="interval", kind="added", old=None, new="PT10M")
        world.append(f"probe:{probe}", TermsRestated(changes=(shorter,)))
    world.fold()
    assert _march(world).coverage == before.coverage
    assert _march(world).tally == before.tally


def test_a_batch_that_never_said_how_it_began_is_inconclusive_and_stops_nothing(world: Any) -> None:
    assigned = world.agents["agent-bonn"].assigned
    slots = len(assigned.plan(BEGIN, BEGIN + 24 * HOUR))
    batch = ObservationsRecorded.of(
        1,
        BEGIN,
        BEGIN + 24 * HOUR,
        edges=[],
        missing=[],
        latency=[1] * slots,
        lateness=[0] * slots,
        evidence={},
    )
    world.append("observations:agent-bonn:spool1:2026-03-20", batch)
    world.fold()
    seen = world.reading.observations("prb-mail", None, None, 10)
    assert {each.outcome for each in seen} == {"inconclusive"}
    assert sum(each.count for each in seen) == 6  # every four hours
