"""What was applied comes out again as documents: equal, whole, and with nothing new to record."""

from datetime import date
from functools import cache, reduce
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from catalogue.exporting import WrittenFile, documents_of, exported, sets_of
from catalogue.kinds import FILES
from catalogue.pages import read_page
from catalogue.plan import plan
from catalogue.reader import read
from catalogue.records import Catalogue, Key
from catalogue.terms import (
    START,
    Known,
    LifecycleAsserted,
    Terms,
    TermsStated,
    TermsWithdrawn,
    evolve,
)

STARTER = Path(__file__).parents[2] / "catalogue" / "starter"
TODAY = date(2026, 6, 1)
SETS = [pytest.param(name, id=name) for name in ("cms-2008", "digital-editions")]
States = dict[Key, Terms]


@cache
def starter(name: str) -> Catalogue:
    return read([STARTER / name])


@cache
def _known(name: str) -> States:
    return applied(starter(name))


def known(name: str) -> States:
    """What the ledger knows once a starter set was applied."""
    return dict(_known(name))


def applied(catalogue: Catalogue, states: States | None = None) -> States:
    """What the ledger knows once the documents were applied."""
    after = dict(states or {})
    for change in plan(catalogue, after, TODAY).changes:
        key = (change.kind, change.id)
        after[key] = reduce(evolve, change.facts, after.get(key, START))
    return after


def files_in(folder: Path) -> dict[str, WrittenFile]:
    return {
        file.name: WrittenFile(file.read_text(encoding="utf-8"), read_page(file, file.name)[0].data)
        for file in sorted(folder.glob("*.yaml"))
    }


