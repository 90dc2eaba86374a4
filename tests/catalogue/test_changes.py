"""Differences between two wordings can be made, and then nothing differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.changes import Change, Json, changed, differences

WORDS = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["a", "b.c", ""]))
MAPS = st.dictionaries(st.sampled_from(["x", "y", "dotted.key", "back\\slash"]), WORDS, max_size=3)
MEMBERS = st.lists(
    st.builds(lambda name, rest: {**rest, "id": name}, st.sampled_from(["o1", "o2", "o3"]), MAPS),
    unique_by=lambda member: str(member["id"]),
)
WORDINGS = st.fixed_dictionaries(
    {}, optional={"title": WORDS, "rules": MAPS, "objectives": MEMBERS, "data": st.lists(WORDS)}
)


def in_order(wording: Json) -> Json:
    members = wording.get("objectives")
    if not isinstance(members, list):
        return wording
    return {
        **wording,
        "objectives": sorted(members, key=lambda m: str(isinstance(m, dict) and m["id"])),
    }


@given(WORDINGS, WORDINGS)
def test_making_the_differences_leads_to_the_new_wording(old: Json, new: Json) -> None:
    assert in_order(changed(old, differences(old, new))) == in_order(new)


@given(WORDINGS, WORDINGS)
def test_what_is_made_once_differs_no_more(old: Json, new: Json) -> None:
    assert differences(changed(old, differences(old, new)), new) == ()


@given(WORDINGS)
def test_a_wording_does_not_differ_from_itself(wording: Json) -> None:
    assert differences(wording, wording) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            {"objectives": [{"id": "o1", "target": "99.50"}]},
            {"objectives": [{"id": "o1", "target": "99.00"}]},
            Change(path="objectives.o1.target", old="99.50", new="99.00"),
            id="a member of a list is named by its id",
        ),
        pytest.param(
            {"objectives": [{"id": "o1"}]},
            {"objectives": [{"id": "o1"}, {"id": "o2"}]},
            Change(path="objectives.o2", kind="added", new={"id": "o2"}),
            id="a new member is added whole",
        ),
        pytest.param(
            {"days": [{"date": "2026-01-01", "status": "derived"}]},
            {"days": []},
            Change(
                path="days.2026-01-01",
                kind="removed",
                old={"date": "2026-01-01", "status": "derived"},
            ),
            id="a day of a calendar is named by its date",
        ),
        pytest.param(
            {"expect": {"json": {"a.b": True}}},
            {"expect": {"json": {"a.b": 1}}},
            Change(path=r"expect.json.a\.b", old=True, new=1),
            id="true is not one, and a dot inside a name is not a step",
        ),
        pytest.param(
            {"data": ["p1", "p2"]},
            {"data": ["p2"]},
            Change(path="data", old=["p1", "p2"], new=["p2"]),
            id="a list of plain words changes as a whole",
        ),
    ],
)
def test_a_difference_is_told_exactly(old: Json, new: Json, expected: Change) -> None:
    assert differences(old, new) == (expected,)
