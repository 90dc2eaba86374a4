from __future__ import annotations

from collections.abc import Callable

import pytest

from slamon.ledger.codec import Fact
from slamon.ledger.store import ConflictError, Ledger, Write

Note = Callable[[str], Fact]


def facts(ledger: Ledger, stream: str) -> list[Fact]:
    return [entry.fact for entry in ledger.stream(stream)]


def test_a_fact_is_read_back_with_its_place_actor_and_cause(ledger: Ledger, note: Note) -> None:
    position = ledger.append("a", [note("one")], after=0, actor="ann", cause="letter of 3 May")

    (entry,) = ledger.stream("a")
    assert (entry.stream, entry.version, entry.position) == ("a", 1, position)
    assert (entry.actor, entry.cause, entry.recorded_at) == ("ann", "letter of 3 May", 1_000_000)
    assert (entry.name, entry.payload) == ("noted/1", b'{"text":"one"}')
    assert entry.fact == note("one")


def test_the_version_of_a_stream_is_the_number_of_its_facts(ledger: Ledger, note: Note) -> None:
    assert ledger.version("a") == 0

    ledger.append("a", [note("one"), note("two")], after=0, actor="ann")

    assert ledger.version("a") == 2
    assert ledger.version("b") == 0


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        pytest.param(1, "a stands at version 2, not 1", id="another writer was first"),
        pytest.param(0, "a stands at version 2, not 0", id="the stream is not new"),
        pytest.param(3, "a stands at version 2, not 3", id="a fact before it is missing"),
    ],
)
def test_appending_at_another_version_is_refused_and_records_nothing(
    after: int, sentence: str, ledger: Ledger, note: Note
) -> None:
    ledger.append("a", [note("one"), note("two")], after=0, actor="ann")

    with pytest.raises(ConflictError, match=f"^{sentence}$"):
        ledger.append("a", [note("three")], after=after, actor="ben")

    assert facts(ledger, "a") == [note("one"), note("two")]


def test_facts_of_several_streams_are_appended_together(ledger: Ledger, note: Note) -> None:
    last = ledger.append_all(
        [Write("a", [note("one")], after=0), Write("b", [note("two")], after=0)], actor="ann"
    )

    assert [(e.stream, e.fact) for e in ledger.since(0, limit=9)] == [
        ("a", note("one")),
        ("b", note("two")),
    ]
    assert last == ledger.position()


def test_one_conflict_among_several_streams_refuses_all(ledger: Ledger, note: Note) -> None:
    ledger.append("b", [note("first")], after=0, actor="ben")

    with pytest.raises(ConflictError, match="b stands at version 1, not 0"):
        ledger.append_all(
            [Write("a", [note("one")], after=0), Write("b", [note("two")], after=0)], actor="ann"
        )

    assert ledger.version("a") == 0
    assert facts(ledger, "b") == [note("first")]


def test_a_stream_may_be_written_twice_in_one_append(ledger: Ledger, note: Note) -> None:
    ledger.append_all(
        [Write("a", [note("one")], after=0), Write("a", [note("two")], after=1)], actor="ann"
    )

    assert facts(ledger, "a") == [note("one"), note("two")]


def test_appending_nothing_records_nothing_and_wakes_nobody(ledger: Ledger) -> None:
    changes = ledger.changes()

    assert ledger.append("a", [], after=0, actor="ann") is None

    assert ledger.position() == 0
    assert not changes.wait(0)
    changes.close()
