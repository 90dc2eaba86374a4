"""The file of an archive: what is not as it was written is refused, and two that write it do not meet."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from slamon.ledger import archiving, coldfile
from slamon.ledger.coldfile import Archived, ColdFileError, Origin
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.ledger.verifying import verify

STREAM = "observations:bonn:8f:2026-01-01"


def test_of_an_archive_that_was_changed_the_position_is_named(
    sealed: Ledger, archived: Archived, batch: Any
) -> None:
    changed = bytearray(archived.path.read_bytes())
    cold = batch(4).without_cold()[1]
    changed[changed.index(cold) + 9] ^= 1
    archived.path.write_bytes(changed)

    found = verify(sealed, archives=[archived.path])

    kinds = [(fault.position, fault.kind) for fault in found.faults]
    assert kinds[0] == (6, "archive")
    assert "its digest is another" in found.faults[1].says
    with pytest.raises(ColdFileError, match="is not as it was written"):
        archiving.bring_back(sealed, archived, 1, 2**62, actor="ann")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        pytest.param(lambda data: data[:-1], "its digest is another", id="its end is cut"),
        pytest.param(lambda data: data[:900], "it is cut short", id="its half is cut"),
        pytest.param(lambda data: data + b"x", "its digest is another", id="something follows"),
        pytest.param(lambda data: b"x" + data, "is no archive", id="it begins otherwise"),
        pytest.param(lambda _: b"", "is no archive", id="it is empty"),
        pytest.param(
            lambda data: data.replace(b'"epoch": 1', b'"epoch": 2'),
            "its digest is another",
            id="its header is another",
        ),
    ],
)
def test_a_damaged_archive_is_refused_and_nothing_is_touched(
    path: Path,
    sealed: Ledger,
    archived: Archived,
    founded: LedgerFounded,
    harm: Callable[[bytes], bytes],
    sentence: str,
) -> None:
    assert sealed.place == path
    stored = sealed.rows(0, limit=100)
    archived.path.write_bytes(harm(archived.path.read_bytes()))

    with pytest.raises(ColdFileError, match=sentence):
        archiving.whole(archived.path, founded)

    assert sealed.rows(0, limit=100) == stored


def test_the_archive_of_another_ledger_is_refused(
    sealed: Ledger, founded: LedgerFounded, file: Path, everything: Any
) -> None:
    found = archiving.gather(sealed, sealed.position(), everything)
    coldfile.write(file, Origin("another", 1), found)

    with pytest.raises(ColdFileError, match="an archive of another ledger, another"):
        archiving.whole(file, founded)


def test_a_fact_that_is_not_that_of_the_archive_keeps_what_it_has(
    sealed: Ledger,
    founded: LedgerFounded,
    file: Path,
    shell: Callable[..., list[Any]],
    everything: Any,
    copied: Any,
    batches: Any,
) -> None:
    made = copied(sealed, founded, file)
    shell("DELETE FROM stored_events WHERE {position} = ?", 5)

    with pytest.raises(ColdFileError, match="position 5"):
        archiving.put_away(sealed, made, everything, actor="ann")

    assert not any(each.away for each in batches(sealed))


def test_two_that_write_one_archive_do_not_meet(file: Path) -> None:
    def late() -> Iterator[coldfile.Cold]:
        with pytest.raises(ColdFileError, match="another program is writing"):
            coldfile.write(file, Origin("a", 1), ())
        yield coldfile.Cold(1, 1, STREAM, b"cold")

    made = coldfile.write(file, Origin("a", 1), late())

    assert made is not None
    with pytest.raises(ColdFileError, match="is there already"):
        coldfile.write(file, Origin("a", 1), ())
    assert coldfile.check(file) == made


def test_what_a_killed_program_left_of_a_file_is_written_anew(file: Path) -> None:
    file.with_name(f"{file.name}.part").write_bytes(b"half")

    made = coldfile.write(file, Origin("a", 1), [coldfile.Cold(1, 1, STREAM, b"cold")])

    assert made is not None
    assert [each.cold for each in coldfile.parts_of(file)] == [b"cold"]
    assert [each.name for each in file.parent.glob("cold*")] == [file.name]


def test_the_pages_of_a_file_are_used_for_new_facts(
    path: Path,
    ledger: Ledger,
    founded: LedgerFounded,
    file: Path,
    batch: Any,
    everything: Any,
    copied: Any,
) -> None:
    large = [batch(number, 3_000) for number in range(1, 31)]
    ledger.append(STREAM, large, after=0, actor="agent:bonn")
    full = pages(path)
    archiving.put_away(ledger, copied(ledger, founded, file), everything, actor="ann")

    ledger.append("observations:rome:8f:2026-01-01", large[:20], after=0, actor="agent:rome")

    assert pages(path) <= full + 1


def pages(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("PRAGMA page_count").fetchone()[0]
    return found
