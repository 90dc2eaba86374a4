"""The threads of one program share a ledger."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from slamon.ledger.codec import Fact
from slamon.ledger.store import Ledger

Note = Callable[[str], Fact]
STREAMS = ("a", "b", "c", "d")
MANY = 25


def test_threads_append_side_by_side(ledger: Ledger, note: Note) -> None:
    def write(stream: str) -> None:
        for n in range(MANY):
            ledger.append(stream, [note(f"{stream}{n}")], after=n, actor=stream)

    with ThreadPoolExecutor(len(STREAMS)) as pool:
        list(pool.map(write, STREAMS))

    assert ledger.position() == len(STREAMS) * MANY
    for stream in STREAMS:
        assert [e.fact for e in ledger.stream(stream)] == [
            note(f"{stream}{n}") for n in range(MANY)
        ]


def test_a_reader_beside_writers_sees_every_fact_once_and_in_order(
    ledger: Ledger, note: Note
) -> None:
    seen: list[int] = []

    def read() -> None:
        while len(seen) < len(STREAMS) * MANY:
            seen.extend(e.position for e in ledger.since(seen[-1] if seen else 0, limit=7))

    def write(stream: str) -> None:
        for n in range(MANY):
            ledger.append(stream, [note(stream)], after=n, actor=stream)

    with ThreadPoolExecutor(len(STREAMS) + 1) as pool:
        reading = pool.submit(read)
        list(pool.map(write, STREAMS))
        reading.result(timeout=30)

    assert all(left < right for left, right in pairwise(seen))


def test_threads_that_decide_the_same_decide_it_once(ledger: Ledger, note: Note) -> None:
    def decide(_: int) -> int | None:
        return ledger.decide(
            "lamp",
            0,
            lambda count, _: count + 1,
            lambda count: [] if count else [note("lit")],
            actor="ann",
        )

    with ThreadPoolExecutor(4) as pool:
        positions = list(pool.map(decide, range(8)))

    assert [p for p in positions if p is not None] == [1]
    assert ledger.version("lamp") == 1
