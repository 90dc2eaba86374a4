"""Every slot has one cause: what came of it, or what explains that nothing did."""

from __future__ import annotations

from typing import Any

import pytest

from probes.outcome import Outcome
from probes.pausing import ProbePaused, ProbeResumed
from probes.spec import ProbingInterrupted
from slamon.sla.corrections import ObservationsCorrected, ObservationsVoided
from slamon.sla.heartbeats import HeartbeatMissed, HeartbeatReceived, stream_of

HOUR = 3_600_000_000
MAIL, WEB = "prb-mail", "prb-web"
FIRST = 1  # hours after the world begins at which mail is due first; then every four


def _good(kit: Any) -> Any:
    return lambda due, index: kit.row(due, index, Outcome.GOOD)


def _at(world: Any, kit: Any, hours: float, probe: str = MAIL, *, now: float = 48.0) -> Any:
    world.fold()
    told = world.reading.slot(
        probe, kit.begin + int(hours * HOUR), kit.begin + int(now * HOUR), "loc-bonn"
    )
    assert told is not None
    (place,) = told.places
    return place


def _outcomes(kit: Any, by_hour: dict[int, Outcome | None]) -> Any:
    """Good, but for what is due at some hours; None: no attempt."""

    def row(due: int, index: int) -> Any:
        outcome = by_hour.get((due - kit.begin) // HOUR, Outcome.GOOD)
        return None if outcome is None else kit.row(due, index, outcome)

    return row


def test_a_result_is_told_with_the_fact_that_holds_it(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 12, _outcomes(kit, {5: Outcome.BAD}))
    position = world.ledger.position()

    told = _at(world, kit, 6)

    assert (told.cause, told.outcome) == ("recorded", "bad")
    assert told.due == "2026-03-20T05:00:00Z"
    assert position in told.facts
    assert (told.attempt.lateness_ms, told.attempt.outcome) == (0, "bad")


def test_an_attempt_that_says_nothing_is_told_apart_from_a_bad_one(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 12, _outcomes(kit, {5: Outcome.INCONCLUSIVE}))
    assert _at(world, kit, 5).cause == "inconclusive"


def test_a_slot_that_was_never_begun_is_not_explained_by_anything(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 12, _outcomes(kit, {5: None}))

    told = _at(world, kit, 5)

    assert (told.cause, told.outcome, told.attempt) == ("not_started", None, None)


def test_an_interruption_explains_a_slot_whether_it_is_listed_as_missing_or_not(
    world: Any, kit: Any
) -> None:
    world.probe("agent-bonn", 8, _outcomes(kit, {5: None}))
    gap = ProbingInterrupted(
        from_=kit.begin + 4 * HOUR, to=kit.begin + 6 * HOUR, reason="the clock was set"
    )
    world.append("interruptions:agent-bonn", gap)
    listed = world.ledger.position()
    world.interrupt("agent-bonn", 8, new_spool=False)
    world.probe("agent-bonn", 8, _good(kit))

    first, second = _at(world, kit, 5), _at(world, kit, 9)

    assert (first.cause, second.cause) == ("interrupted", "interrupted")
    assert "the clock was set" in first.says
    assert listed in first.facts
    assert "restarted" in second.says


def test_a_batch_that_was_set_aside_is_named_with_its_reason(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 8, _good(kit))
    world.probe("agent-bonn", 8, _good(kit), aside=True)

    told = _at(world, kit, 9)

    assert told.cause == "quarantined"
    assert told.says.endswith("was set aside: why")


@pytest.mark.parametrize(
    ("fact", "cause", "outcome"),
    [
        pytest.param(ObservationsVoided, "voided", None, id="voided: nothing stands"),
        pytest.param(ObservationsCorrected, "corrected", "bad", id="corrected: the new one stands"),
    ],
)
def test_a_correction_goes_before_what_was_recorded(
    world: Any, kit: Any, fact: Any, cause: str, outcome: str | None
) -> None:
    world.probe("agent-bonn", 12, _good(kit))
    due = kit.begin + 5 * HOUR
    batch = world.ledger.position()
    more = {"outcome": "bad"} if fact is ObservationsCorrected else {}
    world.append(
        f"corrections:{MAIL}:loc-bonn:2026-03-20",
        fact(
            check=MAIL,
            location="loc-bonn",
            position=batch,
            at=(due,),
            latency_us=(20_000,),
            streams=("observations:agent-bonn:spool1:2026-03-20",),
            stream=(0,),
            sequence=(1,),
            row=(0,),
            reason="counted twice",
            **more,
        ),
    )

    told = _at(world, kit, 5)

    assert (told.cause, told.outcome, told.attempt.outcome) == (cause, outcome, "good")
    assert {batch, world.ledger.position()} <= set(told.facts)


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        pytest.param(13.0, "not_reported", id="while its result still may come"),
        pytest.param(48.0, "silent", id="once a later one should have come"),
        pytest.param(12.5, "not_come", id="before the instant itself"),
    ],
)
def test_what_was_not_handed_in_is_told_by_how_long_it_is_overdue(
    world: Any, kit: Any, now: float, cause: str
) -> None:
    world.probe("agent-bonn", 12, _good(kit))

    told = _at(world, kit, 13, now=now)

    assert told.cause == cause


