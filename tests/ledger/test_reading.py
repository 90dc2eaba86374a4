from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from slamon.ledger.store import Ledger


class Clock(Protocol):
    now: int


@pytest.fixture
def _history(append: Callable[..., None], clock: Clock) -> None:
    """Five notes in two streams, recorded at 10, 20, 20, 30 and 40 µs."""
    for now, stream, texts in (
        (10, "a", ["one"]),
        (20, "b", ["two", "three"]),
        (30, "a", ["four"]),
        (40, "b", ["five"]),
    ):
        clock.now = now
        append(stream, *texts)


@pytest.mark.usefixtures("_history")
def test_all_streams_are_read_in_the_order_of_recording(ledger: Ledger) -> None:
    read = [(e.position, e.stream, e.version, e.payload) for e in ledger.since(0, limit=9)]

    assert read == [
        (1, "a", 1, b'{"text":"one"}'),
        (2, "b", 1, b'{"text":"two"}'),
        (3, "b", 2, b'{"text":"three"}'),
        (4, "a", 2, b'{"text":"four"}'),
        (5, "b", 3, b'{"text":"five"}'),
    ]


@pytest.mark.usefixtures("_history")
@pytest.mark.parametrize(
    ("after", "limit", "upto", "positions"),
    [
        pytest.param(0, 2, None, [1, 2], id="a first part"),
        pytest.param(2, 2, None, [3, 4], id="the next part"),
        pytest.param(4, 2, None, [5], id="the last part is shorter"),
        pytest.param(5, 2, None, [], id="nothing after the end"),
        pytest.param(1, 9, 3, [2, 3], id="up to a position, itself included"),
        pytest.param(3, 9, 3, [], id="nothing after the position it stops at"),
    ],
)
def test_reading_goes_on_after_a_position(
    after: int, limit: int, upto: int | None, positions: list[int], ledger: Ledger
) -> None:
    assert [e.position for e in ledger.since(after, limit=limit, upto=upto)] == positions


@pytest.mark.usefixtures("_history")
@pytest.mark.parametrize(
    ("after", "upto", "versions"),
    [
        pytest.param(0, None, [1, 2, 3], id="whole"),
        pytest.param(1, None, [2, 3], id="after a version"),
        pytest.param(0, 3, [1, 2], id="as it stood at a position"),
        pytest.param(0, 4, [1, 2], id="as it stood at a position of another stream"),
        pytest.param(0, 1, [], id="before its first fact"),
    ],
)
def test_a_stream_is_read_up_to_a_position(
    after: int, upto: int | None, versions: list[int], ledger: Ledger
) -> None:
    assert [e.version for e in ledger.stream("b", after=after, upto=upto)] == versions


def test_a_stream_without_facts_is_empty(ledger: Ledger) -> None:
    assert list(ledger.stream("nobody")) == []


@pytest.mark.usefixtures("_history")
@pytest.mark.parametrize(
    ("instant", "position"),
    [
        pytest.param(9, 0, id="before anything was known"),
        pytest.param(10, 1, id="at the instant of recording it is known"),
        pytest.param(19, 1, id="between two facts"),
        pytest.param(20, 3, id="all facts of one append become known together"),
        pytest.param(39, 4, id="just before the last"),
        pytest.param(10**15, 5, id="long after"),
    ],
)
def test_what_was_known_at_an_instant_ends_at_a_position(
    instant: int, position: int, ledger: Ledger
) -> None:
    assert ledger.position_at(instant) == position


def test_an_empty_ledger_stands_at_zero(ledger: Ledger) -> None:
    assert (ledger.position(), ledger.position_at(10**15)) == (0, 0)
    assert ledger.since(0, limit=9) == []


@pytest.mark.usefixtures("_history")
def test_gaps_in_the_positions_do_no_harm(ledger: Ledger, shell: Callable[..., Any]) -> None:
    shell("UPDATE stored_events SET {position} = {position} * 1000 WHERE {position} > 2")

    assert [e.position for e in ledger.since(2, limit=2)] == [3000, 4000]
    assert [ledger.position_at(at) for at in (10, 20, 29, 30, 40)] == [1, 3000, 3000, 4000, 5000]


@pytest.mark.usefixtures("_history")
def test_facts_and_bytes_are_counted_by_name(ledger: Ledger) -> None:
    ledger.found("an-id")

    (founded, facts, _), notes = ledger.counts()

    envelope = len('{"at":10,"by":"tester","cause":null}\n')
    payloads = len('{"text":""}') * 5 + len("onetwothreefourfive")
    assert (founded, facts) == ("ledger-founded/1", 1)
    assert notes == ("noted/1", 5, envelope * 5 + payloads)
