"""How soon a fact can be read, and how soon another process goes on when the one that folds is killed.

Measured on SQLite and PostgreSQL: the time from the begin of an append (in this process) or its end (in another) until
the views have it; and from the kill -9 of the process that folds until a second one has folded a new fact. Baselines
of the same run: the append alone; a bare watcher of the raw store, that looks every 20 ms or is notified; the bare
lock, asked for at the same distances by a process that does nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Self

from benchmarks.cluster import DURABLE, Cluster
from benchmarks.figure import Figure
from probes.spec import ProbingInterrupted
from slamon.history import NAMES
from slamon.ledger.lock import FoldingLock, folding_lock
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger
from slamon.views.fold import Folder
from slamon.views.following import STANDBY_SECONDS, Following
from slamon.views.store import ViewStore

PATIENCE = 30.0
STEP = 1_000  # ns
MS = 1e6  # ns
PROCESSES = get_context("spawn")


@dataclass(frozen=True)
class Home:
    """Where a ledger, its views and its lock are."""

    name: str
    folder: Path
    place: Place

    def ledger(self) -> Ledger:
        """The ledger, opened anew."""
        return Ledger(self.place, NAMES)

    def lock(self) -> FoldingLock:
        """Its lock, not taken."""
        return folding_lock(self.place, self.folder, "benchmark")


class _Nothing:
    """The office of a process that only folds."""

    def attend(self) -> None: ...

    def stand_still(self) -> None: ...

    def end(self) -> None: ...


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """Milliseconds until facts are visible and until another process goes on, median and p99."""
    wake_ups, hand_overs = (20, 2) if short else (200, 20)
    figures: list[Figure] = []
    for home in _homes():
        figures += _in_process(home, wake_ups)
        figures += _across(home, wake_ups)
        figures += _hand_over(home, hand_overs)
    return figures


def _homes() -> Iterator[Home]:
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as name:
        yield Home("SQLite", Path(name), Path(name) / "ledger.db")
        cluster = Cluster(DURABLE)
        try:
            yield Home("PostgreSQL", Path(name), cluster.create("wakeup"))
        finally:
            cluster.remove()


@contextmanager
def _following(home: Home) -> Iterator[tuple[Ledger, Following]]:
    """A process that follows, in threads of this one."""
    ledger = home.ledger()
    views = home.folder if isinstance(home.place, Path) else home.place
    store = ViewStore(views, ledger.found("0123456789abcdef"))
    following = Following(
        Folder(ledger, store), home.lock(), _Nothing(), lambda: time.time_ns() // 1000
    )
    stopping = threading.Event()
    thread = threading.Thread(target=following.run, args=(stopping.is_set,))
    thread.start()
    try:
        yield ledger, following
    finally:
        stopping.set()
        thread.join()
        store.close()
        ledger.close()


def _append(ledger: Ledger, stream: str, number: int) -> int:
    gap = ProbingInterrupted(from_=number, to=number + 1, reason="benchmark")
    position = ledger.append(f"interruptions:{stream}", [gap], after=number, actor="benchmark")
    if position is None:
        raise AssertionError
    return position


def _figures(what: str, ours: list[float], bare: list[float]) -> list[Figure]:
    return [
        Figure(f"{what}, median of {len(ours)}", median(ours), "ms", median(bare)),
        Figure(f"{what}, p99", _p99(ours), "ms", _p99(bare)),
    ]


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


def _ready(following: Following, position: int) -> None:
    """Wait until it follows."""
    end = time.monotonic() + PATIENCE
    while not following.wait_for(position, 0.1):
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.005)


def _in_process(home: Home, rounds: int) -> list[Figure]:
    with _following(home) as (ledger, following):
        _ready(following, ledger.position())

        def visible(number: int) -> None:
            if not following.wait_for(_append(ledger, "here", number), PATIENCE):
                raise TimeoutError

        ours = [_took(visible, number) for number in range(rounds)]
    ledger = home.ledger()
    bare = [_took(lambda number: _append(ledger, "alone", number), n) for n in range(rounds)]
    ledger.close()
    return _figures(f"visible to the process that appends, {home.name}", ours, bare)


def _took(work: Callable[[int], object], number: int) -> float:
    begin = time.monotonic_ns()
    work(number)
    return (time.monotonic_ns() - begin) / MS


class _Other:
    """A process of its own, told what to do over a pipe, and killed in the end."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        self.pipe, theirs = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=work, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()  # so that its death is heard of
        self.pipe.recv()  # it is ready

    def kill(self) -> int:
        """Kill it without a warning; when that was (ns)."""
        begin = time.monotonic_ns()
        self._process.kill()
        return begin

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._process.join()
        self.pipe.close()


def _write(pipe: Connection, home: Home, stream: str) -> None:
    """Append when told to, and tell the position and when it was committed (ns of the machine's clock)."""
    ledger = home.ledger()
    pipe.send("ready")
    number = 0
    while pipe.recv():
        position = _append(ledger, stream, number)
        pipe.send((position, time.monotonic_ns()))
        number += 1


def _across(home: Home, rounds: int) -> list[Figure]:
    ours, bare = [], []
    with _Other(_write, home, "there") as other:
        writer = other.pipe
        with _following(home) as (ledger, following):
            _ready(following, ledger.position())
            for _ in range(rounds):
                writer.send(True)  # noqa: FBT003  # anything but the end
                position, committed = writer.recv()
                _ready(following, position)
                ours.append((time.monotonic_ns() - committed) / MS)
        ledger = home.ledger()
        changes = ledger.changes()
        for _ in range(rounds):
            writer.send(True)  # noqa: FBT003  # anything but the end
            if not changes.wait(PATIENCE):
                raise TimeoutError
            noticed = time.monotonic_ns()
            _, committed = writer.recv()
            # Who is notified may know it before the commit has returned: then it took a µs.
            bare.append(max(STEP, noticed - committed) / MS)
        changes.close()
        ledger.close()
    return _figures(f"visible to another process, {home.name}", ours, bare)


def _fold(pipe: Connection, home: Home) -> None:
    """Fold until killed."""
    with _following(home) as (ledger, following):
        _ready(following, ledger.position())
        pipe.send("folding")
        pipe.recv()


def _hold(pipe: Connection, home: Home) -> None:
    """Hold the lock until killed."""
    with home.lock():
        pipe.send("held")
        pipe.recv()


def _hand_over(home: Home, rounds: int) -> list[Figure]:
    ours = [_handed_over(home, number) for number in range(rounds)]
    bare = [_lock_won(home) for _ in range(rounds)]
    return _figures(f"another process goes on after kill -9, {home.name}", ours, bare)


def _handed_over(home: Home, number: int) -> float:
    with _Other(_fold, home) as holder, _following(home) as (ledger, following):
        time.sleep(STANDBY_SECONDS)
        begin = holder.kill()
        position = _append(ledger, "handed", number)
        _ready(following, position)
        return (time.monotonic_ns() - begin) / MS


def _lock_won(home: Home) -> float:
    with _Other(_hold, home) as holder:
        lock = home.lock()
        begin = holder.kill()
        while not lock.try_take():
            time.sleep(STANDBY_SECONDS)
        took = (time.monotonic_ns() - begin) / MS
        lock.release()
        return took