def test_a_slot_of_an_agent_that_is_silent_says_so_before_its_result_is_overdue(
    world: Any, kit: Any
) -> None:
    world.probe("agent-bonn", 12, _good(kit))

    told = _at(world, kit, 21, now=21.5)

    (line,) = (
        each
        for each in world.reading.agents(kit.begin + int(21.5 * HOUR))
        if each.agent == "agent-bonn"
    )
    assert line.silent_since == "2026-03-20T12:00:00Z"
    assert (told.cause, told.says) == (
        "silent",
        "loc-bonn is silent: agent-bonn handed in until 2026-03-20T12:00:00Z",
    )


def test_a_spool_that_was_lost_leaves_slots_that_no_batch_holds(world: Any, kit: Any) -> None:
    agent = world.agents["agent-bonn"]
    world.probe("agent-bonn", 4, _good(kit))
    agent.until += 4 * HOUR
    agent.spool, agent.before = 2, {}
    world.probe("agent-bonn", 8, _good(kit))

    told = _at(world, kit, 5)

    assert told.cause == "lost"


def test_before_its_first_assignment_nobody_was_told_to_ask(world: Any, kit: Any) -> None:
    assert _at(world, kit, -5).cause == "not_assigned"


def test_a_result_that_the_control_probe_does_not_vouch_for_says_so(world: Any, kit: Any) -> None:
    control = kit.probes.index("prb-control")

    def row(due: int, index: int) -> Any:
        return kit.row(due, index, Outcome.BAD if index == control else Outcome.GOOD)

    world.probe("agent-bonn", 24, row)
    world.fold()

    told = world.reading.slot(WEB, kit.begin + 10 * HOUR, kit.begin + 24 * HOUR)

    assert told is not None
    (bonn,) = (each for each in told.places if each.location == "loc-bonn")
    assert (bonn.cause, bonn.outcome) == ("not_vouched", "good")
    (strict,) = (each for each in told.judged if each.agreement == "sla-strict")
    assert (strict.class_, strict.rule) == ("unknown", "control_probe")
    assert {(v.check, v.location, v.said) for v in strict.voices} == {
        (WEB, "loc-bonn", "not_vouched"),
        (MAIL, "loc-bonn", "not_vouched"),
    }


def test_each_objective_tells_how_many_places_it_takes(world: Any, kit: Any) -> None:
    for name in kit.agents:
        world.probe(name, 24, _outcomes(kit, {}))
    world.fold()

    told = world.reading.slot(MAIL, kit.begin + 10 * HOUR, kit.begin + 24 * HOUR)

    found = {(each.agreement, each.objective): each.quorum for each in told.judged}
    assert found["sla-two-places", "o1"] == 2
    assert {each.location for each in told.places} == {"loc-bonn", "loc-outside"}


def test_of_a_probe_that_is_not_there_nothing_is_told(world: Any, kit: Any) -> None:
    assert world.reading.slot("prb-nowhere", kit.begin, kit.begin) is None


def test_the_past_knows_no_later_correction(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 12, _good(kit))
    world.fold()
    then = world.ledger.position()
    world.interrupt("agent-bonn", 4, new_spool=False)
    world.probe("agent-bonn", 8, _good(kit))
    world.fold()

    with world.reading.as_known(world.reading.moment(f"@{then}", kit.begin + 48 * HOUR)) as past:
        told = past.slot(MAIL, kit.begin + 13 * HOUR, kit.begin + 14 * HOUR, "loc-bonn")

    assert told is not None
    assert told.places[0].cause == "not_reported"


def test_of_two_agents_of_one_place_the_one_that_has_a_result_speaks(world: Any, kit: Any) -> None:
    world.assign("agent-outside", location="loc-bonn")
    world.probe("agent-outside", 12, _good(kit))
    world.fold()

    told = world.reading.slot(MAIL, kit.begin + 6 * HOUR, kit.begin + 48 * HOUR)

    assert [(each.agent, each.cause) for each in told.places] == [("agent-outside", "recorded")]


def test_a_generated_history_is_no_agent_that_is_silent(world: Any, kit: Any) -> None:
    world.assign("agent-outside", location="loc-outside", simulated=True)
    world.probe("agent-outside", 12, _good(kit))
    world.fold()

    told = world.reading.slot(MAIL, kit.begin + 40 * HOUR, kit.begin + 48 * HOUR, "loc-outside")

    assert [each.cause for each in told.places] == ["not_assigned"]


