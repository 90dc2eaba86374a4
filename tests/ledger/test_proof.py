"""A fact is proved to somebody who has the proof, one script and Python; nothing else proves it."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from probes.batch import Edge, ObservationsRecorded
from probes.outcome import Outcome
from slamon.history import NAMES
from slamon.ledger.proof import NotProvableError, prove
from slamon.ledger.sealing import newest, seal
from slamon.ledger.store import Ledger
from slamon.sla.review import BreachUpheld

Check = Callable[..., tuple[int, str]]

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
NO_LIST = "{file} is neither a list of seals nor the hash of one, 64 digits from 0 to f"
ONE, PAIR = 3, 12  # the first fact is JSON; the last under the first seal is a batch


def proof_of(ledger: Ledger, position: int) -> dict[str, Any]:
    """The proof as it is exported."""
    return prove(ledger, position).model_dump(mode="json")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Twelve facts under seal 1 (position 13), one under seal 2, one under seal 3, one not yet sealed."""
    with closing(Ledger(tmp_path / "ledger.db", NAMES, lambda: 1_767_225_600_000_000)) as ledger:
        facts = [BreachUpheld(reason=f"reason {n}") for n in range(1, 12)]
        ledger.append("breach:a:o1:2026-02", facts, after=0, actor="ann", cause="letter of 3 March")
        ledger.append("observations:a:b:c", [BATCH], after=0, actor="agent:a")
        for version in (11, 12, 13):
            seal(ledger, actor="slamon")
            more = BreachUpheld(reason="more")
            ledger.append("breach:a:o1:2026-02", [more], after=version, actor="ann")
        yield ledger


@pytest.fixture
def check(tree: Path, tmp_path: Path) -> Check:
    """Run the script alone: an empty folder, no site packages, no environment."""
    folder = tmp_path / "provider"
    folder.mkdir()
    shutil.copy(tree / "docs/verify/check_proof.py", folder)

    def run(proof: object, *anchor: str) -> tuple[int, str]:
        text = proof if isinstance(proof, str) else json.dumps(proof)
        (folder / "proof.json").write_text(text)
        done = subprocess.run(
            [sys.executable, "-I", "-S", "check_proof.py", "proof.json", *anchor],
            cwd=folder,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout

    return run


@pytest.fixture(scope="module")
def script(tree: Path) -> dict[str, Any]:
    """The functions of the script, to be called many times in one process."""
    return run_path(str(tree / "docs/verify/check_proof.py"))


def test_a_fact_is_proved_in_words(ledger: Ledger, check: Check) -> None:
    last = newest(ledger)
    assert last is not None

    code, said = check(proof_of(ledger, ONE))

    assert code == 3
    assert said.splitlines() == [
        "position 3: breach-upheld/1, version 3 of breach:a:o1:2026-02",
        "            recorded 2026-01-01T00:00:00+00:00 by ann",
        '            {"reason": "reason 3"}',
        "PROVED      that stood there when seal 1 was made",
        f"PROVED      from there a chain leads to seal 3, hash {last.seal.hash}",
        "NOT PROVED  that seal 3 is genuine: give one that you kept",
        "NOT PROVED  that the fact is true; only that nobody has changed it since it was sealed",
    ]


def test_every_sealed_fact_is_proved(ledger: Ledger, script: dict[str, Any]) -> None:
    for position in range(1, 17):
        script["check"](proof_of(ledger, position))


@pytest.mark.parametrize(
    "spelt", [pytest.param(str, id="as it is shown"), pytest.param(str.upper, id="in capitals")]
)
def test_the_hash_of_a_seal_that_was_kept_is_recognised(
    ledger: Ledger, check: Check, spelt: Callable[[str], str]
) -> None:
    proof = proof_of(ledger, ONE)

    code, said = check(proof, spelt(proof["seals"][1]["hash"]))

    assert code == 0
    assert "PROVED      seal 2 is the one that you kept" in said


@pytest.mark.parametrize(
    "spelt",
    [
        pytest.param(lambda text: f"{text}\n".encode(), id="on a line"),
        pytest.param(lambda text: f" {text.upper()}\r\n".encode("utf-8-sig"), id="of an editor"),
        pytest.param(lambda text: f"{text}\r\n".encode("utf-16"), id="in another encoding"),
    ],
)
def test_a_file_that_holds_the_hash_of_a_seal_is_recognised(
    ledger: Ledger, check: Check, tmp_path: Path, spelt: Callable[[str], bytes]
) -> None:
    proof = proof_of(ledger, ONE)
    (tmp_path / "kept").write_bytes(spelt(proof["seals"][1]["hash"]))

    code, said = check(proof, str(tmp_path / "kept"))

    assert code == 0
    assert "PROVED      seal 2 is the one that you kept" in said


def test_a_seal_that_contradicts_one_that_was_kept_proves_nothing(
    ledger: Ledger, check: Check, tmp_path: Path
) -> None:
    proof = proof_of(ledger, ONE)
    seals = copy.deepcopy(proof["seals"])
    first, rest = seals[2]["hash"][0], seals[2]["hash"][1:]
    seals[2]["hash"] = ("1" if first == "0" else "0") + rest
    (tmp_path / "kept.json").write_text(json.dumps({"seals": seals}))

    assert check(proof, str(tmp_path / "kept.json")) == (
        1,
        "NOT PROVED  seal 3 is not the one that you kept\n",
    )


def test_a_proof_that_is_not_there_is_told_as_such(
    script: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert script["main"](["nope.json", "ab" * 32]) == 1
    assert capsys.readouterr().out == "NOT PROVED  there is no file nope.json\n"


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda seals: {"ledger": "an-id", "seals": seals}, id="of the command"),
        pytest.param(lambda seals: {"items": seals, "next": None}, id="of the API"),
        pytest.param(lambda seals: seals, id="the seals alone"),
    ],
)
def test_a_list_of_seals_that_was_kept_is_recognised(
    ledger: Ledger, check: Check, tmp_path: Path, form: Callable[[Any], object]
) -> None:
    proof = proof_of(ledger, ONE)
    (tmp_path / "kept.json").write_text(json.dumps(form(proof["seals"][:1])))

    code, said = check(proof, str(tmp_path / "kept.json"))

    assert code == 0
    assert "PROVED      seal 1 is the one that you kept" in said


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        pytest.param("{}", NO_LIST, id="nothing in it"),
        pytest.param("[7]", NO_LIST, id="a list of something else"),
        pytest.param('{"items": [{"number": 1}]}', NO_LIST, id="seals without their hashes"),
        pytest.param("7", NO_LIST, id="a number"),
        pytest.param("null", NO_LIST, id="null"),
        pytest.param("the seals of March", NO_LIST, id="a letter"),
        pytest.param(None, NO_LIST, id="no file and no hash"),
        pytest.param("[]", "none of its seals is one that you kept", id="an empty list"),
    ],
)
def test_what_is_no_seal_that_was_kept_is_refused_in_a_sentence(
    ledger: Ledger, check: Check, tmp_path: Path, kept: str | None, said: str
) -> None:
    if kept is not None:
        (tmp_path / "kept.json").write_text(kept)

    code, told = check(proof_of(ledger, ONE), str(tmp_path / "kept.json"))

    assert (code, told) == (1, f"NOT PROVED  {said.format(file=tmp_path / 'kept.json')}\n")


