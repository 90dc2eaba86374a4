"""Conditions that no answer fulfils all are told from those that some answer does; no sound set is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.contradictions import exclusive, leaves_none
from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement
from probes.conditions.text import read

STATUSES = [200, 204, 301, 404, 500, 503]
CODES = ["NOERROR", "NXDOMAIN", "REFUSED"]
VALUES = st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True)


def refused(conditions: Sequence[Requirement]) -> bool:
    """Whether any of them is refused because of those that stand before it."""
    return any(
        leaves_none(conditions[:n], one) or any(exclusive(each, one) for each in conditions[:n])
        for n, one in enumerate(conditions)
    )


def _words(values: Sequence[object]) -> str:
    return ", ".join(map(str, values))


@given(st.lists(st.lists(st.sampled_from([*STATUSES, "2xx", "5xx"]), min_size=1), max_size=4))
def test_sets_of_statuses_are_refused_where_none_is_in_all_of_them(
    listed: list[list[object]],
) -> None:
    conditions = [read(f"status in {_words(each)}") for each in listed]

    some = any(
        all(each.look(Reply(status=one))[0] for each in conditions) for one in range(100, 600)
    )

    assert refused(conditions) is not some


@given(
    st.lists(
        st.one_of(
            VALUES.map(lambda found: f"json a in {_words(found)}"),
            st.integers(0, 4).map(lambda value: f"json a is {value}"),
            st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 4)).map(
                lambda told: f"json a {told[0]} {told[1]}"
            ),
        ),
        max_size=4,
    )
)
def test_values_at_a_path_are_refused_where_none_fulfils_all(texts: list[str]) -> None:
    conditions = [read(each) for each in texts]

    halves = [Reply(body=json.dumps({"a": half / 2}).encode()) for half in range(-2, 12)]
    some = any(all(each.look(one)[0] for each in conditions) for one in halves)

    assert refused(conditions) is not some


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(
            [f"rcode in {_words(CODES[:2])}", "rcode in NOERROR, REFUSED"], False, id="one"
        ),
        pytest.param(["json a in 1, 2", "json a.b exists"], True, id="parts of a number"),
        pytest.param(["json a in 1, 2", "json ab > 3"], False, id="of another path"),
        pytest.param(
            ['json status in "pass", "warn"', "health passes"], False, id="a document of health"
        ),
    ],
)
def test_what_can_hold_is_let_through(texts: list[str], expected: bool) -> None:  # noqa: FBT001
    assert refused([read(each) for each in texts]) is expected