def test_a_pause_explains_its_slots_until_the_probe_is_asked_again(world: Any, kit: Any) -> None:
    world.probe("agent-bonn", 16, _outcomes(kit, {5: None, 9: None}))
    paused = ProbePaused(
        probe=MAIL, from_=kit.begin + 4 * HOUR, until=None, reason="the target answered 401"
    )
    world.append("pauses:agent-bonn", paused)
    began = world.ledger.position()
    resumed = ProbeResumed(probe=MAIL, at=kit.begin + 8 * HOUR, reason="the password was changed")
    world.append("pauses:agent-bonn", resumed)

    during, after = _at(world, kit, 5), _at(world, kit, 9)

    assert (during.cause, after.cause) == ("paused", "not_started")
    assert during.says == "agent-bonn leaves it in peace: the target answered 401"
    assert {began, began + 1} <= set(during.facts)


@pytest.mark.parametrize(
    ("hours", "cause", "outcome"),
    [
        pytest.param(3, "recorded", "bad", id="while its last signal speaks"),
        pytest.param(22.9, "recorded", "bad", id="to the end"),
        pytest.param(23, "silent", None, id="not a moment longer"),
    ],
)
def test_of_a_probe_that_reports_itself_the_last_signal_is_told(
    world: Any, kit: Any, hours: float, cause: str, outcome: str | None
) -> None:
    world.hear(kit.begin + 2 * HOUR, Outcome.BAD)

    told = _at(world, kit, hours, "hb-report")

    assert (told.cause, told.outcome) == (cause, outcome)
    assert told.facts == ((world.ledger.position(),) if outcome else ())


S = 1_000_000


def beats(world: Any, *facts: Any) -> None:
    """Promise a report that goes into the ledger, and hear of it what these facts tell."""
    world.promise_reports()
    for fact in facts:
        world.append(stream_of("hb-report", fact.instant), fact)


def signal(kit: Any, hours: float, word: str, **more: Any) -> HeartbeatReceived:
    at = kit.begin + int(hours * HOUR)
    return HeartbeatReceived(at=at, signal=word, location="loc-bonn", validity_us=21 * HOUR, **more)


def silence(kit: Any, since: float, due: float) -> HeartbeatMissed:
    at = kit.begin + int(due * HOUR)
    return HeartbeatMissed(
        due=at,
        deadline=at + HOUR,
        since=kit.begin + int(since * HOUR),
        location="loc-bonn",
        validity_us=21 * HOUR + 155 * S,
    )


@pytest.mark.parametrize(
    ("told", "hours", "cause", "says"),
    [
        pytest.param(
            [(2, "fail", {"exit_status": 3, "output": "disk full"})],
            3,
            "recorded",
            "a run reported failure at 2026-03-20T02:00:00Z with exit status 3: 'disk full'",
            id="a failure in its own words",
        ),
        pytest.param(
            [(2, "success", {})],
            3,
            "recorded",
            "a run ended well at 2026-03-20T02:00:00Z",
            id="an end that was good",
        ),
        pytest.param(
            [(2, "success", {}), (2, 22)],
            24,
            "recorded",
            "no end since 2026-03-20T02:00:00Z; due 2026-03-20T22:00:00Z, grace 1 h, "
            "overdue since 2026-03-20T23:00:00Z",
            id="a silence by what it waits for",
        ),
        pytest.param(
            [(2, "success", {}), (2, 22), (2, 42)],
            44,
            "recorded",
            "no end since 2026-03-20T02:00:00Z; due 2026-03-20T22:00:00Z, grace 1 h, "
            "overdue since 2026-03-20T23:00:00Z",
            id="a long silence from its begin",
        ),
        pytest.param(
            [(2, "success", {}), (3, "start", {}), (2, 3)],
            5,
            "recorded",
            "the run begun at 2026-03-20T03:00:00Z has not ended; grace 1 h, "
            "overdue since 2026-03-20T04:00:00Z",
            id="a run that does not end",
        ),
        pytest.param(
            [(2, "success", {})],
            23.5,
            "silent",
            "nothing that was heard of it speaks; no end since 2026-03-20T02:00:00Z; "
            "due 2026-03-20T22:00:00Z, grace 1 h, overdue since 2026-03-20T23:00:00Z",
            id="a silence before anybody has told of it",
        ),
    ],
)
def test_a_heartbeat_says_why_it_is_as_it_is(
    world: Any, kit: Any, told: list[Any], hours: float, cause: str, says: str
) -> None:
    facts = [
        signal(kit, each[0], each[1], **each[2]) if len(each) > 2 else silence(kit, *each)
        for each in told
    ]
    beats(world, *facts)

    found = _at(world, kit, hours, "hb-report")

    assert (found.cause, found.says) == (cause, says)
    assert found.heartbeat.last_end == "2026-03-20T02:00:00Z"


def test_a_heartbeat_tells_what_is_waited_for(world: Any, kit: Any) -> None:
    beats(world, signal(kit, 2, "success", duration_us=5 * S), signal(kit, 3, "start"))

    beat = _at(world, kit, 3.5, "hb-report").heartbeat

    assert (beat.interval_us, beat.grace_us, beat.took_us) == (20 * HOUR, HOUR, 5 * S)
    assert (beat.running_since, beat.due) == ("2026-03-20T03:00:00Z",) * 2
    assert beat.overdue_since is None
