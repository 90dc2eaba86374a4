"""Cold parts leave the ledger and come back: what was sealed holds all the time, and nothing is ever lost."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from probes.batch import Edge, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome
from slamon.history import NAMES
from slamon.ledger import archiving, coldfile
from slamon.ledger.archives import STREAM as ARCHIVES
from slamon.ledger.archives import archives, whereabouts
from slamon.ledger.archiving import Moved
from slamon.ledger.codec import Change, Names
from slamon.ledger.coldfile import Archived, ColdFileError, Origin
from slamon.ledger.place import Place
from slamon.ledger.proof import prove
from slamon.ledger.sealing import seal
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.ledger.verifying import verify
from slamon.sla.review import BreachUpheld

ARCHIVER = Path(__file__).parent / "archiver.py"
MANY = 12
ROWS = 300
STREAM = "observations:bonn:8f:2026-01-01"


def batch(number: int, rows: int = ROWS) -> ObservationsRecorded:
    """A batch with columns that cannot be compressed, and some evidence."""
    chance = random.Random(number)
    begin = number * 60_000_000
    return ObservationsRecorded.of(
        1,
        begin,
        begin + 60_000_000,
        edges=[Edge(0, begin + 7, Outcome.GOOD)],
        missing=[],
        latency=[chance.randrange(1_000_000) for _ in range(rows)],
        lateness=[chance.randrange(50) for _ in range(rows)],
        evidence={3: Evidence(reason="refused", text=f"number {number}")},
    )


def everything(_: object) -> bool:
    return True


@pytest.fixture
def names() -> Names:
    """All names: batches are the facts that have a cold part."""
    return NAMES


@pytest.fixture
def founded(ledger: Ledger) -> LedgerFounded:
    return ledger.found("0123456789abcdef")


@pytest.fixture
def sealed(ledger: Ledger, founded: LedgerFounded) -> Ledger:
    """A ruling (position 2), batches (from 3 on), another ruling, and a seal over all of it."""
    assert founded.epoch == 1
    ruling = BreachUpheld(reason="it stands")
    ledger.append("breach:a:o1:2026-01", [ruling], after=0, actor="ann")
    facts = [batch(number) for number in range(1, MANY + 1)]
    ledger.append(STREAM, facts, after=0, actor="agent:bonn")
    ledger.append("breach:a:o1:2026-01", [ruling], after=1, actor="ann")
    seal(ledger, actor="slamon")
    return ledger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cold-2026.slamon"


@pytest.fixture
def before(sealed: Ledger) -> list[Any]:
    """What is stored while all of it is there."""
    return sealed.rows(0, limit=100)


@pytest.fixture
def archived(before: list[Any], sealed: Ledger, founded: LedgerFounded, file: Path) -> Archived:
    """The archive of all batches, which have only digests any more."""
    assert before
    made = copied(sealed, founded, file)
    archiving.put_away(sealed, made, everything, actor="ann")
    return made


def copied(ledger: Ledger, founded: LedgerFounded, file: Path) -> Archived:
    found = archiving.gather(ledger, ledger.position(), everything)
    made = archiving.copied(founded, file, found)
    assert made is not None
    return made


def batches(ledger: Ledger) -> list[ObservationsRecorded]:
    facts = [entry.fact for entry in ledger.stream(STREAM)]
    return [fact for fact in facts if isinstance(fact, ObservationsRecorded)]


# -- away


def test_outcomes_and_buckets_stay_and_the_seal_holds_by_digest(
    sealed: Ledger, archived: Archived
) -> None:
    whole = [batch(number) for number in range(1, MANY + 1)]

    found = verify(sealed)

    assert all(each.away for each in batches(sealed))
    assert [(b.edges, b.buckets) for b in batches(sealed)] == [(b.edges, b.buckets) for b in whole]
    assert (found.first, found.away, found.fetched) == (None, MANY, 0)
    assert archived.size == sum(len(each.without_cold()[1]) for each in whole)


def test_with_the_archive_everything_is_verified(sealed: Ledger, archived: Archived) -> None:
    found = verify(sealed, archives=[archived.path])

    assert (found.first, found.away, found.fetched) == (None, 0, MANY)


def test_the_ledger_says_where_single_results_are(sealed: Ledger, archived: Archived) -> None:
    (fact,) = archives(sealed)

    digest = subprocess.run(
        ["sha256sum", archived.path], capture_output=True, text=True, check=True
    )
    assert (fact.name, fact.sha256) == ("cold-2026.slamon", digest.stdout.split()[0])
    assert (fact.first, fact.last, fact.count, fact.size) == (3, MANY + 2, MANY, archived.size)
    assert "in the archive cold-2026.slamon" in whereabouts(sealed, 3)
    assert "does not know" in whereabouts(sealed, 2)


def test_archived_again_nothing_is_moved_or_said_twice(
    sealed: Ledger, archived: Archived, founded: LedgerFounded
) -> None:
    again = archiving.copied(founded, archived.path, iter(()))

    assert again == archived
    assert archiving.put_away(sealed, again, everything, actor="ann") == Moved(0, 0, MANY)
    assert len(archives(sealed)) == 1
    assert list(archiving.gather(sealed, sealed.position(), everything)) == []


def test_of_nothing_no_file_is_made(ledger: Ledger, founded: LedgerFounded, file: Path) -> None:
    assert archiving.copied(founded, file, archiving.gather(ledger, 9, everything)) is None
    assert list(file.parent.glob("cold*")) == []


def test_others_write_meanwhile(sealed: Ledger, founded: LedgerFounded, file: Path) -> None:
    made = copied(sealed, founded, file)

    def write(_: int) -> None:
        sealed.append("breach:b:o1:2026-01", [BreachUpheld(reason="so")], after=0, actor="ann")

    moved = archiving.put_away(sealed, made, everything, actor="ann", progress=write)

    assert moved.facts == MANY
    assert sealed.version("breach:b:o1:2026-01") == 1
    assert verify(sealed, archives=[file]).first is None


def test_a_fact_under_a_seal_is_proved_without_its_cold_part(
    sealed: Ledger, archived: Archived, tree: Path, tmp_path: Path
) -> None:
    proof = prove(sealed, archived.first)
    (tmp_path / "proof.json").write_text(proof.model_dump_json())
    script = tree / "docs/verify/check_proof.py"

    done = subprocess.run(
        [sys.executable, "-I", "-S", script, tmp_path / "proof.json", proof.seals[0].hash],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / "proof.json").read_text())["fact"]["cold"] is None


# -- back


def test_brought_back_every_byte_is_as_it_was(
    sealed: Ledger, archived: Archived, before: list[Any]
) -> None:
    moved = archiving.bring_back(sealed, archived, 1, 2**62, actor="ann")

    assert moved == Moved(MANY, archived.size, 0)
    assert sealed.rows(0, limit=len(before)) == before
    assert archiving.bring_back(sealed, archived, 1, 2**62, actor="ann") == Moved(0, 0, MANY)


def test_a_part_of_an_archive_is_brought_back(sealed: Ledger, archived: Archived) -> None:
    moved = archiving.bring_back(sealed, archived, 5, 7, actor="ann")

    assert moved.facts == 3
    assert [n for n, each in enumerate(batches(sealed), 3) if not each.away] == [5, 6, 7]
    assert batches(sealed)[2].evidence[3].text == "number 3"


def told(ledger: Ledger) -> list[tuple[str, str, int, int, int]]:
    """What the ledger says of its archives."""
    entries = list(ledger.stream(ARCHIVES))
    facts = [(each.name.partition("/")[0], each.actor, each.fact) for each in entries]
    return [(name, who, fact.first, fact.last, fact.count) for name, who, fact in facts]  # type: ignore[union-attr]


def test_the_ledger_says_who_brought_how_much_back(sealed: Ledger, archived: Archived) -> None:
    archiving.bring_back(sealed, archived, 5, 7, actor="ben")
    archiving.bring_back(sealed, archived, 6, 8, actor="cleo")
    archiving.bring_back(sealed, archived, 5, 8, actor="dora")

    assert told(sealed)[1:] == [
        ("cold-parts-brought-back", "ben", 5, 7, 3),
        ("cold-parts-brought-back", "cleo", 8, 8, 1),
    ]
    assert verify(sealed).first is None


def test_an_archive_that_is_used_again_after_it_was_brought_back_is_told_again(
    sealed: Ledger, archived: Archived
) -> None:
    for _ in range(2):
        archiving.put_away(sealed, archived, everything, actor="ann")
    archiving.bring_back(sealed, archived, 1, 2**62, actor="ben")
    archiving.put_away(sealed, archived, everything, actor="ann")

    names = [name for name, *_ in told(sealed)]
    assert names == ["cold-parts-archived", "cold-parts-brought-back", "cold-parts-archived"]
    assert len(archives(sealed)) == 1


def test_of_an_archive_of_other_facts_nothing_is_brought_back_or_told(
    sealed: Ledger, archived: Archived, founded: LedgerFounded, tmp_path: Path
) -> None:
    wrong = [
        each._replace(cold=b"?" + each.cold[1:]) if each.position == 9 else each
        for each in coldfile.parts_of(archived.path)
    ]
    other = coldfile.write(
        tmp_path / "other", Origin(founded.ledger_id, founded.epoch), iter(wrong)
    )
    assert other is not None

    with pytest.raises(ColdFileError, match="position 9 in the archive is not that of the ledger"):
        archiving.bring_back(sealed, other, 1, 2**62, actor="ben")

    assert verify(sealed).away == MANY
    assert len(told(sealed)) == 1


# -- what is not as it was


def test_of_an_archive_that_was_changed_the_position_is_named(
    sealed: Ledger, archived: Archived
) -> None:
    changed = bytearray(archived.path.read_bytes())
    cold = sealed_cold(4)
    changed[changed.index(cold) + 9] ^= 1
    archived.path.write_bytes(changed)

    found = verify(sealed, archives=[archived.path])

    kinds = [(fault.position, fault.kind) for fault in found.faults]
    assert kinds[0] == (6, "archive")
    assert "its digest is another" in found.faults[1].says
    with pytest.raises(ColdFileError, match="is not as it was written"):
        archiving.bring_back(sealed, archived, 1, 2**62, actor="ann")


def sealed_cold(number: int) -> bytes:
    return batch(number).without_cold()[1]


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
    sealed: Ledger, founded: LedgerFounded, file: Path
) -> None:
    found = archiving.gather(sealed, sealed.position(), everything)
    coldfile.write(file, Origin("another", 1), found)

    with pytest.raises(ColdFileError, match="an archive of another ledger, another"):
        archiving.whole(file, founded)


def test_a_fact_that_is_not_that_of_the_archive_keeps_what_it_has(
    sealed: Ledger, founded: LedgerFounded, file: Path, shell: Callable[..., list[Any]]
) -> None:
    made = copied(sealed, founded, file)
    shell("DELETE FROM stored_events WHERE {position} = ?", 5)

    with pytest.raises(ColdFileError, match="position 5"):
        archiving.put_away(sealed, made, everything, actor="ann")

    assert not any(each.away for each in batches(sealed))


def test_the_content_of_a_fact_is_never_replaced(sealed: Ledger) -> None:
    row = sealed.rows(2, limit=1)[0]

    with pytest.raises(ValueError, match="position 3 would be another"):
        sealed.replace([Change(row, row.state[:-1] + b"x")])


def test_a_fact_of_which_other_bytes_stand_there_is_left_alone(
    sealed: Ledger, archived: Archived, before: list[Any]
) -> None:
    whole = before[2]
    assert whole.position == archived.first
    away = sealed.rows(2, limit=1)[0]

    assert sealed.replace([Change(whole, away.state)]) == 0
    assert sealed.replace([Change(away, whole.state)]) == 1


# -- the file


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
    path: Path, ledger: Ledger, founded: LedgerFounded, file: Path
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


# -- kill -9


def killed(work: str, place: Place, file: Path, pause: float, tree: Path) -> bool:
    """Run the archiver and kill it after a while; true if it was done before."""
    with subprocess.Popen(
        [sys.executable, ARCHIVER, work, str(place), file, "1"],
        env={**os.environ, "PYTHONPATH": str(tree)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        print("go", file=process.stdin, flush=True)
        assert process.stdout.readline() == "begun\n"
        time.sleep(pause)
        process.kill()
        return process.stdout.read() == "done\n"


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(2, id="twice"),
        pytest.param(40, id="forty times", marks=pytest.mark.soak),
    ],
)
def test_killed_at_any_moment_nothing_is_lost_and_it_can_be_run_again(
    rounds: int,
    place: Place,
    sealed: Ledger,
    before: list[Any],
    founded: LedgerFounded,
    file: Path,
    tree: Path,
) -> None:
    chance = random.Random(rounds)
    for _ in range(rounds):
        for work in ("archive", "bring back"):
            killed(work, place, file, chance.uniform(0, 0.08), tree)
            known = [file] if file.exists() else []
            found = verify(sealed, archives=known)
            assert (found.first, found.away) == (None, 0)
            if not known:
                break
    made = copied(sealed, founded, file)
    archiving.put_away(sealed, made, everything, actor="ann")
    assert verify(sealed).away == MANY
    archiving.bring_back(sealed, made, 1, 2**62, actor="ann")
    assert sealed.rows(0, limit=len(before)) == before


def test_a_copy_of_an_archive_serves_as_well(
    sealed: Ledger, archived: Archived, founded: LedgerFounded, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(archived.path, moved)

    again = archiving.whole(moved, founded)

    assert again.sha256 == archived.sha256
    assert archiving.bring_back(sealed, again, 1, 2**62, actor="ann").facts == MANY
