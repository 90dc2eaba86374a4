"""A second process reads ahead, settles and counts its share; what comes of it is the same as without it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import HOUR
from catalogue.terms import LifecycleAsserted, TermsStated
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from slamon.sla.announcing import ExclusionAnnounced
from slamon.views import ahead, fold, latencies, settling
from slamon.views.fold import Folder, FoldError
from slamon.views.hand import Hand, HandError, helped
from slamon.views.latencies import Latencies
from slamon.views.store import ViewStore

DAY = 24 * HOUR
NOW = 40 * DAY


class Counted(Hand):
    """A hand that counts its answers: who does all alone gets none, and comes to the same."""

    answers = 0

    def answer(self) -> bytes:
        said = super().answer()
        self.answers += 1
        return said


@pytest.fixture(scope="module")
def hand() -> Iterator[Counted]:
    with Counted() as lent:
        yield lent


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a short history be cut as often as one of years."""
    monkeypatch.setattr(ahead, "FEW", 5)
    monkeypatch.setattr(ahead, "MANY", 9)
    monkeypatch.setattr(fold, "BEGINNING", 10)
    monkeypatch.setattr(settling, "SHARE", 1)
    monkeypatch.setattr(latencies, "OWN_SHARE", 5)
    monkeypatch.setattr(latencies, "SHARE_OF_HAND", 6)


def _eventful(world: Any, kit: Any) -> None:
    """Weeks with all that comes between batches: two agents, gaps, imports, announcements, batches set aside."""
    world.state_promises()
    signed = {"state": "in_force", "signed_on": {"value": "2026-02-01", "precision": "day"}}
    terms = TermsStated(catalogue="small", terms=_quick())
    world.append("agreement:sla-quick", terms, LifecycleAsserted(values=signed))
    for agent in kit.agents:
        world.assign(agent)
    for week in range(3):
        for number, agent in enumerate(kit.agents):
            world.probe(agent, 90, kit.chance(10 * week + number))
            world.interrupt(agent, 3, new_spool=bool(week))
            world.probe(agent, 30, kit.chance(week + 3 * number), aside=week == 1)
            world.probe_again(agent, 20, kit.chance(7 + week))
        results = [(kit.begin + week * DAY + n * HOUR, each) for n, each in enumerate(Outcome)]
        world.take_in(results)
        world.append(f"exclusion:sla-paper:a{week}", _announced(kit, week))
        world.assign(kit.agents[week % 2], kit.probes[:2])


def _quick() -> dict[str, Any]:
    """An agreement on how long results may take: of batches that were read ahead the latencies are asked for."""
    promised = {
        "id": "o1",
        "service": "svc-mail",
        "indicator": "latency",
        "target": {"within": "PT0.02S", "share": "95.00"},
        "period": "calendar_month",
        "service_hours": "hours-always",
        "data": ["prb-mail"],
        "mode": "shadow",
        "remedy": {"kind": "review_item", "after_periods": 1},
    }
    return {
        "id": "sla-quick",
        "kind": "sla",
        "name": {"en": "Quick", "fr": "Vite", "es": "Rápido"},
        "customer": "party-us",
        "provider": "party-them",
        "tz": "UTC",
        "in_force": {"from": "2026-03-01", "to": None},
        "recommendations": [],
        "objectives": [promised],
        "prov": {"_": "I"},
    }


def _announced(kit: Any, week: int) -> ExclusionAnnounced:
    begin = kit.begin + (7 * week + 3) * DAY
    return ExclusionAnnounced(
        clause="x1",
        services=(),
        begin=begin,
        end=begin + HOUR,
        received_at=begin - DAY,
        evidence="mail",
        reason="why",
    )


def _folded(world: Any, kit: Any, hand: Hand | None) -> tuple[ViewStore, list[int]]:
    """Views, and how many answers a hand had given after each stage."""
    answers = []
    store: ViewStore = world.new_views()
    world.stores.append(store)
    folder = Folder(world.ledger, store)
    assert folder.catch_up(hand=hand) == world.ledger.position()
    answers.append(getattr(hand, "answers", 0))
    folder.settle(kit.begin + NOW, hand=hand)
    answers.append(getattr(hand, "answers", 0))
    Latencies(world.ledger, store).catch_up(hand)
    answers.append(getattr(hand, "answers", 0))
    return store, answers


def _everything(store: ViewStore, kit: Any) -> Any:
    with store.reading() as connection:
        return kit.dump(connection)


def _same(world: Any, kit: Any, one: Hand) -> list[int]:
    alone, _ = _folded(world, kit, None)
    helped_out, answers = _folded(world, kit, one)
    found = _everything(helped_out, kit)
    assert found == _everything(alone, kit)
    assert found["objective_day"]
    assert found["latency_day"]
    assert found["pace_day"]
    return answers


@pytest.mark.usefixtures("many_parts")
def test_views_folded_with_a_hand_equal_views_folded_alone(kit: Any, hand: Counted) -> None:
    before = hand.answers
    with kit.opened() as world:
        _eventful(world, kit)
        folded, settled, counted = _same(world, kit, hand)
    assert before < folded < settled < counted


@pytest.mark.usefixtures("many_parts")
def test_a_hand_that_is_killed_is_done_without(kit: Any) -> None:
    with kit.opened() as world, Counted() as lost:
        _eventful(world, kit)
        lost.kill()
        assert _same(world, kit, lost) == [0, 0, 0]


@pytest.mark.usefixtures("many_parts")
def test_a_batch_that_fits_no_assignment_is_told_as_without_a_hand(kit: Any, hand: Hand) -> None:
    with kit.opened() as world:
        _eventful(world, kit)
        before = world.ledger.position()
        world.append("observations:agent-x:spool1:2026-03-20", _misfit(kit))
        for each in (None, hand):
            store = world.new_views()
            world.stores.append(store)
            with pytest.raises(FoldError, match="cannot fold observations-recorded/1"):
                Folder(world.ledger, store).catch_up(hand=each)
            assert store.position() == before


def _misfit(kit: Any) -> ObservationsRecorded:
    span = kit.begin, kit.begin + HOUR
    return ObservationsRecorded.of(
        9, *span, edges=(), missing=(), latency=[1], lateness=[0], evidence={}
    )


def test_a_hand_says_what_it_could_not_do(hand: Hand, caplog: pytest.LogCaptureFixture) -> None:
    hand.ask(divided, 1, 0)
    with pytest.raises(HandError, match="ZeroDivisionError"):
        hand.answer()
    assert "a second process was to help and could not: ZeroDivisionError" in caplog.text
    hand.ask(divided, 6, 2)
    assert hand.answer() == b"3"


def divided(one: int, other: int) -> bytes:
    return b"%d" % (one // other)


def test_a_small_ledger_is_folded_without_a_hand() -> None:
    with helped(1_000) as lent:
        assert lent is None


OWNER = """
from slamon.views.hand import Hand
with Hand() as hand:
    print(hand.pid, flush=True)
    hand.answer()
"""


def test_a_hand_ends_with_its_owner(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        hand = int(owner.stdout.readline())
        assert Path(f"/proc/{hand}").exists()
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _runs(hand) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(hand)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:1]
