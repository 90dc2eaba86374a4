"""Sealing, verifying and proving at the command line, and what a close leaves behind."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from slamon.cli.house import House
from slamon.ledger import sealing
from slamon.ledger.proof import NotProvableError

AGREEMENT = "sla-digital-editions"


def change(slamon: Any, position: int) -> None:
    """Change one byte of a fact behind the back of the ledger."""
    with closing(sqlite3.connect(slamon.folder / "ledger.db")) as connection, connection:
        read = "SELECT state FROM stored_events WHERE rowid = ?"
        state = connection.execute(read, (position,)).fetchone()[0]
        changed = state[:-2] + bytes([state[-2] ^ 1]) + state[-1:]
        write = "UPDATE stored_events SET state = ? WHERE rowid = ?"
        connection.execute(write, (changed, position))


def test_a_seal_is_made_shown_and_not_made_again(slamon: Any) -> None:
    last = slamon.position()

    first, again = slamon("ledger", "seal"), slamon("ledger", "seal")

    status = slamon.json("ledger", "stats")["seal"]
    assert f"sealed; seal 1 covers up to position {last}" in first.stdout
    assert f"nothing new; seal 1 covers up to position {last}" in again.stdout
    assert status["hash"] in first.stdout
    assert (status["number"], status["last"], status["position"]) == (1, last, last + 1)
    assert f"up to position {last}" in slamon("ledger", "stats").stdout


def test_a_seal_is_told_in_the_list_of_facts_without_its_marks(slamon: Any) -> None:
    slamon("ledger", "seal")

    told = slamon.json("ledger", "show", "--stream", "ledger:seals")[0]["content"]

    assert set(told) == {"number", "first", "last", "count", "previous", "root", "hash"}
    assert "seal 1 over positions 1 to " in slamon("ledger", "show", "--limit", 500).stdout


def test_a_ledger_that_nobody_changed_is_verified(slamon: Any) -> None:
    last = slamon.position()
    slamon("ledger", "seal")

    found = slamon.json("ledger", "verify")

    assert found["holds"]
    assert (found["facts"], found["sealed"], found["not_yet_sealed"]) == (last + 1, last, 1)
    assert "nothing that was sealed has changed" in slamon("ledger", "verify").stdout


def test_the_position_that_was_changed_is_named_with_exit_code_1(slamon: Any) -> None:
    slamon("ledger", "seal")
    change(slamon, 7)

    done, found = slamon("ledger", "verify"), slamon.json("ledger", "verify", code=1)

    assert done.exit_code == 1
    assert "the first position that does not fit is 7" in done.output
    assert (found["holds"], found["first"]["position"]) == (False, 7)
    assert found["first"]["kind"] == "changed"


def test_a_ledger_that_was_sealed_anew_is_told_by_the_seals_that_were_kept(
    slamon: Any, tmp_path: Path
) -> None:
    slamon("ledger", "seal")
    kept = tmp_path / "kept.json"
    kept.write_text(slamon("ledger", "seals", "--json").stdout)
    assert slamon.json("ledger", "verify", "--against", kept)["seals_as_kept"] == 1
    change(slamon, 7)
    with closing(sqlite3.connect(slamon.folder / "ledger.db")) as connection, connection:
        connection.execute("DELETE FROM stored_events WHERE originator_id = 'ledger:seals'")
        connection.execute("UPDATE stored_events SET state = state WHERE rowid = 7")
    slamon("ledger", "seal")

    found = slamon.json("ledger", "verify", "--against", kept, code=1)

    assert found["faults"][0]["says"].startswith("facts 1 to ")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(lambda hash_, _: hash_, id="the hash itself"),
        pytest.param(lambda hash_, _: hash_.upper(), id="in capitals"),
        pytest.param(lambda hash_, file: written(file, f"{hash_}\n"), id="a file that holds it"),
    ],
)
def test_one_hash_that_was_kept_is_enough(slamon: Any, tmp_path: Path, given: Any) -> None:
    last = slamon.position()
    slamon("ledger", "seal")
    (seal,) = slamon.json("ledger", "seals")["seals"]
    against = ("--against", given(seal["hash"], tmp_path / "kept"))

    assert slamon.json("ledger", "verify", *against)["recognised"] == [1]
    said = slamon("ledger", "verify", *against).stdout
    assert f"the hash that was kept is that of seal 1, over positions up to {last}" in said


def test_a_hash_that_no_seal_has_contradicts_the_ledger(slamon: Any) -> None:
    slamon("ledger", "seal")

    done = slamon("ledger", "verify", "--against", "ab" * 32)
    found = slamon.json("ledger", "verify", "--against", "ab" * 32, code=1)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"no seal of this ledger has the hash {'ab' * 32} that was kept")
    assert [fault["kind"] for fault in found["faults"]] == ["kept"]
    assert not found["holds"]


def test_a_proof_is_nothing_that_was_kept(slamon: Any, tmp_path: Path) -> None:
    slamon("ledger", "seal")
    slamon("ledger", "prove", 7, "--out", tmp_path / "proof.json")

    done = slamon("ledger", "verify", "--against", tmp_path / "proof.json")

    assert done.exit_code == 1
    assert "proof.json is a proof itself: its seals are not what you kept" in done.stderr


def test_what_is_neither_a_file_nor_a_hash_is_refused(slamon: Any) -> None:
    done = slamon("ledger", "verify", "--against", "ab" * 31)

    assert done.exit_code == 1
    assert "is neither a file nor the hash of a seal, 64 digits from 0 to f" in done.stderr


def written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


@pytest.mark.parametrize("text", ["", "[]", '{"seals": []}', '{"seals": [{"number": 1}]}'])
def test_a_file_that_lists_no_seals_is_refused(slamon: Any, tmp_path: Path, text: str) -> None:
    (tmp_path / "kept.json").write_text(text)

    done = slamon("ledger", "verify", "--against", tmp_path / "kept.json")

    assert done.exit_code == 1
    assert "is no list of seals" in done.output


def test_seals_are_listed(slamon: Any) -> None:
    assert "no seal" in slamon("ledger", "seals").stdout
    slamon("ledger", "seal")

    listed = slamon.json("ledger", "seals")["seals"]

    assert [each["number"] for each in listed] == [1]
    assert listed[0]["hash"] in slamon("ledger", "seals").stdout


def test_a_fact_is_proved_to_somebody_without_slamon(
    slamon: Any, tree: Path, tmp_path: Path
) -> None:
    slamon("ledger", "seal")
    folder = tmp_path / "provider"
    folder.mkdir()
    shutil.copy(tree / "docs/verify/check_proof.py", folder)

    done = slamon("ledger", "prove", 7, "--out", folder / "proof.json")

    checked = subprocess.run(
        [sys.executable, "-I", "-S", "check_proof.py", "proof.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.exit_code == 0, done.output
    assert checked.returncode == 3, checked.stdout
    assert json.loads((folder / "proof.json").read_text()) == slamon_proof(slamon, 7)


def test_what_was_recorded_later_is_not_proved_as_known_then(slamon: Any) -> None:
    last = slamon.position()
    slamon("ledger", "seal")

    with House(slamon.folder) as house:
        assert house.reading.proof(3).fact.position == 3
        then = house.reading.moment(f"@{last}", 2**60)
        with house.reading.as_known(then) as reading:
            with pytest.raises(NotProvableError, match="was not under a seal yet"):
                reading.proof(3)
            with pytest.raises(NotProvableError, match="there is no fact"):
                reading.proof(last + 1)


def test_a_proof_is_json_with_the_option_and_without_it(slamon: Any, tmp_path: Path) -> None:
    slamon("ledger", "seal")

    written = slamon.json("ledger", "prove", 7, "--out", tmp_path / "proof.json")

    (seal,) = slamon.json("ledger", "seals")["seals"]
    assert written == {
        "file": str(tmp_path / "proof.json"),
        "position": 7,
        "seal": 1,
        "hash": seal["hash"],
    }
    assert slamon.json("ledger", "prove", 7) == slamon_proof(slamon, 7)


def test_a_proof_overwrites_no_file(slamon: Any, tmp_path: Path) -> None:
    slamon("ledger", "seal")
    (tmp_path / "kept.json").write_text("the seals of March")

    done = slamon("ledger", "prove", 7, "--out", tmp_path / "kept.json")

    assert done.exit_code == 1
    assert "kept.json is there already: a proof never overwrites a file" in done.output
    assert (tmp_path / "kept.json").read_text() == "the seals of March"


def slamon_proof(slamon: Any, position: int) -> Any:
    return json.loads(slamon("ledger", "prove", position).stdout)


@pytest.mark.parametrize(
    ("position", "said"),
    [
        pytest.param(100_000, "there is no fact at position 100000", id="no such fact"),
        pytest.param(3, "position 3 is not under a seal yet", id="nothing sealed"),
    ],
)
def test_what_cannot_be_proved_is_refused(slamon: Any, position: int, said: str) -> None:
    done = slamon("ledger", "prove", position)

    assert done.exit_code == 1
    assert said in done.output


def test_what_a_period_is_closed_on_is_sealed_before(slamon: Any) -> None:
    assert slamon("close", "--agreement", AGREEMENT, "--period", "2026-02").exit_code == 0

    with House(slamon.folder) as house:
        history = house.reading.history(AGREEMENT, "2026-02")
        seal = sealing.newest(house.ledger)

    assert history is not None
    assert seal is not None
    assert history.sealed_by is not None
    assert history.sealed_by.position == seal.position == history.position - 1
    assert history.sealed_by.last == history.judged_at_position
    assert history.seal is None


def test_a_closing_that_changes_nothing_seals_nothing(slamon: Any) -> None:
    slamon("close", "--agreement", AGREEMENT, "--period", "2026-02")
    before = len(slamon.json("ledger", "seals")["seals"])

    slamon("close", "--agreement", AGREEMENT, "--period", "2026-02")

    assert len(slamon.json("ledger", "seals")["seals"]) == before == 1
