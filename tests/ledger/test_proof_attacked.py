"""A proof made to mislead: the script refuses it in a sentence, and what a ledger holds never speaks for the script."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from catalogue.terms import TermsWithdrawn
from slamon.history import NAMES
from slamon.ledger.proof import NotProvableError, prove
from slamon.ledger.sealing import seal
from slamon.ledger.store import Ledger
from slamon.sla.review import BreachUpheld

Check = Callable[..., tuple[int, list[str]]]

FORGED = "PROVED      seal 1 is the one that you kept"


@pytest.fixture
def check(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run the script over the bytes of a proof, and of a list of seals if one was kept."""
    main = run_path(str(tree / "docs/verify/check_proof.py"))["main"]

    def run(proof: bytes, kept: bytes | None = None) -> tuple[int, list[str]]:
        files = [tmp_path / "proof.json", tmp_path / "kept.json"][: 1 if kept is None else 2]
        for file, content in zip(files, (proof, kept or b""), strict=False):
            file.write_bytes(content)
        code = main([str(file) for file in files])
        return code, capsys.readouterr().out.splitlines()

    return run


def _proof(tmp_path: Path, *, stream: str = "breach:a:o1:2026-02", actor: str = "ann") -> Any:
    with closing(Ledger(tmp_path / "ledger.db", NAMES, lambda: 1_767_225_600_000_000)) as ledger:
        ledger.append(stream, [BreachUpheld(reason="yes")], after=0, actor=actor)
        seal(ledger, actor="slamon")
        return prove(ledger, 1).model_dump(mode="json")


@pytest.mark.parametrize(
    "nested", [pytest.param(b"[", id="lists"), pytest.param(b'{"":', id="objects")]
)
def test_what_is_nested_without_end_is_refused(check: Check, tmp_path: Path, nested: bytes) -> None:
    proof = json.dumps(_proof(tmp_path)).encode()

    for code, said in (check(nested * 100_000), check(proof, nested * 100_000)):
        assert code == 1
        assert said[0].startswith("NOT PROVED  ")


@pytest.mark.parametrize(
    "field", [pytest.param("stream", id="a stream"), pytest.param("actor", id="an actor")]
)
def test_no_text_of_the_ledger_reads_like_a_line_of_the_script(
    check: Check, tmp_path: Path, field: str
) -> None:
    proof = _proof(tmp_path, **{field: f"ann:\n{FORGED}\x1b[8m"})

    code, said = check(json.dumps(proof).encode())

    assert code == 3
    assert FORGED not in said
    assert all(line.isprintable() for line in said)


def test_a_fact_that_says_nothing_is_not_shown_as_results(check: Check, tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db", NAMES, lambda: 0)) as ledger:
        ledger.append("agreement:a", [TermsWithdrawn()], after=0, actor="ann")
        seal(ledger, actor="slamon")
        proof = prove(ledger, 1).model_dump(mode="json")

    _, said = check(json.dumps(proof).encode())

    assert said[2].strip() == "{}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_proof_is_read_however_its_text_was_saved(
    check: Check, tmp_path: Path, encoding: str
) -> None:
    proof = _proof(tmp_path, actor="Zoë")

    code, _ = check(json.dumps(proof, ensure_ascii=False).encode(encoding))

    assert code == 3


def test_what_an_envelope_says_is_not_taken_for_the_name_of_the_fact(
    check: Check, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    with closing(Ledger(path, NAMES, lambda: 0)) as ledger:
        ledger.append("breach:a:o1:2026-02", [BreachUpheld(reason="yes")], after=0, actor="ann")
        with closing(sqlite3.connect(path)) as forging, forging:
            lie = b'{"name":"breach-waived/1","at":0,'
            forging.execute(
                "UPDATE stored_events SET state = CAST(? || substr(state, 9) AS BLOB)", (lie,)
            )
        seal(ledger, actor="slamon")
        proof = prove(ledger, 1).model_dump(mode="json")

    code, said = check(json.dumps(proof).encode())

    assert code == 3
    assert said[0] == "position 1: breach-upheld/1, version 1 of breach:a:o1:2026-02"


def test_under_a_damaged_seal_nothing_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(Ledger(path, NAMES, lambda: 0)) as ledger:
        ledger.append("breach:a:o1:2026-02", [BreachUpheld(reason="yes")], after=0, actor="ann")
        seal(ledger, actor="slamon")
        with closing(sqlite3.connect(path)) as forging, forging:
            forging.execute("UPDATE stored_events SET state = x'00' WHERE rowid = 2")

        with pytest.raises(NotProvableError, match="a seal is damaged: `slamon ledger verify`"):
            prove(ledger, 1)
