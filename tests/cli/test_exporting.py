"""`slamon catalogue export`: documents from the ledger, and nothing overwritten that nobody has applied."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

SET = "digital-editions"


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.yaml"))}


@pytest.fixture
def renamed(slamon: Any, starter: Path) -> Any:
    """Somebody else has applied another name of the provider, from documents of their own."""
    before = texts(starter)
    edit(starter, "providers.yaml", 'en: "University of Bern, digital editions"', "en: Bern")
    assert slamon("catalogue", "apply", starter, "--yes").exit_code == 0
    for name, text in before.items():
        (starter / name).write_text(text, encoding="utf-8")
    return slamon


def test_documents_that_say_what_is_recorded_are_left_as_they_are(
    slamon: Any, starter: Path
) -> None:
    before = texts(starter)

    said = slamon("catalogue", "export", starter)

    assert said.exit_code == 0, said.output
    assert "0 files written, 6 unchanged" in said.stdout
    assert texts(starter) == before


def test_a_set_is_written_into_a_folder_of_its_name_and_applied_without_a_change(
    slamon: Any, tmp_path: Path
) -> None:
    said = slamon.json("catalogue", "export", tmp_path / "out", "--set", SET)

    assert said["set"] == SET
    assert "agreements.yaml" in said["written"]
    again = slamon("catalogue", "plan", tmp_path / "out" / SET)
    assert "nothing to record" in again.stdout


def test_what_nobody_has_applied_is_not_overwritten(renamed: Any, starter: Path) -> None:
    before = texts(starter)

    refused = renamed("catalogue", "export", starter)

    assert refused.exit_code == 1
    assert "name en Bern → University of Bern, digital editions" in refused.stderr
    assert f"{starter} says what the ledger does not know" in refused.stderr
    assert texts(starter) == before


def test_by_force_the_documents_say_what_the_ledger_has(renamed: Any, starter: Path) -> None:
    before = texts(starter)

    done = renamed("catalogue", "export", starter, "--force")

    assert done.exit_code == 0, done.output
    after = texts(starter)
    assert {name for name in after if after[name] != before[name]} == {"providers.yaml"}
    old, new = (each["providers.yaml"].splitlines() for each in (before, after))
    assert len([1 for a, b in zip(old, new, strict=True) if a != b]) == 1


def test_documents_are_written_as_they_were_known(renamed: Any, tmp_path: Path) -> None:
    position = renamed.position() - 1

    then = renamed("catalogue", "export", tmp_path, "--set", SET, "--as-known-at", f"@{position}")

    assert then.exit_code == 0, then.output
    text = (tmp_path / SET / "providers.yaml").read_text(encoding="utf-8")
    assert "University of Bern, digital editions" in text


def test_a_folder_that_is_no_set_is_told_which_there_are(slamon: Any, tmp_path: Path) -> None:
    said = slamon("catalogue", "export", tmp_path / "other")

    assert said.exit_code == 1
    assert said.stderr.strip() == (
        "the ledger has no set 'other'; name one with --set: digital-editions"
    )
    assert not (tmp_path / "other").exists()


def test_faulty_documents_are_left_alone_also_by_force(slamon: Any, starter: Path) -> None:
    (starter / "agreements.yaml").write_text("agreements: [\n", encoding="utf-8")
    before = texts(starter)

    said = slamon("catalogue", "export", starter, "--force")

    assert said.exit_code == 1
    assert "agreements.yaml:2:1: not YAML" in said.stderr
    assert texts(starter) == before


def test_nothing_is_left_beside_the_documents(slamon: Any, tmp_path: Path) -> None:
    slamon("catalogue", "export", tmp_path, "--set", SET)

    assert {path.suffix for path in (tmp_path / SET).iterdir()} == {".yaml"}


def test_the_api_gives_the_same_documents(slamon: Any, signed_in: Any, tmp_path: Path) -> None:
    slamon("catalogue", "export", tmp_path, "--set", SET)

    with signed_in(slamon) as client:
        found = client.get("/api/v1/catalogue/export", params={"set": SET}).json()
        packed = client.get("/api/v1/catalogue/export", params={"set": SET, "format": "zip"})
        missing = client.get("/api/v1/catalogue/export", params={"set": "other"})

    assert found["files"] == texts(tmp_path / SET)
    assert packed.headers["content-disposition"] == f'attachment; filename="{SET}.zip"'
    with zipfile.ZipFile(io.BytesIO(packed.content)) as files:
        read = {name: files.read(name).decode() for name in files.namelist()}
    assert read == {f"{SET}/{name}": text for name, text in found["files"].items()}
    assert missing.status_code == 404
    assert missing.json()["detail"] == "There is no set other; known are: digital-editions."
