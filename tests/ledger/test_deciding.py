from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from pydantic import BaseModel

from slamon.ledger.codec import Names
from slamon.ledger.store import ConflictError, Ledger

DARK = "dark"


class Lit(BaseModel):
    by: str


class Quenched(BaseModel):
    pass


LampFact = Lit | Quenched


def evolve(_: str, fact: LampFact) -> str:
    match fact:
        case Lit(by=who):
            return f"lit by {who}"
        case Quenched():
            return DARK


def light(lamp: str) -> Sequence[LampFact]:
    return [Lit(by="ann")] if lamp == DARK else []


@pytest.fixture
def lamps(opened: Callable[..., Ledger]) -> Ledger:
    return opened(known=Names({"lit/1": Lit, "quenched/1": Quenched}))


def decide(lamps: Ledger, decision: Callable[[str], Sequence[LampFact]]) -> int | None:
    return lamps.decide("lamp", DARK, evolve, decision, actor="ann", cause="dusk")


def kinds(lamps: Ledger) -> list[str]:
    return [entry.name for entry in lamps.stream("lamp")]


def test_what_was_decided_is_appended(lamps: Ledger) -> None:
    assert decide(lamps, light) == 1

    (entry,) = lamps.stream("lamp")
    assert (entry.fact, entry.actor, entry.cause) == (Lit(by="ann"), "ann", "dusk")


def test_a_repeated_decision_appends_nothing(lamps: Ledger) -> None:
    decide(lamps, light)

    assert decide(lamps, light) is None
    assert kinds(lamps) == ["lit/1"]


def test_a_decision_rests_on_all_facts_of_its_stream(lamps: Ledger) -> None:
    lamps.append("lamp", [Lit(by="ben"), Quenched()], after=0, actor="ben")

    decide(lamps, light)

    assert kinds(lamps) == ["lit/1", "quenched/1", "lit/1"]


def test_after_a_conflict_it_is_decided_once_more_on_the_new_state(lamps: Ledger) -> None:
    seen: list[str] = []

    def light_too_late(lamp: str) -> Sequence[LampFact]:
        seen.append(lamp)
        if len(seen) == 1:
            lamps.append("lamp", [Lit(by="ben")], after=0, actor="ben")
        return light(lamp)

    assert decide(lamps, light_too_late) is None
    assert seen == [DARK, "lit by ben"]
    assert kinds(lamps) == ["lit/1"]


def test_after_two_conflicts_the_decision_is_refused(lamps: Ledger) -> None:
    def outrun(_: str) -> Sequence[LampFact]:
        lamps.append("lamp", [Lit(by="ben")], after=lamps.version("lamp"), actor="ben")
        return [Quenched()]

    with pytest.raises(ConflictError, match="lamp stands at version 2, not 1"):
        decide(lamps, outrun)

    assert kinds(lamps) == ["lit/1", "lit/1"]


def test_a_refused_decision_records_nothing(lamps: Ledger) -> None:
    def refuse(_: str) -> Sequence[LampFact]:
        message = "not today"
        raise ValueError(message)

    with pytest.raises(ValueError, match="not today"):
        decide(lamps, refuse)

    assert lamps.position() == 0
