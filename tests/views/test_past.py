"""As known at: the tables of the past equal tables that were folded from nothing up to that position."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import Phase, given, settings
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
from slamon.app import corrections, restating, reviews
from slamon.app.corrections import Selection
from slamon.app.refused import Refused, Unknown
from slamon.sla.announcing import ExclusionAnnounced, ExclusionGranted, ExclusionWithdrawn
from slamon.sla.closing import PeriodClosed
from slamon.sla.corrections import CorrectionError
from slamon.sla.declaring import DeclarationEnded, DeclarationWithdrawn, StateDeclared
from slamon.sla.levels import LevelsImported
from slamon.sla.review import BreachUpheld, BreachWaived
from slamon.sla.tickets import TicketsImported
from slamon.views.fold import Folder
from slamon.views.origins import Origins
from slamon.views.past import as_known, at_position
from slamon.views.reading import Reading
from slamon.views.tables import metadata

DAY = 24 * HOUR
END = 11 * DAY  # of March, from the beginning of the world
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
PLACES = {"agent-bonn": "loc-bonn", "agent-outside": "loc-outside"}
AGREEMENTS = ("sla-strict", "sla-two-places", "sla-paper")
PAPER = "imp-paper/svc-paper"

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
        st.just("correct results"),
        st.sampled_from(("prb-control", "prb-mail", "prb-web", PAPER)),
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
            place = "loc-bonn" if check == PAPER else PLACES[kit.agents[agent]]
            _correct(world, check, place, (kit.begin + begin, length * HOUR), became)
        case _:
            _disturb(world, kit, step)


def _disturb(world: Any, kit: Any, step: tuple[Any, ...]) -> None:
    match step:
        case "probe again", agent, length, seed:
            world.probe_again(kit.agents[agent], length, _rows(seed))
        case "set aside", agent, length, seed:
            world.probe(kit.agents[agent], length, _rows(seed), aside=True)
        case "meet", agent:
            world.assign(kit.agents[agent], location="loc-bonn")
        case _:
            _promise(world, kit, step)


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
            chosen = corrections.choose(origins, asked, now=2**60)
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
    offer = world.reading.closing(agreement, "2026-03", now)
    closed = PeriodClosed(
        figures=offer.figures, position=offer.position, code_version="0", tzdata="0"
    )
    world.append(f"period:{agreement}:2026-03", closed)
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
    )
    world.append(f"tickets:src-{chance.randint(1, 2)}", tickets)
    levels = LevelsImported(**told, at=(at,), value=(str(chance.randint(1, 99)),))
    world.append(f"levels:src-{chance.randint(1, 2)}", levels)


SCARCE = {
    "covered": ("outcomes",),
    "probe_last": ("position", *("good", "degraded", "bad", "inconclusive")),
}
"""Columns that nobody reads of the past, or that are looked up where somebody asks."""
UNSEEN = ("objective_day", "period_touched", "latency_day", "latency_state")
"""Tables that are empty in the past, as days are computed and nobody restates; or that are folded behind the others."""


@contextmanager
def _past(world: Any, position: int) -> Iterator[Any]:
    then = at_position(world.ledger, position)
    with as_known(world.views, world.ledger, then) as tables:
        yield tables


def _folded(world: Any, position: int) -> Any:
    store = world.new_views()
    world.stores.append(store)
    Folder(world.ledger, store).catch_up(upto=position)
    return store


def _agrees(kit: Any, steps: list[tuple[Any, ...]], seed: int, now: int) -> None:
    with kit.opened() as world:
        world.state_promises()
        for agent in kit.agents:
            world.assign(agent)
        begun = world.ledger.position()
        for step in steps:
            _take(world, kit, step)
        world.fold()
        position = random.Random(seed).randint(begun, world.ledger.position())
        with _past(world, position) as tables:
            other = _folded(world, tables.position())
            _same_tables(kit, tables, other)
            for asked in (kit.begin + now, kit.begin + END + DAY):
                one = Reading(tables, world.ledger, world.founded)
                two = Reading(other, world.ledger, world.founded)
                _same_answers(one, two, asked)


def _same_tables(kit: Any, tables: Any, other: Any) -> None:
    with tables.reading() as past, other.reading() as folded:
        one = kit.dump(past, but=UNSEEN, without=SCARCE)
        two = kit.dump(folded, but=UNSEEN, without=SCARCE)
        for name, rows in two.items():
            assert one[name] == rows, name


def _same_answers(one: Reading, two: Reading, now: int) -> None:
    assert one.overview(now) == two.overview(now)
    for agreement in AGREEMENTS:
        assert one.exclusions(agreement) == two.exclusions(agreement)
        for label in ("2026-03", "2026-04"):
            assert one.judge(agreement, label, now) == two.judge(agreement, label, now)
            assert one.history(agreement, label) == two.history(agreement, label)


@settings(max_examples=6, phases=FOUND)
@given(steps=st.lists(STEPS, min_size=5, max_size=30), seed=numbers, now=instants)
def test_the_past_equals_views_folded_up_to_it(
    kit: Any, steps: list[tuple[Any, ...]], seed: int, now: int
) -> None:
    _agrees(kit, steps, seed, now)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=1_500)
@given(steps=st.lists(STEPS, min_size=5, max_size=100), seed=numbers, now=instants)
def test_any_past_of_long_histories_equals_views_folded_up_to_it(
    kit: Any, steps: list[tuple[Any, ...]], seed: int, now: int
) -> None:
    _agrees(kit, steps, seed, now)


def test_no_table_is_seen_as_it_is_now(world: Any) -> None:
    with _past(world, world.ledger.position()) as tables, tables.reading() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM temp.sqlite_master WHERE type IN ('table', 'view')"
        else:
            query = "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
        laid = set(connection.exec_driver_sql(query).scalars())

    assert {table.name for table in metadata.sorted_tables} <= laid
