"""What is wrong with the surroundings is said in a sentence, never by a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from slamon.cli.main import run
from slamon.cli.opening import opened
from slamon.cli.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("SLAMON_PORT", "eighty", id="a port that is no number"),
        pytest.param("SLAMON_PORT", "99999", id="a port that there is not"),
    ],
)
def test_a_wrong_setting_is_named_with_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        run()

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(f"{name}: ")


def test_a_data_folder_that_is_a_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(typer.Exit), opened(Settings(data=file)):
        pytest.fail("a file was taken for a folder")

    assert capsys.readouterr().err == f"{file}: File exists\n"


def test_a_ledger_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ledger.db").write_bytes(b"something else " * 300)

    with pytest.raises(typer.Exit), opened(Settings(data=tmp_path)):
        pytest.fail("something else was taken for a ledger")

    assert "file is not a database" in capsys.readouterr().err
