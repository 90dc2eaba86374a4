"""`slamon catalogue schema` writes what editors read, and says when files have fallen behind."""

from pathlib import Path
from typing import Any


def test_schemas_are_written_once(empty: Any, tmp_path: Path) -> None:
    folder = tmp_path / "schemas"

    first, again = (empty("catalogue", "schema", folder) for _ in range(2))

    assert first.stdout == f"9 written, 0 unchanged in {folder}\n"
    assert again.stdout == f"0 written, 9 unchanged in {folder}\n"
    assert "agreements.json" in {path.name for path in folder.iterdir()}


def test_a_check_names_the_files_that_say_something_else_and_leaves_them(
    empty: Any, tmp_path: Path
) -> None:
    empty("catalogue", "schema", tmp_path)
    (tmp_path / "tariffs.json").write_text("{}")

    said = empty("catalogue", "schema", tmp_path, "--check")

    assert said.exit_code == 1
    assert said.stderr.strip() == (
        f"{tmp_path} does not say what this slamon reads: tariffs.json; write them anew"
    )
    assert (tmp_path / "tariffs.json").read_text() == "{}"
