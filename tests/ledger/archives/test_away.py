"""Cold parts leave the ledger: what was sealed holds all the time, and nothing is ever lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from slamon.ledger import archiving
from slamon.ledger.archives import archives, whereabouts
from slamon.ledger.archiving import Moved
from slamon.ledger.codec import Change
from slamon.ledger.coldfile import Archived
from slamon.ledger.proof import prove
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.ledger.verifying import verify
from slamon.sla.review import BreachUpheld

MANY = 12


def test_outcomes_and_buckets_stay_and_the_seal_holds_by_digest(
    sealed: Ledger, archived: Archived, batch: Any, batches: Any
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
    sealed: Ledger, archived: Archived, founded: LedgerFounded, everything: Any, copied: Any
) -> None:
    again = archiving.copied(founded, archived.path, iter(()))

    assert again == archived
    assert archiving.put_away(sealed, again, everything, actor="ann") == Moved(0, 0, MANY)
    assert len(archives(sealed)) == 1
    assert list(archiving.gather(sealed, sealed.position(), everything)) == []


def test_of_nothing_no_file_is_made(
    ledger: Ledger, founded: LedgerFounded, file: Path, everything: Any, copied: Any
) -> None:
    assert archiving.copied(founded, file, archiving.gather(ledger, 9, everything)) is None
    assert list(file.parent.glob("cold*")) == []


def test_others_write_meanwhile(
    sealed: Ledger, founded: LedgerFounded, file: Path, everything: Any, copied: Any
) -> None:
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


def test_the_content_of_a_fact_is_never_replaced(sealed: Ledger) -> None:
    row = sealed.rows(2, limit=1)[0]

    with pytest.raises(ValueError, match="position 3 would be another"):
        sealed.replace([Change(row, row.state[:-1] + b"x")])
