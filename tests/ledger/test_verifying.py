"""Whoever changes a stored fact is found, and where; what nobody changed holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from probes.batch import Edge, ObservationsRecorded
from probes.outcome import Outcome
from slamon.history import NAMES
from slamon.ledger import sealing, seals
from slamon.ledger.sealing import newest, seal
from slamon.ledger.store import Ledger
from slamon.ledger.verifying import Verified, verify
from slamon.sla.review import BreachUpheld

Tamper = Callable[..., None]

BATCH = ObservationsRecorded.of(
    1,
    0,
    60_000_000,
    edges=[Edge(0, 7, Outcome.GOOD)],
    missing=[],
    latency=[125_000] * 50,
    lateness=[3] * 50,
    evidence={},
)


def upheld(n: int) -> BreachUpheld:
    return BreachUpheld(reason=f"reason {n}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def kept(file: Path) -> Iterator[Ledger]:
    """Facts 1 to 12, of which the eighth is a batch, under seal 1 (position 13); facts 14 and 15 under seal 2 (16)."""
    ledger = Ledger(file, NAMES, lambda: 1_000_000)
    for n in range(1, 8):
        ledger.append(f"breach:{n % 2}", [upheld(n)], after=(n - 1) // 2, actor="ann")
    ledger.append("observations:a:b:c", [BATCH], after=0, actor="agent:a")
    ledger.append("breach:2", [upheld(n) for n in range(4)], after=0, actor="ann")
    seal(ledger, actor="slamon")
    ledger.append("breach:2", [upheld(n) for n in (4, 5)], after=4, actor="ann")
    seal(ledger, actor="slamon")
    yield ledger
    ledger.close()


@pytest.fixture
def tamper(file: Path) -> Tamper:
    """Change the file of the ledger behind its back."""

    def change(*statements: str) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    return change


def replaced(old: str, new: str, position: int) -> str:
    """A statement that replaces a text within a stored fact."""
    held = f"CAST(replace(state, '{old}', '{new}') AS BLOB)"
    return f"UPDATE stored_events SET state = {held} WHERE rowid = {position}"  # noqa: S608


SWAPPED_CONTENTS = [
    "CREATE TEMP TABLE kept AS SELECT rowid AS place, state AS held FROM stored_events",
    "UPDATE stored_events SET state = (SELECT held FROM kept WHERE place = 9) WHERE rowid = 3",
    "UPDATE stored_events SET state = (SELECT held FROM kept WHERE place = 3) WHERE rowid = 9",
]
MOVED_UP = [
    "DELETE FROM stored_events WHERE rowid = 4",
    "UPDATE stored_events SET rowid = rowid + 100 WHERE rowid >= 5",
    "UPDATE stored_events SET rowid = rowid - 101 WHERE rowid >= 105",
]
PUT_BEFORE = (
    "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
    "SELECT -4, 'x', 1, topic, state FROM stored_events WHERE rowid = 1"
)


def test_what_nobody_changed_holds(kept: Ledger) -> None:
    kept.append("breach:2", [upheld(6)], after=6, actor="ann")

    found = verify(kept)

    assert found.first is None
    assert (found.facts, found.sealed, found.unsealed, found.seals) == (17, 15, 2, 2)


def test_an_empty_ledger_holds(file: Path) -> None:
    with closing(Ledger(file, NAMES, lambda: 1)) as ledger:
        assert verify(ledger) == Verified()


@pytest.mark.parametrize(
    ("statements", "position", "kind", "said"),
    [
        pytest.param(
            [replaced("reason 5", "reason 6", 5)],
            5,
            "changed",
            "the fact of position 5 is not what was sealed there",
            id="one byte of the content was changed",
        ),
        pytest.param(
            [replaced('"ann"', '"bob"', 2)],
            2,
            "changed",
            "the fact of position 2 is not what was sealed there",
            id="the envelope names another actor",
        ),
        pytest.param(
            ["UPDATE stored_events SET state = CAST(state AS TEXT) WHERE rowid = 3"],
            3,
            "changed",
            "the fact of position 3 is not what was sealed there",
            id="text was stored instead of bytes",
        ),
        pytest.param(
            ["UPDATE stored_events SET topic = 'breach-waived/1' WHERE rowid = 4"],
            4,
            "changed",
            "the fact of position 4 is not what was sealed there",
            id="a fact got another name",
        ),
        pytest.param(
            ["DELETE FROM stored_events WHERE rowid = 6"],
            6,
            "missing",
            "the fact of position 6 is missing",
            id="one fact was removed",
        ),
        pytest.param(
            ["DELETE FROM stored_events WHERE rowid = 12"],
            12,
            "missing",
            "the fact of position 12 is missing",
            id="the last fact of a seal was removed",
        ),
        pytest.param(
            [
                "UPDATE stored_events SET rowid = -1 WHERE rowid = 3",
                "UPDATE stored_events SET rowid = 3 WHERE rowid = 9",
                "UPDATE stored_events SET rowid = 9 WHERE rowid = -1",
            ],
            3,
            "swapped",
            "what was sealed at positions 3 and 9 is swapped",
            id="two rows were swapped",
        ),
        pytest.param(
            SWAPPED_CONTENTS,
            3,
            "swapped",
            "what was sealed at positions 3 and 9 is swapped",
            id="the contents of two rows were swapped",
        ),
        pytest.param(
            ["UPDATE stored_events SET rowid = 40 WHERE rowid = 7"],
            7,
            "moved",
            "the fact of position 7 stands at position 40 now",
            id="a row was renumbered to behind the seals",
        ),
        pytest.param(
            [
                "DELETE FROM stored_events WHERE rowid = 10",
                "UPDATE stored_events SET rowid = 10 WHERE rowid = 7",
            ],
            7,
            "moved",
            "the fact of position 7 stands at position 10 now",
            id="a row was renumbered to the place of another",
        ),
        pytest.param(
            ["UPDATE stored_events SET rowid = 17 WHERE rowid = 7"],
            7,
            "moved",
            "the fact of position 7 stands at position 17 now",
            id="a row was renumbered to the next free position",
        ),
        pytest.param(
            [
                "DELETE FROM stored_events WHERE rowid = 14",
                "UPDATE stored_events SET rowid = 14 WHERE rowid = 3",
            ],
            3,
            "moved",
            "the fact of position 3 stands at position 14 now",
            id="a row was renumbered to the place of one under another seal",
        ),
        pytest.param(
            [
                "UPDATE stored_events SET rowid = -1 WHERE rowid = 3",
                "UPDATE stored_events SET rowid = 3 WHERE rowid = 15",
                "UPDATE stored_events SET rowid = 15 WHERE rowid = -1",
            ],
            3,
            "swapped",
            "what was sealed at positions 3 and 15 is swapped",
            id="two rows under two seals were swapped",
        ),
        pytest.param(
            MOVED_UP,
            4,
            "changed",
            "the fact of position 4 is not what was sealed there",
            id="a fact was removed and those behind it moved up",
        ),
        pytest.param(
            [PUT_BEFORE],
            -4,
            "added",
            "a fact stands at position -4, before the first",
            id="a fact was put before all others",
        ),
        pytest.param(
            ["DELETE FROM stored_events WHERE rowid = 13"],
            13,
            "missing",
            "the fact of position 13 is missing",
            id="a seal was removed",
        ),
        pytest.param(
            [replaced('"root":"', '"root":"0', 13)],
            13,
            "seal",
            "seal 1 holds a number or a hash that cannot be one",
            id="the root in a seal was changed",
        ),
        pytest.param(
            [replaced('"count":12', '"count":11', 13)],
            13,
            "seal",
            "seal 1 does not have the hash that its content has",
            id="the number of facts in a seal was changed",
        ),
        pytest.param(
            ["UPDATE stored_events SET state = x'7B' WHERE rowid = 13"],
            13,
            "changed",
            "the fact of position 13 is not what was sealed there",
            id="a seal was destroyed",
        ),
        pytest.param(
            ["UPDATE stored_events SET state = x'7B' WHERE rowid = 16"],
            16,
            "unreadable",
            "ledger:seals version 2 cannot be read as ledger-sealed/1: its envelope is damaged",
            id="the last seal was destroyed",
        ),
        pytest.param(
            ["UPDATE stored_events SET originator_version = 9 WHERE rowid = 15"],
            15,
            "changed",
            "the fact of position 15 is not what was sealed there",
            id="a fact got another version",
        ),
    ],
)
def test_the_first_position_that_does_not_fit_is_named(
    kept: Ledger, tamper: Tamper, statements: list[str], position: int, kind: str, said: str
) -> None:
    tamper(*statements)

    first = verify(kept).first

    assert first is not None
    assert (first.position, first.kind, first.says) == (position, kind, said)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        pytest.param(
            ["UPDATE stored_events SET originator_version = 11 WHERE rowid = 18"],
            "breach:2 version 11 follows version 7: the stream has a gap, or is out of order",
            id="a stream has a gap",
        ),
        pytest.param(
            ["UPDATE stored_events SET topic = 'unheard-of/7' WHERE rowid = 18"],
            "breach:2 version 8 cannot be read as unheard-of/7: no fact is named 'unheard-of/7': "
            "it was written by a newer version of slamon",
            id="a fact cannot be read",
        ),
    ],
)
def test_facts_that_are_not_sealed_yet_must_be_whole(
    kept: Ledger, tamper: Tamper, statements: list[str], said: str
) -> None:
    kept.append("breach:2", [upheld(6), upheld(7)], after=6, actor="ann")
    tamper(*statements)

    found = verify(kept)

    assert [(fault.position, fault.says) for fault in found.faults] == [(18, said)]


def test_a_fault_in_each_of_two_seals_is_told(kept: Ledger, tamper: Tamper) -> None:
    tamper("DELETE FROM stored_events WHERE rowid IN (6, 14)")

    found = verify(kept)

    assert [f.position for f in found.faults if f.kind == "missing"] == [6, 14]


def test_a_ledger_rewritten_with_new_seals_is_found_by_a_seal_kept_elsewhere(
    kept: Ledger, tamper: Tamper
) -> None:
    anchor = {made.seal.number: made.seal.hash for made in sealing.seals(kept)}
    tamper(
        "DELETE FROM stored_events WHERE rowid >= 13",
        replaced("reason 5", "reason 6", 5),
    )
    seal(kept, actor="slamon")

    alone, against = verify(kept), verify(kept, anchor=anchor)

    assert alone.first is None
    assert [(fault.position, fault.kind) for fault in against.faults] == [
        (1, "anchor"),
        (14, "anchor"),
    ]
    assert against.faults[1].says.startswith("seal 2 was kept and is not in the ledger")


def test_the_same_seals_kept_elsewhere_are_counted(kept: Ledger) -> None:
    anchor = {made.seal.number: made.seal.hash for made in sealing.seals(kept)}

    found = verify(kept, anchor=anchor)

    assert (found.first, found.anchored) == (None, 2)


def test_a_hash_without_its_number_is_recognised_or_missed(kept: Ledger, tamper: Tamper) -> None:
    last = newest(kept)
    assert last is not None
    hashes = [last.seal.hash]

    before = verify(kept, hashes=hashes)
    tamper("DELETE FROM stored_events WHERE rowid >= 14")
    after = verify(kept, hashes=hashes)

    assert (before.first, before.recognised) == (None, [last.seal])
    assert [(fault.position, fault.kind) for fault in after.faults] == [(14, "kept")]
    assert f"no seal of this ledger has the hash {last.seal.hash}" in after.faults[0].says


def test_a_backlog_gets_several_seals(kept: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "LIMIT", 4)
    kept.append("breach:3", [upheld(n) for n in range(9)], after=0, actor="ann")

    made = seal(kept, actor="slamon")

    assert [(each.number, each.first, each.last) for each in made] == [
        (3, 16, 19),
        (4, 20, 23),
        (5, 24, 25),
    ]
    assert verify(kept).first is None


def test_nothing_new_is_not_sealed(kept: Ledger) -> None:
    before = kept.position()

    assert seal(kept, actor="slamon") == []
    assert kept.position() == before


def test_a_seal_says_what_it_covers_and_follows_the_one_before(kept: Ledger) -> None:
    first, second = (made.seal for made in sealing.seals(kept))

    assert (first.number, first.first, first.last, first.count) == (1, 1, 12, 12)
    assert (second.number, second.first, second.last, second.count) == (2, 13, 15, 3)
    assert (first.previous, second.previous) == ("0" * 64, first.hash)
    assert (made := newest(kept)) is not None
    assert made.seal == second


def test_gaps_between_positions_are_no_fault(file: Path, tamper: Tamper) -> None:
    with closing(Ledger(file, NAMES, lambda: 1)) as ledger:
        ledger.append("breach:1", [upheld(1), upheld(2)], after=0, actor="ann")
        tamper("UPDATE stored_events SET rowid = 7 WHERE rowid = 2")
        seal(ledger, actor="slamon")
        made = newest(ledger)

        assert made is not None
        assert made.seal.positions == ((1, 1), (7, 1))
        assert verify(ledger).first is None


def test_a_batch_whose_cold_part_is_away_holds_by_its_digest(kept: Ledger, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        state = connection.execute("SELECT state FROM stored_events WHERE rowid = 8").fetchone()[0]
        head, _, payload = state.partition(b"\n")
        short = ObservationsRecorded.from_bytes(payload).without_cold()[0].to_bytes()
        connection.execute(
            "UPDATE stored_events SET state = ? WHERE rowid = 8", (head + b"\n" + short,)
        )

    found = verify(kept)

    assert (found.first, found.away) == (None, 1)


def test_the_last_byte_of_the_evidence_of_a_batch_was_changed(kept: Ledger, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        state = connection.execute("SELECT state FROM stored_events WHERE rowid = 8").fetchone()[0]
        changed = state[:-1] + bytes([state[-1] ^ 1])
        connection.execute("UPDATE stored_events SET state = ? WHERE rowid = 8", (changed,))

    first = verify(kept).first

    assert first is not None
    assert (first.position, first.kind) == (8, "changed")


def test_the_hash_of_a_seal_is_never_computed_in_another_way() -> None:
    assert seals.seal_hash(2, 13, 15, 3, "0" * 64, "ab" * 32) == (
        "080b18f024b847767ed6dde5b4553046268a97b1998a5caaf9801edb9034ed4b"
    )
