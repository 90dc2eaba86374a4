"""Cold parts come back, whole or in part, and the ledger says who brought them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from slamon.ledger import archiving, coldfile
from slamon.ledger.archives import STREAM as ARCHIVES
from slamon.ledger.archives import archives, holding
from slamon.ledger.archiving import Moved
from slamon.ledger.codec import Change
from slamon.ledger.coldfile import Archived, ColdFileError, Origin
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.ledger.verifying import verify

MANY = 12


def test_brought_back_every_byte_is_as_it_was(
    sealed: Ledger, archived: Archived, before: list[Any]
) -> None:
    moved = archiving.bring_back(sealed, archived, 1, 2**62, actor="ann")

    assert moved == Moved(MANY, archived.size, 0)
    assert sealed.rows(0, limit=len(before)) == before
    assert archiving.bring_back(sealed, archived, 1, 2**62, actor="ann") == Moved(0, 0, MANY)


def test_a_part_of_an_archive_is_brought_back(
    sealed: Ledger, archived: Archived, batches: Any
) -> None:
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
    sealed: Ledger, archived: Archived, everything: Any
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


def test_a_fact_of_which_other_bytes_stand_there_is_left_alone(
    sealed: Ledger, archived: Archived, before: list[Any]
) -> None:
    whole = before[2]
    assert whole.position == archived.first
    away = sealed.rows(2, limit=1)[0]

    assert sealed.replace([Change(whole, away.state)]) == 0
    assert sealed.replace([Change(away, whole.state)]) == 1


def test_a_copy_of_an_archive_serves_as_well(
    sealed: Ledger, archived: Archived, founded: LedgerFounded, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(archived.path, moved)

    again = archiving.whole(moved, founded)

    assert again.sha256 == archived.sha256
    assert archiving.bring_back(sealed, again, 1, 2**62, actor="ann").facts == MANY


def test_of_two_archives_of_the_same_only_the_one_that_was_used_last_holds_anything(
    sealed: Ledger,
    archived: Archived,
    founded: LedgerFounded,
    tmp_path: Path,
    copied: Any,
    everything: Any,
) -> None:
    archiving.bring_back(sealed, archived, 1, 2**62, actor="ann")
    second = copied(sealed, founded, tmp_path / "second")
    archiving.put_away(sealed, second, everything, actor="ann")
    archiving.bring_back(sealed, second, 12, 12, actor="ann")

    away = holding(sealed)

    assert [each.name for each in away.files] == ["second"]
