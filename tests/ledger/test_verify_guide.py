"""The guide for providers: its commands and what they print are those of today."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from runpy import run_path

import pytest
from typer.testing import CliRunner

from slamon.cli.main import app
from slamon.history import NAMES
from slamon.ledger.sealing import seal
from slamon.ledger.store import Ledger
from slamon.sla.review import BreachFound, BreachWaived

INSTANT = 1_772_616_600_000_000  # 2026-03-04T09:30:00Z
STREAM = "breach:sla-mail:o1:2026-02"


@pytest.fixture
def guide(tree: Path) -> str:
    return (tree / "docs/verify.md").read_text()


@pytest.fixture
def provider(tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the script and the list of seals that was kept when there was but one."""
    folder = tmp_path / "provider"
    folder.mkdir()
    (folder / "check_proof.py").write_text((tree / "docs/verify/check_proof.py").read_text())
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SLAMON_DATA", str(tmp_path / "var"))
    with closing(Ledger(tmp_path / "var" / "ledger.db", NAMES, lambda: INSTANT)) as ledger:
        ledger.found("an-id")
        found = BreachFound(ratio="397/400", target="99.50", position=1)
        waived = BreachWaived(reason="the outage lay in agreed maintenance", clause="5.2")
        ledger.append(STREAM, [found, waived], after=0, actor="ann")
        seal(ledger, actor="slamon")
        (folder / "seals.json").write_text(slamon("ledger seals --json"))
        ledger.append(f"{STREAM}b", [found], after=0, actor="ann")
        seal(ledger, actor="slamon")
    return folder


def slamon(command: str) -> str:
    done = CliRunner().invoke(app, shlex.split(command))
    assert done.exit_code == 0, done.output
    return done.stdout


def blocks(guide: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)


def test_the_example_prints_what_the_guide_shows(guide: str, provider: Path) -> None:
    prove, check, verify = blocks(guide, "sh")
    (shown,) = blocks(guide, "text")

    slamon(prove.removeprefix("slamon "))
    command = [sys.executable, "-I", "-S", *shlex.split(check)[1:]]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    verified = slamon(verify.removeprefix("slamon "))

    assert printed == shown
    assert "nothing that was sealed has changed" in verified


def test_the_exit_codes_are_those_that_the_guide_names(guide: str, provider: Path) -> None:
    slamon("ledger prove 3 --out proof.json")
    script = run_path(str(provider / "check_proof.py"))["main"]
    kept: list[list[str]] = [["seals.json"], ["ab" * 32]]
    asked = [*(["proof.json", *each] for each in kept), [], ["proof.json"]]

    told = re.findall(r"^- (\d): ", guide, re.MULTILINE)

    assert told == [str(script(arguments)) for arguments in asked] == ["0", "1", "2", "3"]


def test_every_sentence_of_the_table_is_one_that_is_said(guide: str, tree: Path) -> None:
    said = re.findall(r"^\| ((?!it says|-)[^|]+) \|", guide, re.MULTILINE)
    code = "".join(
        (tree / "slamon/ledger" / name).read_text()
        for name in ("locating.py", "verifying.py", "shelf.py")
    )
    plain = re.sub(r'"\n\s+f?"', "", code)

    parts = [part for each in said for part in re.split(r"\d+|…", each) if len(part.strip()) > 5]

    assert len(said) == 10
    assert [part for part in parts if part.strip() not in plain] == []
