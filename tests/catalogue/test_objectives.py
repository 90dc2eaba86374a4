"""What an objective may say, and what it means where it says nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError
from ruamel.yaml import YAML

from catalogue.agreements import Exclusion
from catalogue.combining import AtLeast
from catalogue.kinds import KINDS
from catalogue.objectives import Objective
from catalogue.plan import plan
from catalogue.records import Catalogue, Key
from catalogue.terms import START, Terms, evolve

TODAY = date(2026, 6, 1)
DOCS = Path(__file__).parents[2] / "docs"
PROMISE: dict[str, JsonValue] = {
    "id": "o1",
    "service": "svc-web",
    "indicator": "availability",
    "target": "99.50",
    "period": "calendar_month",
    "service_hours": "always",
    "data": ["a"],
    "remedy": {"kind": "review_item", "after_periods": 1},
}


def objective(**said: Any) -> Objective:
    """An objective that says this beside the least it must say."""
    named = {"slice" if name == "slice_" else name: value for name, value in said.items()}
    return Objective.model_validate_json(json.dumps(PROMISE | named))


@pytest.mark.parametrize(
    ("said", "operator", "threshold", "words"),
    [
        pytest.param({}, ">=", "99.50", "99.50", id="a percent must be reached"),
        pytest.param({"op": ">"}, ">", "99.50", "99.50", id="or exceeded, where it says so"),
        pytest.param(
            {"indicator": "latency", "target": {"within": "PT0.5S", "share": "95.00"}},
            ">=",
            "95.00",
            "95.00 % within PT0.5S",
            id="a share of cases within a time must be reached",
        ),
        pytest.param(
            {"indicator": "success", "target": "99.90"}, ">=", "99.90", "99.90", id="good results"
        ),
        pytest.param(
            {"indicator": "outage_count", "target": {"bound": "3"}},
            "<=",
            "3",
            "3",
            id="outages are kept to a number",
        ),
        pytest.param(
            {"indicator": "longest_outage", "target": {"bound": "PT4H"}, "op": "<"},
            "<",
            "14400000000",
            "PT4H",
            id="an outage is shorter than a length of time",
        ),
        pytest.param(
            {"indicator": "age", "target": {"bound": "PT24H"}},
            "<=",
            "86400000000",
            "PT24H",
            id="the last good backup is no older than a length of time",
        ),
        pytest.param(
            {
                "indicator": "level",
                "target": {"bound": "20.0"},
                "op": ">=",
                "unit": "staff days",
                "aggregate": "sum",
            },
            ">=",
            "20.0",
            "20.0 staff days",
            id="a level goes either way, in a unit of its own",
        ),
    ],
)
def test_a_promise_is_compared_by_its_indicator(
    said: dict[str, Any], operator: str, threshold: str, words: str
) -> None:
    found = objective(**said)

    assert (found.operator, str(found.threshold), found.promised) == (operator, threshold, words)


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        pytest.param("any_down", AtLeast(3, ("a", "b", "c")), id="any down: all are needed"),
        pytest.param("all_down", AtLeast(1, ("a", "b", "c")), id="all down: one is enough"),
        pytest.param({"at_least": 2}, AtLeast(2, ("a", "b", "c")), id="two of all data"),
        pytest.param({"all": ["a", "b", "c"]}, AtLeast(3, ("a", "b", "c")), id="all, by name"),
        pytest.param(
            {"all": ["a", {"any": ["b", "c"]}]},
            AtLeast(2, ("a", AtLeast(1, ("b", "c")))),
            id="one and either of two",
        ),
        pytest.param(
            {"any": [{"at_least": 1, "of": ["c"]}, {"at_least": 2, "of": ["b", "a"]}]},
            AtLeast(1, (AtLeast(1, ("c",)), AtLeast(2, ("b", "a")))),
            id="groups in the order they are written in",
        ),
    ],
)
def test_every_combination_is_a_number_that_must_be_up(
    combine: JsonValue, expected: AtLeast
) -> None:
    assert objective(data=["a", "b", "c"], combine=combine).up_when == expected


def test_an_objective_that_says_nothing_more_means_what_it_always_meant() -> None:
    found = objective()

    assert found.up_when == AtLeast(1, ("a",))
    assert (found.unknown, found.degraded, found.slice_) == ("exclude", "available", None)
    assert (str(found.warn_at), found.entire_period, found.consecutive) == ("75", False, None)


@pytest.mark.parametrize(
    "said",
    [
        *(
            pytest.param({"period": unit}, id=unit)
            for unit in (
                "calendar_day",
                "calendar_week",
                "calendar_quarter",
                "calendar_year",
                "agreement_year",
                "whole_term",
            )
        ),
        pytest.param({"period": {"rolling": "P30D"}}, id="a rolling window"),
        pytest.param({"indicator": "reliability"}, id="reliability"),
        pytest.param({"unknown": "as_unavailable"}, id="unknown time counts as bad"),
        pytest.param({"degraded": "unavailable"}, id="degraded time counts as bad"),
        pytest.param({"entire_period": True, "consecutive": 3, "warn_at": "50"}, id="EGI"),
        pytest.param(
            {"slice": {"length": "PT1M", "rule": "entirely_down", "min_run": "PT2M"}}, id="minutes"
        ),
        pytest.param({"slice": {"length": "PT5M", "rule": "mean"}}, id="mean of five minutes"),
    ],
)
def test_what_is_said_is_what_is_written_again(said: dict[str, JsonValue]) -> None:
    found = objective(**said)

    written = found.model_dump(mode="json", exclude_unset=True)
    assert written == PROMISE | said
    assert Objective.model_validate_json(json.dumps(written)) == found


@pytest.mark.parametrize("kind", ["emergency_maintenance", "dependency", "suspension"])
def test_time_may_be_excluded_for_more_reasons(kind: str) -> None:
    exclusion = {"id": "x1", "kind": kind, "effect": "remove_window"}

    assert Exclusion.model_validate_json(json.dumps(exclusion)).kind == kind


def test_terms_that_no_new_document_may_state_can_still_be_read() -> None:
    assert objective(min_sample=5, priority="P1").min_sample == 5


@pytest.mark.parametrize("name", ["cms", "editions"])
def test_the_starter_sets_applied_again_change_nothing(
    name: str, request: pytest.FixtureRequest
) -> None:
    documents: Catalogue = request.getfixturevalue(name)
    states: dict[Key, Terms] = {}
    for change in plan(documents, {}, TODAY).changes:
        for fact in change.facts:
            key = (change.kind, change.id)
            # As the ledger holds it: a fact has been JSON in between.
            stored = type(fact).model_validate_json(fact.model_dump_json())
            states[key] = evolve(states.get(key, START), stored)

    assert plan(documents, states, TODAY).changes == ()


def _examples() -> list[dict[str, JsonValue]]:
    text = (DOCS / "objectives.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return [dict(each) for block in blocks for each in YAML(typ="safe").load(block)]


EXAMPLES = _examples()


@pytest.mark.parametrize("example", [pytest.param(each, id=str(each["id"])) for each in EXAMPLES])
def test_the_examples_of_the_documentation_are_read(example: dict[str, JsonValue]) -> None:
    try:
        objective(**example)
    except ValidationError as refused:
        pytest.fail(str(refused))


ODD: st.SearchStrategy[JsonValue] = st.one_of(
    st.sampled_from([None, True, -1, 0, 3, "", "x", "-1", "PT0S", "P1D", "whole_term", "1e5"]),
    st.sampled_from([{}, [], [None], {"all": []}, {"at_least": 9}, {"bound": None}, {"of": ["a"]}]),
    st.just({"any": [{"all": ["a"]}, {"at_least": 1, "of": [{"any": ["b"]}, 5]}]}),
)
FIELDS = sorted(Objective.model_fields.keys() - {"slice_"} | {"slice"})


@given(
    example=st.sampled_from(EXAMPLES), odd=st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=2)
)
def test_something_odd_is_a_fault_and_never_a_crash(
    example: dict[str, JsonValue], odd: dict[str, JsonValue]
) -> None:
    try:
        found = objective(**example | odd)
    except ValidationError:
        return
    assert 1 <= found.up_when.k <= len(found.up_when.of)
    assert found.threshold >= 0


def test_an_agreement_is_read_with_all_it_may_say(cms: Catalogue) -> None:
    document = json.loads(json.dumps(cms.records["agreement", "sla-unv-2008"].document))
    document["objectives"][0] |= {
        "indicator": "reliability",
        "op": ">",
        "combine": {"at_least": 1},
        "period": {"rolling": "P90D"},
    }

    assert KINDS["agreement"].parse(document) is not None
