"""Every fault is told with its file, line, column and a correction."""

from datetime import date
from pathlib import Path

import pytest

from catalogue.plan import plan
from catalogue.problems import DocumentsRefused, Problem
from catalogue.reader import read
from catalogue.records import Key
from catalogue.terms import START, Terms, evolve

FILES = sorted((Path(__file__).parent / "invalid").glob("*.yaml"))
EXPECT = "# expect: "
TODAY = date(2026, 6, 1)


def faults(file: Path) -> tuple[Problem, ...]:
    """Read a file, and plan it after the one of the same name that was applied before."""
    try:
        catalogue = read([file])
    except DocumentsRefused as refused:
        return refused.problems
    states: dict[Key, Terms] = {}
    for change in plan(read([file.with_suffix(".before")]), {}, TODAY).changes:
        for fact in change.facts:
            key = (change.kind, change.id)
            states[key] = evolve(states.get(key, START), fact)
    return plan(catalogue, states, TODAY).refusals


@pytest.mark.parametrize("file", [pytest.param(f, id=f.stem.replace("-", " ")) for f in FILES])
def test_a_fault_is_told_exactly(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]

    told = [str(problem).removeprefix(f"{file}:") for problem in faults(file)]

    assert told == expected


def test_an_inline_secret_is_never_repeated() -> None:
    with pytest.raises(DocumentsRefused) as refused:
        read([Path(__file__).parent / "invalid" / "inline-secret.yaml"])

    assert "correct horse" not in str(refused.value)


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("https://me:hunter2@www.example/", id="in a good address"),
        pytest.param("https://me:hunter 2@www.example/", id="in an address with a space"),
        pytest.param("https://me:hunter2@[::1/", id="in an address without a host"),
        pytest.param("me:hunter2@www.example:25", id="in an address without a scheme"),
    ],
)
def test_a_password_in_an_address_is_never_repeated(tmp_path: Path, target: str) -> None:
    probe = f'{{id: p, kind: http, target: "{target}", demo_target: "http://127.0.0.1/"}}'
    (tmp_path / "probes.yaml").write_text(f"probes: [{probe}]\n", encoding="utf-8")

    with pytest.raises(DocumentsRefused) as refused:
        read([tmp_path])

    assert "an address must not carry a user or a password" in str(refused.value)
    assert "hunter" not in str(refused.value)


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentsRefused) as refused:
        read([tmp_path])

    assert str(refused.value) == f"there are no documents (*.yaml) in {tmp_path}"


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