def written(
    folder: Path, states: States, before: dict[str, WrittenFile] | None = None
) -> Catalogue:
    """Read what the export of a set wrote into its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = exported(documents_of(states, folder.name), folder.name, before or {})
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read([folder])


def documents(catalogue: Catalogue) -> dict[Key, JsonValue]:
    return {key: dict(record.document) for key, record in catalogue.records.items()}


@pytest.mark.parametrize("name", SETS)
def test_a_set_comes_out_as_it_went_in(tmp_path: Path, name: str) -> None:
    first = starter(name)

    again = written(tmp_path / name, known(name))

    assert documents(again) == documents(first)
    order = {key: list(record.document) for key, record in again.records.items()}
    assert order == {key: list(record.document) for key, record in first.records.items()}


@pytest.mark.parametrize("name", SETS)
def test_applying_what_was_exported_records_nothing(tmp_path: Path, name: str) -> None:
    states = known(name)

    planned = plan(written(tmp_path / name, states), states, TODAY)

    assert (planned.changes, planned.ledger_ahead, planned.refusals) == ((), (), ())


@pytest.mark.parametrize("name", SETS)
def test_an_empty_ledger_learns_the_same_records(tmp_path: Path, name: str) -> None:
    states = known(name)

    assert applied(written(tmp_path / name, states)) == states


@pytest.mark.parametrize("name", SETS)
def test_documents_that_say_what_is_recorded_stay_as_they_are(name: str) -> None:
    files = files_in(STARTER / name)
    states = known(name)

    texts = exported(documents_of(states, name), name, files)

    assert texts == {file: each.text for file, each in files.items()}


def test_records_stand_in_the_files_of_their_sections(tmp_path: Path) -> None:
    states = known("cms-2008")

    texts = exported(documents_of(states, "cms-2008"), "cms-2008", {})

    assert set(texts) == {f"{name}.yaml" for name in FILES}
    for name, known_sections in FILES.items():
        sections = [section for section in known_sections if section != "budgets"]  # it has none
        begun = [line.partition(":")[0] for line in texts[f"{name}.yaml"].splitlines()]
        assert [word for word in begun if word in sections] == sections


def test_only_the_line_of_a_change_is_another(tmp_path: Path) -> None:
    states = known("cms-2008")
    before = files_in(STARTER / "cms-2008")
    signed = LifecycleAsserted(values={"state": "terminated"})
    key = ("agreement", "sla-unv-2026")
    states[key] = evolve(states[key], signed)

    texts = exported(documents_of(states, "cms-2008"), "cms-2008", before)

    changed = {file for file, text in texts.items() if text != before[file].text}
    assert changed == {"agreements.yaml"}
    old, new = (
        text.splitlines() for text in (before["agreements.yaml"].text, texts["agreements.yaml"])
    )
    differing = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert [(a.split("#")[0].strip(), b.split("#")[0].strip()) for a, b in differing] == [
        ("state: in_force", "state: terminated")
    ]
    assert all(a.partition("#")[2] == b.partition("#")[2] for a, b in differing)


def test_a_withdrawn_record_leaves_the_documents_and_a_new_one_enters_them(tmp_path: Path) -> None:
    states = known("cms-2008")
    before = files_in(STARTER / "cms-2008")
    gone, new = ("glossary_term", "a-b"), ("party", "observer")
    terms: dict[str, JsonValue] = {
        "id": "observer", "role": "partner", "name": {"en": "O", "fr": "O", "es": "O"}, "prov": {"_": "I"},
    }  # fmt: skip
    gone = next(key for key in states if key[0] == "glossary_term")
    states[gone] = evolve(states[gone], TermsWithdrawn())
    states[new] = evolve(START, _stated(terms))

    (tmp_path / "cms-2008").mkdir()
    for name, text in exported(documents_of(states, "cms-2008"), "cms-2008", before).items():
        (tmp_path / "cms-2008" / name).write_text(text, encoding="utf-8")
    again = read([tmp_path / "cms-2008"])

    assert gone not in again.records
    assert again.records[new].document == terms
    assert (tmp_path / "cms-2008" / "providers.yaml").read_text().splitlines()[-1] == (
        "- {id: observer, role: partner, name: {en: O, fr: O, es: O}, prov: {_: I}}"
    )


def test_a_mark_that_was_applied_stays_beside_what_it_explains(tmp_path: Path) -> None:
    folder = tmp_path / "cms-2008"
    folder.mkdir()
    for file, each in files_in(STARTER / "cms-2008").items():
        (folder / file).write_text(each.text, encoding="utf-8")
    states = applied(read([folder]))
    agreements = folder / "agreements.yaml"
    text = agreements.read_text(encoding="utf-8")
    mark = "\n  amended: {from: 2027-01-01, reason: agreed anew}"
    was = "\n  review_every: P1Y"
    assert was in text
    at = text.index(was, text.index("id: sla-unv-2026"))
    agreements.write_text(text[:at] + was.replace("P1Y", "P6M") + mark + text[at + len(was) :])
    amended = applied(read([folder]), states)
    terms = amended["agreement", "sla-unv-2026"]
    assert isinstance(terms, Known)
    assert [version.from_ for version in terms.versions] == [None, date(2027, 1, 1)]

    texts = exported(documents_of(amended, "cms-2008"), "cms-2008", files_in(folder))

    assert texts["agreements.yaml"] == agreements.read_text(encoding="utf-8")


def test_sets_are_named_by_the_records_that_are_left_in_them() -> None:
    states = applied(read([STARTER / name for name in ("cms-2008", "digital-editions")]))
    assert sets_of(states) == ["cms-2008", "digital-editions"]

    left = {
        key: evolve(terms, TermsWithdrawn())
        if isinstance(terms, Known) and terms.catalogue == "digital-editions"
        else terms
        for key, terms in states.items()
    }

    assert sets_of(left) == ["cms-2008"]


words = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=20)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=10
)
@given(
    names=st.dictionaries(
        st.sampled_from(["unv", "unep-wcmc", "zfmk", "web-host"]), words, max_size=3
    ),
    notes=st.dictionaries(st.sampled_from(["prb-web-home", "prb-control"]), words, max_size=2),
    gone=st.sets(st.integers(0, 6), max_size=3),
    on_top=st.booleans(),
)
def test_whatever_is_edited_comes_out_as_it_is_known(
    tmp_path_factory: pytest.TempPathFactory,
    names: dict[str, str], notes: dict[str, str], gone: set[int], on_top: bool,  # noqa: FBT001 - hypothesis names it
) -> None:  # fmt: skip
    states = known("cms-2008")
    for party, name in names.items():
        states["party", party] = _edited(
            states["party", party], "name", {"en": name, "fr": name, "es": name}
        )
    for probe, note in notes.items():
        states["probe", probe] = _edited(states["probe", probe], "note", note)
    terms = [key for key in states if key[0] == "glossary_term"]
    for number in gone:
        states[terms[number]] = evolve(states[terms[number]], TermsWithdrawn())
    folder = tmp_path_factory.mktemp("edited") / "cms-2008"

    again = written(folder, states, files_in(STARTER / "cms-2008") if on_top else None)

    assert documents(again) == documents_of(states, "cms-2008")
    assert plan(again, states, TODAY).changes == ()


def _stated(terms: dict[str, JsonValue]) -> TermsStated:
    return TermsStated(catalogue="cms-2008", terms=terms)


def _edited(terms: Terms, field: str, value: JsonValue) -> Terms:
    assert isinstance(terms, Known)
    return evolve(terms, _stated({**terms.newest.terms, field: value}))
