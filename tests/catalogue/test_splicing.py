"""A document changed only where its data differ; whatever it says afterwards is what it was to say."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from catalogue.pages import read_page
from catalogue.splicing import spliced
from catalogue.writing import section

Json = dict[str, JsonValue]

BEFORE = """\
# Who promises.
providers:
- id: unv                      # in Bonn
  name: {en: "UNV, Bonn", fr: 'UNV, à Bonn'}
  members: [a, b]
  # its seat
  site: {city: Bonn, tz: Europe/Berlin}
  lines:
  - {id: t1, amount: "4.35"}   # per head
  - {id: t2, amount: "1.00"}   # per seat
- {id: wcmc, role: provider}
"""
UNV: Json = {
    "id": "unv",
    "name": {"en": "UNV, Bonn", "fr": "UNV, à Bonn"},
    "members": ["a", "b"],
    "site": {"city": "Bonn", "tz": "Europe/Berlin"},
    "lines": [{"id": "t1", "amount": "4.35"}, {"id": "t2", "amount": "1.00"}],
}
WCMC: Json = {"id": "wcmc", "role": "provider"}
DATA: Json = {"providers": [UNV, WCMC]}


def said(text: str, tmp_path: Path) -> JsonValue:
    file = tmp_path / "page.yaml"
    file.write_text(text, encoding="utf-8")
    page, faults = read_page(file, "page.yaml")
    assert (page.readable, faults) == (True, ()), text
    return page.data


def unv(**fields: JsonValue) -> Json:
    """The data with other fields of the first provider; "out" takes one out."""
    changed = {**UNV, **fields}
    return {"providers": [{n: each for n, each in changed.items() if each != "out"}, WCMC]}


@pytest.mark.parametrize(
    ("new", "old_lines", "new_lines"),
    [
        pytest.param(DATA, [], [], id="nothing"),
        pytest.param(
            unv(name={"en": "UNV, Bonn", "fr": "VNU"}),
            ["""  name: {en: "UNV, Bonn", fr: 'UNV, à Bonn'}"""],
            ["""  name: {en: "UNV, Bonn", fr: VNU}"""],
            id="a text in a line",
        ),
        pytest.param(
            unv(lines=[{"id": "t1", "amount": "4.60"}, {"id": "t2", "amount": "1.00"}]),
            ["""  - {id: t1, amount: "4.35"}   # per head"""],
            ["""  - {id: t1, amount: "4.60"}   # per head"""],
            id="an amount beside a comment",
        ),
        pytest.param(
            unv(
                lines=[
                    {"id": "t1", "amount": "4.35"},
                    {"id": "t3", "amount": "9"},
                    {"id": "t2", "amount": "1.00"},
                ]
            ),
            [],
            ["""  - {id: t3, amount: "9"}"""],
            id="a line between two",
        ),
        pytest.param(
            unv(lines=[{"id": "t1", "amount": "4.35"}]),
            ["""  - {id: t2, amount: "1.00"}   # per seat"""],
            [],
            id="the last line gone, with its comment",
        ),
        pytest.param(
            unv(id="unv", role="provider"), [], ["  role: provider"], id="a field at the end"
        ),
        pytest.param(unv(members="out"), ["  members: [a, b]"], [], id="a field gone"),
        pytest.param(
            unv(members=["a", "b", "c"]),
            ["  members: [a, b]"],
            ["  members: [a, b, c]"],
            id="a word more in a list",
        ),
        pytest.param(
            {"providers": [UNV, {"id": "wcmc", "role": "host"}]},
            ["- {id: wcmc, role: provider}"],
            ["- {id: wcmc, role: host}"],
            id="a record in one line",
        ),
        pytest.param(
            {"providers": [UNV, WCMC, {"id": "zfmk"}]},
            [],
            ["- {id: zfmk}"],
            id="a record more",
        ),
        pytest.param(
            {"providers": [UNV]},
            ["- {id: wcmc, role: provider}"],
            [],
            id="a record gone",
        ),
    ],
)
def test_a_change_touches_its_own_line_only(
    tmp_path: Path, new: Json, old_lines: list[str], new_lines: list[str]
) -> None:
    text = spliced(BEFORE, DATA, new)

    before, after = BEFORE.splitlines(), text.splitlines()
    assert [line for line in before if line not in after] == old_lines
    assert [line for line in after if line not in before] == new_lines
    assert said(text, tmp_path) == new


texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["on", "null", "2008-05-31", "99.50", "a: b", "- x", "#", "PT1M", "é ", "\x85"]
)
names = st.from_regex(r"[a-z][a-z0-9-]{0,6}", fullmatch=True)
scalars = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
records = st.fixed_dictionaries({"id": names}, optional={"a": values, "b": values, "c": values})
pages = st.dictionaries(
    st.sampled_from(["probes", "services", "windows"]),
    st.lists(records, max_size=4, unique_by=lambda record: str(record["id"])),
    min_size=1,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(old=pages, new=pages)
def test_a_spliced_document_says_what_it_was_to_say(tmp_path: Path, old: Json, new: Json) -> None:
    text = "".join(section(name, content) for name, content in old.items())

    assert said(text, tmp_path) == old
    assert spliced(text, old, old) == text
    assert said(spliced(text, old, new), tmp_path) == new
