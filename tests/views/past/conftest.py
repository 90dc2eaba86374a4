"""Histories as anybody may have written them: a step at a time, drawn by hypothesis."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import strategies as st

from catalogue.changes import Change
from catalogue.instants import HOUR, MINUTE
from catalogue.terms import (
    LifecycleAsserted,
    TermsAmended,
    TermsCorrected,
    TermsStated,
    TermsWithdrawn,
)
from probes.assembly import Row
from probes.outcome import Outcome
from slamon.app import corrections, quarantine, restating, reviews
from slamon.app.archiving import Choice
from slamon.app.corrections import Selection
from slamon.app.refused import Refused, Unknown
from slamon.ledger import archiving
from slamon.ledger.epochs import EpochBegun
from slamon.ledger.sealing import seal
from slamon.sla.announcing import ExclusionAnnounced, ExclusionGranted, ExclusionWithdrawn
from slamon.sla.attesting import AttestationAnswered
from slamon.sla.corrections import CorrectionError
from slamon.sla.declaring import DeclarationEnded, DeclarationWithdrawn, StateDeclared
from slamon.sla.disputing import CounterEvidenceImported
from slamon.sla.heartbeats import HeartbeatKeyIssued, HeartbeatKeyRevoked
from slamon.sla.intake import BatchQuarantined, SpoolBegan, SpoolConflictFound
from slamon.sla.levels import LevelsImported
from slamon.sla.review import BreachUpheld, BreachWaived
from slamon.sla.tickets import FileSigned, TicketsImported
from slamon.views.latencies import Latencies
from slamon.views.origins import Origins
from slamon.views.paced import bounds_of
from slamon.views.promised import promises

DAY = 24 * HOUR
END = 11 * DAY  # of March, from the beginning of the world
PLACES = {"agent-bonn": "loc-bonn", "agent-outside": "loc-outside"}
AGREEMENTS = ("sla-strict", "sla-two-places", "sla-paper")
PAPER = "imp-paper/svc-paper"
FAR = 2**60

numbers = st.integers(0, 2**32)
hours = st.integers(1, 60)
agents = st.integers(0, 1)
instants = st.integers(-24, 400).map(lambda n: n * HOUR + 7)

PROBE = st.tuples(st.just("probe"), agents, hours, numbers)
STEPS = st.one_of(
    PROBE,
    PROBE,
    PROBE,
    st.tuples(st.just("interrupt"), agents, hours, st.booleans()),
    st.tuples(st.just("assign"), agents, st.permutations((0, 1, 2)), st.booleans()),
    st.tuples(st.just("meet"), agents),
    st.tuples(st.just("probe again"), agents, hours, numbers),
    st.tuples(st.just("set aside"), agents, hours, numbers),
    st.tuples(
        st.just("import"),
        st.lists(st.tuples(instants, st.sampled_from(Outcome)), min_size=1, max_size=5),
    ),
    st.tuples(
        st.just("hear"),
        instants,
        st.sampled_from(Outcome),
        st.sampled_from((None, 40_000, 200_000)),
    ),
    st.tuples(st.just("key"), st.booleans()),
    st.tuples(
        st.just("correct results"),
        st.sampled_from(("prb-control", "prb-mail", "prb-web", "hb-report", PAPER)),
        agents,
        st.tuples(instants, hours),
        st.sampled_from((None, Outcome.GOOD, Outcome.BAD)),
    ),
    st.tuples(st.just("amend"), st.integers(1, 28), st.sampled_from(("90.00", "99.00"))),
    st.tuples(st.just("correct terms"), st.sampled_from((1, 2))),
    st.tuples(st.just("pace"), st.sampled_from(("PT0.05S", "PT0.3S")), st.booleans()),
    st.tuples(st.just("close"), st.sampled_from(AGREEMENTS)),
    st.tuples(st.just("review"), st.booleans()),
    st.tuples(st.just("announce"), st.integers(1, 3), st.tuples(instants, hours)),
    st.tuples(st.just("rule"), st.integers(1, 3), st.booleans()),
    st.tuples(st.just("declare"), st.integers(1, 3), st.tuples(instants, hours), st.booleans()),
    st.tuples(st.just("withdraw"), st.integers(1, 3)),
    st.tuples(st.just("files"), numbers, instants),
    st.tuples(st.just("fold"), st.just(10_000)),
    st.tuples(st.just("settle"), instants),
    st.tuples(st.just("count latencies"), st.integers(1, 20)),
    st.tuples(st.just("archive"), instants),
    st.tuples(st.just("release"), numbers),
    st.tuples(st.just("keep"), st.sampled_from(("seal", "epoch", "spool", "conflict"))),
)


def _take(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "probe", agent, length, seed:
            world.probe(kit.agents[agent], length, _rows(seed))
        case "interrupt", agent, length, new_spool:
            world.interrupt(kit.agents[agent], length, new_spool=new_spool)
        case "assign", agent, order, simulated:
            probes = tuple(kit.probes[n] for n in order[:2]) if order[0] else kit.probes
            world.assign(kit.agents[agent], probes, simulated=simulated)
        case "import", results:
            world.take_in([(kit.begin + at, outcome) for at, outcome in results])
        case "fold", limit:
            world.fold(limit)
        case "settle", now:
            world.settle(kit.begin + now)
        case "correct results", check, agent, (begin, length), became:
            place = "loc-bonn" if check in {PAPER, "hb-report"} else PLACES[kit.agents[agent]]
            _correct(world, check, place, (kit.begin + begin, length * HOUR), became)
        case "count latencies", facts:
            Latencies(world.ledger, world.views).step(facts)
        case _:
            _disturb(world, kit, step)


def _disturb(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "probe again", agent, length, seed:
            world.probe_again(kit.agents[agent], length, _rows(seed))
        case "set aside", agent, length, seed:
            world.probe(kit.agents[agent], length, _rows(seed), aside=True)
        case "hear", at, outcome, took:
            world.hear(kit.begin + at, outcome, took)
        case "key", issued:
            fact = (
                HeartbeatKeyIssued(key_sha256="0e" * 32)
                if issued
                else HeartbeatKeyRevoked(reason="so")
            )
            world.append("heartbeat:hb-report", fact)
        case "meet", agent:
            world.assign(kit.agents[agent], location="loc-bonn")
        case "archive", before:
            _archive(world, kit.begin + before)
        case "release", seed:
            _release(world, random.Random(seed))
        case "keep", what:
            _keep(world, kit, what)
        case _:
            _promise(world, kit, step)


def _archive(world: Any, before: int) -> None:
    """Move what no view needs of older batches to a file."""
    world.fold()
    with world.views.reading() as connection:
        choice = Choice(world.ledger, before, set(bounds_of(promises(connection))))
    position = world.ledger.position()
    found = archiving.gather(world.ledger, position, choice)
    archived = archiving.copied(world.founded, world.folder / f"cold{position}.slamon", found)
    if archived is not None:
        archiving.put_away(world.ledger, archived, choice, actor="ann")


def _release(world: Any, chance: random.Random) -> None:
    """Let a batch out of quarantine."""
    entries = world.ledger.since(0, limit=100_000)
    aside = [entry.position for entry in entries if isinstance(entry.fact, BatchQuarantined)]
    if not aside:
        return
    try:
        quarantine.release(
            world.ledger, chance.choice(aside), now=FAR, actor="ann", reason="the clock was right"
        )
    except Refused:
        return  # it never fits


def _keep(world: Any, kit: Any, what: str) -> None:
    """What is told of the ledger and of spools, and not of results."""
    ledger, agent = world.ledger, kit.agents[0]
    position, told_at = ledger.position(), kit.begin + ledger.position()
    match what:
        case "seal":
            seal(ledger, actor="ann")
        case "epoch":
            epoch = EpochBegun(epoch=1 + ledger.version("ledger"), position=position, reason="fire")
            world.append("ledger", epoch)
        case "spool":
            began = SpoolBegan(spool=f"late{world.late}", begin=kit.begin, received_at=told_at)
            world.append(f"spools:{agent}", began)
        case "conflict":
            conflict = SpoolConflictFound(
                kind="other_content",
                spool="spool1",
                day="2026-03-20",
                sequence=1,
                held="a",
                given="b",
                received_at=told_at,
            )
            world.append(f"spools:{agent}", conflict)


def _promise(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "amend", day, target:
            change = Change(path="objectives.o1.target", old="97.00", new=target)
            fact = TermsAmended(**{"from": f"2026-04-{day:02}"}, reason="agreed", changes=(change,))
            world.append("agreement:sla-paper", fact)
        case "correct terms", after:
            change = Change(path="measurement_rules.down_after", old=3, new=after)
            corrected = TermsCorrected(reason="typed wrong", changes=(change,))
            world.append("agreement:sla-strict", corrected)
        case "pace", within, withdrawn:
            _pace(world, within, withdrawn=withdrawn)
        case "close", agreement:
            _close(world, kit, agreement)
        case "review", waived:
            _review(world, kit, waived=waived)
        case _:
            _rule(world, kit, step)


def _rule(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "announce", number, (begin, length):
            window = ExclusionAnnounced(
                clause="x2",
                services=(),
                begin=kit.begin + begin,
                end=kit.begin + begin + length * HOUR,
                received_at=kit.begin,
                evidence="mail",
                reason="why",
            )
            _first(world, f"exclusion:sla-strict:a{number}", window)
        case "rule", number, granted:
            ruling = ExclusionGranted if granted else ExclusionWithdrawn
            _later(world, f"exclusion:sla-strict:a{number}", ruling(reason="so it was"))
        case "declare", number, (begin, length), lasts:
            end = None if lasts else kit.begin + begin + length * HOUR
            declared = StateDeclared(
                state="down", begin=kit.begin + begin, end=end, reason="no mail", evidence="call"
            )
            _first(world, f"declaration:svc-mail:d{number}", declared)
        case "withdraw", number:
            ended = DeclarationEnded(end=kit.begin + END, reason="over")
            withdrawn = DeclarationWithdrawn(reason="another service")
            _later(world, f"declaration:svc-mail:d{number}", ended if number == 1 else withdrawn)
        case "files", seed, at:
            _files(world, random.Random(seed), kit.begin + at)


def _first(world: Any, stream: str, fact: Any) -> None:
    if not world.ledger.version(stream):
        world.append(stream, fact)


def _later(world: Any, stream: str, fact: Any) -> None:
    if world.ledger.version(stream):
        world.append(stream, fact)


def _rows(seed: int) -> Any:
    """Results of any outcome and latency; some missing, some late, also past midnight."""
    chance, state = random.Random(seed), [Outcome.GOOD]

    def row(due: int, index: int) -> Row | None:
        if chance.random() < 0.3:
            state[0] = chance.choices(list(Outcome), (60, 5, 30, 5))[0]
        if chance.random() < 0.05:
            return None
        late = chance.choice((0, 0, 0, 30_000_000, 3 * HOUR))
        took = chance.choice((None, 10_000, 200_000, 900_000))
        return Row(index, due, due + late, state[0], took if state[0] is Outcome.GOOD else None)

    return row


def _correct(
    world: Any, check: str, place: str, span: tuple[int, int], became: Outcome | None
) -> None:
    world.fold()
    with world.views.reading() as connection:
        origins = Origins(connection)
        asked = Selection(check, place, span[0], span[0] + span[1])
        try:
            chosen = corrections.choose(origins, asked, now=FAR)
        except (Refused, Unknown):
            return  # nobody looked then
    try:
        if became is None:
            corrections.void(world.ledger, chosen, reason="not ours", actor="rita")
        else:
            corrections.correct(world.ledger, chosen, became, reason="not ours", actor="rita")
    except (CorrectionError, Refused):
        return  # they were taken away before


def _pace(world: Any, within: str, *, withdrawn: bool) -> None:
    """Promise how long mail may take, or take such a promise back."""
    stream = f"agreement:sla-pace-{within[-2]}"
    if world.ledger.version(stream):
        if withdrawn and world.ledger.version(stream) == 2:
            world.append(stream, TermsWithdrawn())
        return
    terms = {
        "id": stream.partition(":")[2],
        "kind": "sla",
        "name": {"en": "pace", "fr": "pace", "es": "pace"},
        "customer": "party-us",
        "provider": "party-them",
        "tz": "UTC",
        "in_force": {"from": "2026-03-01", "to": None},
        "recommendations": [],
        "objectives": [_latency(within)],
        "prov": {"_": "I"},
    }
    lifecycle = {"state": "in_force", "signed_on": {"value": "2026-02-01", "precision": "day"}}
    stated = TermsStated(catalogue="small", terms=terms)
    world.append(stream, stated, LifecycleAsserted(values=lifecycle))


def _latency(within: str) -> dict[str, Any]:
    return {
        "id": "o1",
        "service": "svc-mail",
        "indicator": "latency",
        "target": {"within": within, "share": "95.00"},
        "period": "calendar_month",
        "service_hours": "hours-always",
        "data": ["prb-mail"],
        "mode": "shadow",
        "remedy": {"kind": "review_item", "after_periods": 1},
    }


def _close(world: Any, kit: Any, agreement: str) -> None:
    """Close March with the figures of the views, and find its breaches; or restate it if it is closed."""
    world.fold()
    now = kit.begin + END + 20 * DAY
    if world.ledger.version(f"period:{agreement}:2026-03"):
        restating.restate_due(world.ledger, world.reading, now)
        return
    offer = world.close_period(agreement, "2026-03", now)
    for write in reviews.found_writes(
        world.ledger, agreement, "2026-03", offer.figures, offer.position
    ):
        world.append(write.stream, *write.facts)


def _review(world: Any, kit: Any, *, waived: bool) -> None:
    world.fold()
    for line in world.reading.breaches("open"):
        decided = BreachWaived(reason="once") if waived else BreachUpheld(reason="yes")
        world.append(f"breach:{line.agreement}:{line.objective}:{line.period}", decided)
        return


def _files(world: Any, chance: random.Random, at: int) -> None:
    told = {"file": "f.csv", "sha256": "0" * 64}
    tickets = TicketsImported(
        **told,
        ticket=("t1", "t2") if chance.random() < 0.5 else ("t2", "t3"),
        opened=(at, at + HOUR),
        responded=(at + MINUTE, None),
        resolved=(None, at + DAY),
        priority=("p1", "p2"),
        paused_us=(0, 0),
        pauses=((), ((at + MINUTE, at + HOUR),)),
        priorities=((), ()),
    )
    world.append(f"tickets:src-{chance.randint(1, 2)}", tickets)
    levels = LevelsImported(**told, at=(at,), value=(str(chance.randint(1, 99)),))
    world.append(f"levels:src-{chance.randint(1, 2)}", levels)
    _told_by_people(world, chance, at)


def _told_by_people(world: Any, chance: random.Random, at: int) -> None:
    claims = CounterEvidenceImported(
        file="log.csv",
        sha256="0" * 64,
        service=("svc-1",),
        begin=(at - at % DAY,),
        end=(at + chance.randint(1, 5) * MINUTE,),
        cause=("disk",),
    )
    world.append(f"counter-evidence:src-{chance.randint(1, 2)}", claims)
    side: Any = chance.choice(["signed", "counter_signed"])
    signed = FileSigned(file="f.csv", sha256="0" * 64, side=side, party="unv")
    world.append(f"signatures:src-{chance.randint(1, 2)}", signed)
    said: Any = chance.choice(["yes", "no"])
    answer = AttestationAnswered(
        period="2026-02", answer=said, party="unv", note="", because="moot"
    )
    world.append(f"answers:att-{chance.randint(1, 2)}", answer)


class Story:
    """Steps of a history, and who writes them."""

    steps = STEPS
    numbers = numbers
    instants = instants
    take = staticmethod(_take)
    agreements = AGREEMENTS
    checks = ("prb-control", "prb-mail", "prb-web", PAPER)


@pytest.fixture(scope="session")
def story() -> Story:
    """Histories to be drawn and written."""
    return Story()
