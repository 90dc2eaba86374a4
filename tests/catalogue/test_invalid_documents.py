"""Every fault is told with its file, line, column and a correction."""

from pathlib import Path

import pytest

from catalogue.problems import DocumentsRefused
from catalogue.reader import read

FILES = sorted((Path(__file__).parent / "invalid").glob("*.yaml"))
EXPECT = "# expect: "


@pytest.mark.parametrize("file", [pytest.param(f, id=f.stem.replace("-", " ")) for f in FILES])
def test_a_fault_is_told_exactly(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]

    with pytest.raises(DocumentsRefused) as refused:
        read([file])

    told = [str(problem).removeprefix(f"{file}:") for problem in refused.value.problems]
    assert told == expected


def test_an_inline_secret_is_never_repeated() -> None:
    with pytest.raises(DocumentsRefused) as refused:
        read([Path(__file__).parent / "invalid" / "inline-secret.yaml"])

    assert "correct horse" not in str(refused.value)


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentsRefused) as refused:
        read([tmp_path])

    assert str(refused.value) == f"{tmp_path}:1:1: there are no documents (*.yaml) here"


def test_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("providers: [{id: a}]\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("windows: 5\n", encoding="utf-8")

    with pytest.raises(DocumentsRefused) as refused:
        read([tmp_path])

    assert [(Path(p.file).name, p.message) for p in refused.value.problems] == [
        ("a.yaml", '"name" is missing'),
        ("a.yaml", '"prov" is missing'),
        ("a.yaml", '"role" is missing'),
        ("b.yaml", "a list of records is wanted here"),
    ]