def test_a_proof_does_not_vouch_for_itself(ledger: Ledger, check: Check) -> None:
    assert check(proof_of(ledger, ONE), "proof.json") == (
        1,
        "NOT PROVED  proof.json is a proof itself: its seals are not what you kept\n",
    )


def test_a_long_fact_is_shown_in_some_lines_with_the_verdicts_behind(
    ledger: Ledger, check: Check
) -> None:
    reason = "all of it  matters, " * 1_500
    ledger.append("breach:a:o1:2026-03", [BreachUpheld(reason=reason)], after=0, actor="ann")
    seal(ledger, actor="slamon")
    proof = proof_of(ledger, ledger.position() - 1)

    _, short = check(proof)
    _, whole = check(proof, "--whole")

    lines, more = short.splitlines(), whole.splitlines()[2:-4]
    assert max(map(len, lines)) <= 120
    assert len(lines) == 2 + 11 + 4
    assert lines[12].strip() == f"... and {len(more) - 10} lines more: --whole shows them"
    assert lines[-1].startswith("NOT PROVED  that the fact is true")
    assert json.loads("".join(line[12:] for line in more)) == {"reason": reason}


def test_a_seal_of_another_ledger_proves_nothing(ledger: Ledger, check: Check) -> None:
    assert check(proof_of(ledger, ONE), "ab" * 32) == (
        1,
        "NOT PROVED  none of its seals is one that you kept\n",
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every single value of a document."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))
    else:
        yield path


def flipped(value: Any) -> Any:
    """Another value of the same type, as near as may be."""
    if isinstance(value, str):
        return value[:-3] + ("A" if value[-3] != "A" else "B") + value[-2:] if value[3:] else "x"
    return value + 1 if isinstance(value, int) else "x"


@pytest.mark.parametrize("position", [pytest.param(ONE, id="JSON"), pytest.param(PAIR, id="batch")])
def test_no_value_of_a_proof_can_be_another(
    ledger: Ledger, script: dict[str, Any], position: int
) -> None:
    proof: Any = proof_of(ledger, position)
    script["check"](proof)

    for path in places(proof):
        tampered = copy.deepcopy(proof)
        inner = tampered
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = flipped(inner[path[-1]])
        with pytest.raises((AssertionError, ValueError, LookupError, TypeError, AttributeError)):
            script["check"](tampered)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        pytest.param(("form",), "other/1", "the proof has a form that is not known", id="form"),
        pytest.param(("fact", "payload"), {"reason": "x"}, "what is shown", id="what is shown"),
        pytest.param(("fact", "stream"), "breach:b", "the fact is not under seal 1", id="stream"),
        pytest.param(("index",), 99, "the index is not in the tree", id="index"),
        pytest.param(("path",), [], "proof.json is no proof, or not a whole", id="path"),
        pytest.param(("seals", 0, "count"), 11, "seal 1 has not the hash", id="count"),
        pytest.param(("seals", 1, "previous"), "ab" * 32, "seal 2 has not the hash", id="chain"),
        pytest.param(("seals",), [], "proof.json is no proof, or not a whole", id="no seal"),
        pytest.param(("fact", "position"), 10**30, "the seal is of other positions", id="huge"),
        pytest.param(("fact", "version"), -1, "proof.json is no", id="a negative number"),
        pytest.param(("fact", "verdict"), "met", "the fact has other fields", id="more fields"),
        pytest.param(("fact",), None, "proof.json is no proof, or not a whole", id="no fact"),
    ],
)
def test_a_proof_that_was_changed_is_told_apart(
    ledger: Ledger, check: Check, path: tuple[Any, ...], value: object, said: str
) -> None:
    proof: Any = proof_of(ledger, ONE)
    inner = proof
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value

    code, told = check(proof)

    assert code == 1
    assert told.startswith(f"NOT PROVED  {said}")


