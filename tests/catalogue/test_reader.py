"""Whatever stands in a document, the reader answers with a catalogue or with faults at their places."""

import json
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError

from catalogue.agreements import Agreement
from catalogue.compile import spec_of
from catalogue.kinds import KINDS, SECTIONS
from catalogue.probing import Probe, ProbeDefaults
from catalogue.problems import DocumentsRefused, Problem
from catalogue.reader import read
from catalogue.records import Catalogue

STARTER = Path(__file__).parents[2] / "catalogue" / "starter"
ODD: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(
        ["", "x", "25:00", "PT0S", "2026-02-30", "env:", "99.5", "€", "svc-web", "[::1"]
    ),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just([{"id": "x"}]),
    st.just({"id": "x"}),
)


def spoilt(value: JsonValue, draw: st.DrawFn) -> JsonValue:
    """Replace one thing somewhere inside by something odd."""
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: spoilt(value[name], draw)}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], spoilt(value[index], draw), *value[index + 1 :]]
    return draw(ODD)


def faults(file: Path) -> tuple[Problem, ...]:
    try:
        read([file])
    except DocumentsRefused as refused:
        return refused.problems
    return ()


@st.composite
def spoilt_records(draw: st.DrawFn, samples: dict[str, list[JsonValue]]) -> dict[str, JsonValue]:
    section = draw(st.sampled_from(sorted(samples)))
    record = draw(st.sampled_from(samples[section]))
    content = record if SECTIONS[section].single else [record]
    return {section: spoilt(content, draw)}


@pytest.fixture(scope="module")
def samples(cms: Catalogue, editions: Catalogue) -> dict[str, list[JsonValue]]:
    """A few records of each section, as plain data."""
    found: dict[str, list[JsonValue]] = {}
    for record in (*cms.records.values(), *editions.records.values()):
        section = next(name for name, kind in SECTIONS.items() if kind.name == record.kind)
        if len(found.setdefault(section, [])) < 8:
            found[section].append(record.document)
    return found


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_spoilt_document_is_refused_at_a_place_or_read(
    samples: dict[str, list[JsonValue]], data: st.DataObject
) -> None:
    document = data.draw(spoilt_records(samples))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "spoilt.yaml"
        file.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
        lines = len(file.read_text(encoding="utf-8").splitlines())
        problems = faults(file)

    assert all(problem.file == str(file) and problem.message for problem in problems)
    assert all(1 <= problem.line <= lines for problem in problems)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_probe_that_is_read_can_be_asked(
    cms: Catalogue, samples: dict[str, list[JsonValue]], data: st.DataObject
) -> None:
    (document,) = data.draw(spoilt_records({"probes": samples["probes"]})).values()
    match document:
        case [dict(record)]:
            try:
                probe = KINDS["probe"].parse(record)
            except ValidationError:
                return
            assert isinstance(probe, Probe)
            assert spec_of(probe, cms.get(ProbeDefaults, "cms-2008")) is not None


