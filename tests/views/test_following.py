"""Following the ledger: who folds, what is tried again, and what stops the views."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text

from probes.assembly import Row, assemble
from probes.batch import ObservationsRecorded
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment
from probes.specs.lines import TcpSpec
from slamon.history import NAMES
from slamon.ledger.lock import folding_lock
from slamon.ledger.store import Ledger
from slamon.views.counting import unpack
from slamon.views.fold import Folder
from slamon.views.following import Following
from slamon.views.latencies import counted_upto
from slamon.views.store import ViewStore
from slamon.views.tables import latency_day

PATIENCE = 10.0
NOW = 1_800_000_000_000_000
MINUTE = 60_000_000
ASSIGNED = AgentAssigned(
    version=1,
    location="loc-here",
    probes=(
        AssignedProbe(
            probe="prb-web",
            spec=TcpSpec(host="target.example", port=25, timeout=MINUTE),
            phase=0,
            segments=(Segment(interval=MINUTE),),
        ),
    ),
)


@dataclass
class Office:
    """Writes down what it was told."""

    told: list[str] = field(default_factory=list)

    def attend(self) -> None:
        if self.told[-1:] != ["attend"]:
            self.told.append("attend")

    def stand_still(self) -> None:
        self.told.append("stand still")

    def end(self) -> None:
        self.told.append("end")


class Process:
    """What a process that follows has: a ledger, views, a lock and an office of its own."""

    def __init__(self, folder: Path, database: str = "") -> None:
        place = database or folder / "ledger.db"
        self.ledger = Ledger(place, NAMES)
        founded = self.ledger.found("0123456789abcdef")
        self.store = ViewStore(database or folder, founded)
        self.office = Office()
        self.lock = folding_lock(place, folder, "a test")
        self.following = Following(
            Folder(self.ledger, self.store), self.lock, self.office, lambda: NOW
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.following.run, args=(self._stopping.is_set,))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def close(self) -> None:
        self.stop()
        self.store.close()
        self.ledger.close()

    def append(self, number: int) -> int:
        gap = ProbingInterrupted(from_=number, to=number + 1, reason="the agent was stopped")
        at = self.ledger.append(f"interruptions:a{number}", [gap], after=0, actor="agent:a")
        assert at is not None
        return at

    def hand_in(self, batch: ObservationsRecorded) -> None:
        """Record a batch of an agent, and what it was told to ask."""
        self.ledger.append("assignment:a", [ASSIGNED], after=0, actor="agent:a")
        self.ledger.append("observations:a:s:1970-01-01", [batch], after=0, actor="agent:a")

    def counts_up_to(self, position: int) -> bool:
        """Whether latencies up to a position are counted within our patience."""

        def counted() -> bool:
            with self.store.reading() as connection:
                return counted_upto(connection) == position

        return _within_patience(counted)

    def becomes(self, role: str, trouble: str | None = None) -> bool:
        """Whether it comes to a role, with trouble of which these words are said, within our patience."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            pulse = self.following.pulse
            said = pulse.trouble or ""
            if pulse.role == role and (trouble in said if trouble else not said):
                return True
            time.sleep(0.01)
        return False

    def attended(self) -> None:
        """Wait until its office is attended to."""
        end = time.monotonic() + PATIENCE
        while not self.office.told and time.monotonic() < end:
            time.sleep(0.01)

    def comes_to(self, position: int) -> bool:
        """Whether the views reach a position within our patience, whoever folds them."""
        end = time.monotonic() + PATIENCE
        while self.store.position() < position and time.monotonic() < end:
            time.sleep(0.01)
        return self.store.position() >= position