def test_seals_that_are_left_out_break_the_chain(ledger: Ledger, check: Check) -> None:
    proof = proof_of(ledger, ONE)
    del proof["seals"][1]

    assert check(proof) == (1, "NOT PROVED  seal 3 does not follow the last\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "proof.json is no proof, or not a whole one"),
        ("[]", "the proof has other fields"),
        ("7", "proof.json is no proof, or not a whole one"),
        ('{"form": "slamon-proof/1"}', "the proof has other fields"),
    ],
)
def test_what_is_no_proof_proves_nothing(check: Check, text: str, said: str) -> None:
    assert check(text) == (1, f"NOT PROVED  {said}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["a", "b", "c"], id="too much"),
        pytest.param(["--help"], id="an option that it has not"),
    ],
)
def test_how_the_script_is_used_is_told(
    script: dict[str, Any], capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert script["main"](arguments) == 2
    assert "[--whole] PROOF [KEPT]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("position", "said"),
    [
        pytest.param(99, "there is no fact at position 99", id="no fact"),
        pytest.param(0, "there is no fact at position 0", id="before the first"),
        pytest.param(18, "position 18 is not under a seal yet: slamon makes one", id="not sealed"),
    ],
)
def test_what_cannot_be_proved_is_said(ledger: Ledger, position: int, said: str) -> None:
    with pytest.raises(NotProvableError, match=said):
        prove(ledger, position)


def test_a_fact_is_proved_by_the_seals_that_were_made_up_to_a_position(ledger: Ledger) -> None:
    assert [each.number for each in prove(ledger, ONE, 13).seals] == [1]
    assert [each.number for each in prove(ledger, ONE, 16).seals] == [1, 2]


@pytest.mark.parametrize(
    ("upto", "said"),
    [
        pytest.param(2, "there is no fact at position 3", id="it was not recorded yet"),
        pytest.param(
            12,
            "position 3 was not under a seal yet when the ledger stood at 12",
            id="it was not sealed yet",
        ),
    ],
)
def test_what_came_later_proves_nothing_of_the_past(ledger: Ledger, upto: int, said: str) -> None:
    with pytest.raises(NotProvableError, match=said):
        prove(ledger, ONE, upto)


def test_the_script_stays_small_enough_to_be_read(tree: Path) -> None:
    lines = (tree / "docs/verify/check_proof.py").read_text().splitlines()

    assert len(lines) < 150