@given(st.text(alphabet=st.sampled_from('ab:-[]{}"\n #&*!|>?%@,\t\x00é'), max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_is_refused_or_read(text: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "any.yaml"
        file.write_text(text, encoding="utf-8")
        assert all(problem.message for problem in faults(file))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("providers: [é]".encode("latin-1"))

    with pytest.raises(DocumentsRefused, match="not a document in UTF-8 that YAML allows"):
        read([tmp_path])


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentsRefused) as refused:
        read([tmp_path / "nowhere"])

    assert str(refused.value) == f"there is no folder {tmp_path / 'nowhere'}"


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the starter set of 2008, to be spoilt."""
    return Path(shutil.copytree(STARTER / "cms-2008", tmp_path / "cms-2008"))


def _told(*places: Path) -> list[tuple[str, str]]:
    with pytest.raises(DocumentsRefused) as refused:
        read(places)
    return [(Path(problem.file).name, problem.message) for problem in refused.value.problems]


@pytest.mark.parametrize("file", ["providers.yaml", "probes.yaml", "calendars.yaml"])
def test_a_file_that_cannot_be_read_is_told_alone(edited: Path, file: str) -> None:
    (edited / file).write_text("providers: [", encoding="utf-8")

    ((told, message),) = _told(edited)

    assert told == file
    assert message.startswith("not YAML")


def test_a_name_that_is_no_file_is_told_alone(edited: Path) -> None:
    (edited / "more.yaml").mkdir()

    assert _told(edited) == [("more.yaml", "cannot be read: Is a directory")]


def test_faults_of_another_set_are_told_behind_the_file_that_cannot_be_read(
    edited: Path, tmp_path: Path
) -> None:
    (edited / "providers.yaml").write_text("providers: [", encoding="utf-8")
    other = tmp_path / "a-set"
    other.mkdir()
    (other / "windows.yaml").write_text("windows: 5\n", encoding="utf-8")

    assert [file for file, _ in _told(other, edited)] == ["providers.yaml", "windows.yaml"]


def test_an_emptied_file_whose_records_are_named_elsewhere_is_told_alone(edited: Path) -> None:
    (edited / "providers.yaml").write_text("", encoding="utf-8")

    ((file, message),) = _told(edited)

    assert file == "providers.yaml"
    assert re.fullmatch(
        r"this file is empty, and \d+ references lead to records that are not there", message
    )


def test_an_empty_file_is_no_fault_in_a_set_that_is_complete(edited: Path) -> None:
    (edited / "later.yaml").write_text("# to come\n", encoding="utf-8")

    assert read([edited]).sets == ("cms-2008",)


def test_two_sets_are_read_as_one_catalogue() -> None:
    both = read([STARTER / "cms-2008", STARTER / "digital-editions"])

    assert both.sets == ("cms-2008", "digital-editions")
    assert {record.catalogue for record in both.records.values()} == set(both.sets)


def test_a_record_knows_where_it_and_its_values_stand(cms: Catalogue) -> None:
    record = cms.records["agreement", "sla-unv-2026"]
    text = (STARTER / "cms-2008" / "agreements.yaml").read_text(encoding="utf-8").splitlines()

    place = record.at(("objectives", 1, "target"))

    assert text[record.position.line - 1].startswith("- id: sla-unv-2026")
    assert text[place.line - 1][place.column - 1 :].startswith('"99.00", unit: percent')


def test_a_record_that_is_not_there_is_not_found(cms: Catalogue) -> None:
    assert cms.find(Agreement, "sla-none") is None
    with pytest.raises(KeyError):
        cms.get(Agreement, "sla-none")


def test_a_document_nested_beyond_reason_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text("[" * 1000, encoding="utf-8")

    with pytest.raises(DocumentsRefused):
        read([tmp_path])


HOURS = """service_hours:
- {id: %s, tz: UTC, weekdays: [mon], from: "08:00", to: "18:00", holidays: %s, prov: {_: I}}
"""


def test_what_is_read_may_name_records_beside_it(tmp_path: Path, cms: Catalogue) -> None:
    file = tmp_path / "hours.yaml"
    file.write_text(HOURS % ("mondays", "un-bonn"), encoding="utf-8")

    found = read([file], beside=cms)

    assert list(found.records) == [("service_hours", "mondays")]


def test_a_record_that_is_neither_read_nor_beside_is_a_fault(
    tmp_path: Path, cms: Catalogue
) -> None:
    file = tmp_path / "hours.yaml"
    file.write_text(HOURS % ("mondays", "un-bon"), encoding="utf-8")

    with pytest.raises(DocumentsRefused) as refused:
        read([file], beside=cms)

    assert [str(problem) for problem in refused.value.problems] == [
        f'{file}:2:81: there is no calendar "un-bon" (did you mean "un-bonn"?)'
    ]


def test_faults_that_follow_from_what_is_read_are_told_where_they_can_be_put_right(
    tmp_path: Path, cms: Catalogue
) -> None:
    probe = '{id: prb-unv-mail, kind: tcp, service: svc-cms-ims, target: "a.example:25", '
    probe += 'demo_target: "127.0.0.1:25", interval: PT1M, timeout: PT10S, prov: {_: I}}'
    file = tmp_path / "probes.yaml"
    file.write_text(f"probes: [{probe}]\n", encoding="utf-8")

    # The agreements beside it now rest on a probe of another service: that is no fault of this file.
    assert set(read([file], beside=cms).records) == {("probe", "prb-unv-mail")}