def _within_patience(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Begin to follow the ledger of one folder, as several processes would."""
    begun: list[Process] = []

    def begin(**more: Any) -> Process:
        begun.append(Process(tmp_path, **more))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def test_what_is_appended_here_is_visible_at_once(process: Callable[..., Process]) -> None:
    one = process()
    one.start()
    assert one.becomes("folding")
    took = []
    for number in range(1, 21):
        position = one.append(number)
        began = time.monotonic()
        assert one.following.wait_for(position, PATIENCE)
        took.append(time.monotonic() - began)

    assert sorted(took)[10] < 0.1
    assert one.store.position() == one.ledger.position()


def test_what_another_process_appends_is_visible_soon(process: Callable[..., Process]) -> None:
    one, other = process(), process()
    one.start()
    assert one.becomes("folding")

    began = time.monotonic()
    assert one.following.wait_for(other.append(1), PATIENCE)

    assert time.monotonic() - began < 1


def test_only_one_folds_and_the_other_takes_over_when_it_leaves(
    process: Callable[..., Process],
) -> None:
    one, other = process(), process()
    one.start()
    assert one.becomes("folding")
    other.start()
    position = one.append(1)
    assert one.following.wait_for(position, PATIENCE)
    one.attended()
    assert other.becomes("standing by")
    assert other.office.told == []
    assert not other.following.wait_for(position, 0.1)

    one.stop()

    assert other.becomes("folding")
    assert other.following.wait_for(other.append(2), PATIENCE)
    assert one.office.told == ["attend", "end"]
    other.attended()
    assert other.office.told == ["attend"]


def test_a_lock_that_is_lost_ends_the_fold_until_it_is_won_again(
    process: Callable[..., Process],
) -> None:
    one, other = process(), process()
    one.start()
    assert one.becomes("folding")
    assert one.following.wait_for(one.append(1), PATIENCE)

    one.lock.release()  # as the end of a connection releases that of a database
    other.start()
    position = one.append(2)

    assert one.comes_to(position)
    assert _within_patience(lambda: _roles(one, other) == {"folding", "standing by"})


def _roles(*processes: Process) -> set[str]:
    return {each.following.pulse.role for each in processes}


def test_nobody_folds_without_the_lock(process: Callable[..., Process]) -> None:
    one, other = process(), process()
    other.lock.take()
    one.start()
    before = one.store.position()

    one.append(1)

    assert one.becomes("standing by")
    time.sleep(0.1)
    assert one.store.position() == before
    other.lock.release()


def test_a_store_that_is_locked_is_tried_again_and_said(
    process: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = process()
    locked = sqlite3.connect(":memory:")
    step, failing = Folder.step, [True]

    def stepped(folder: Folder, upto: int | None = None) -> int | None:
        if failing[0]:
            raise _busy()
        return step(folder, upto)

    monkeypatch.setattr(Folder, "step", stepped)
    one.start()

    assert one.becomes("folding", "another program keeps it locked")
    failing[0] = False
    assert one.becomes("folding")
    assert one.following.pulse.failures > 0
    assert one.following.wait_for(one.append(1), PATIENCE)
    locked.close()


def _busy() -> sqlite3.OperationalError:
    """The error itself, as the store raises it."""
    with sqlite3.connect("file:busy?mode=memory&cache=shared", uri=True) as first:
        first.execute("CREATE TABLE a (b)")
        first.execute("BEGIN EXCLUSIVE")
        second = sqlite3.connect("file:busy?mode=memory&cache=shared", uri=True, timeout=0)
        try:
            second.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as wrong:
            return wrong
        finally:
            second.close()
    raise AssertionError


def test_a_fact_that_cannot_be_applied_stops_the_views_before_it(
    process: Callable[..., Process],
) -> None:
    one = process()
    one.start()
    assert one.becomes("folding")
    good = one.append(1)
    assert one.following.wait_for(good, PATIENCE)
    one.attended()
    with sqlite3.connect(one.ledger.path) as behind:
        behind.execute(
            "INSERT INTO stored_events SELECT 'interruptions:bad', 1, 'interrupted-by-aliens/1', state"
            " FROM stored_events WHERE originator_id = 'interruptions:a1'"
        )
    behind.close()
    later = one.append(2)

    assert one.becomes("stopped", f"the views stand still at position {good}")
    assert "interrupted-by-aliens/1" in (one.following.pulse.trouble or "")
    assert not one.following.wait_for(later, 1)
    assert one.store.position() == good
    assert one.office.told == ["attend", "stand still"]
    assert one.lock.still_held()


def test_latencies_are_counted_behind_the_fold(process: Callable[..., Process]) -> None:
    one = process()
    one.hand_in(_batch())
    one.start()

    assert one.counts_up_to(one.ledger.position())
    with one.store.reading() as connection:
        (found,) = connection.execute(select(latency_day)).all()
    assert sum(unpack(found.counts).values()) == 10


def test_a_batch_whose_latencies_are_damaged_keeps_nothing_from_being_folded(
    process: Callable[..., Process], caplog: pytest.LogCaptureFixture
) -> None:
    one = process()
    batch = _batch()
    end = len(batch.stored) - batch.lengths[1] - batch.lengths[2]
    damaged = batch.stored[: end - batch.lengths[0]] + bytes(batch.lengths[0]) + batch.stored[end:]
    one.hand_in(ObservationsRecorded.from_bytes(damaged))
    one.start()
    assert one.comes_to(one.ledger.position())

    assert _within_patience(lambda: "latencies are not counted any more" in caplog.text)
    assert one.following.wait_for(one.append(1), PATIENCE)
    assert one.becomes("folding")


def _batch() -> ObservationsRecorded:
    """Ten answers of a probe, one each minute."""
    rows = [Row(0, n * MINUTE, n * MINUTE, Outcome.GOOD, 20_000) for n in range(10)]
    return assemble(ASSIGNED, 0, 10 * MINUTE, rows, {})[0]


def test_two_that_fold_at_once_count_nothing_twice(process: Callable[..., Process]) -> None:
    one, other = process(), process()
    for number in range(1, 200):
        one.append(number)
    folders = [Folder(each.ledger, each.store, batch=3) for each in (one, other)]
    threads = [threading.Thread(target=folder.catch_up) for folder in folders]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with one.store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM interruption")).scalar_one() == 199
    assert one.store.position() == other.store.position() == one.ledger.position()


def test_who_loses_the_lock_of_a_database_folds_no_more(
    process: Callable[..., Process], postgres_url: str
) -> None:
    one, other = process(database=postgres_url), process(database=postgres_url)
    one.start()
    assert one.following.wait_for(one.append(1), PATIENCE) or one.comes_to(one.ledger.position())
    other.start()
    assert other.becomes("standing by")

    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        )
    position = one.append(2)

    assert one.comes_to(position)
    for number in range(3, 20):
        position = one.append(number)
    assert other.comes_to(position)
    with other.store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM interruption")).scalar_one() == 19
    assert sorted(each.following.pulse.role for each in (one, other)) == ["folding", "standing by"]
