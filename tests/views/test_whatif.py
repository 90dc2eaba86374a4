"""What-if: other terms give what they would have given, had they been stated from the start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from catalogue.changes import Change, differences
from catalogue.instants import HOUR
from catalogue.terms import TermsCorrected
from slamon.sla.judgement import (
    AsKnownAt,
    Coverage,
    Judgement,
    Level,
    Measured,
    ObjectiveJudgement,
    Period,
    RemedyDue,
)
from slamon.views.promised import promises
from slamon.views.whatif import Difference, compared

AGREEMENT, MONTH = "sla-strict", "2026-03"
DAYS = 12
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
OTHERWISE: list[Any] = [
    pytest.param({"target": "80.00"}, {}, id="another target"),
    pytest.param({"service_hours": "hours-always"}, {}, id="other hours"),
    pytest.param({}, {"down_after": 1, "up_after": 1}, id="no retries"),
    pytest.param({}, {"locations": ["loc-bonn", "loc-outside"], "quorum": 2}, id="two places"),
    pytest.param({"unknown": "as_unavailable"}, {}, id="unknown time is bad"),
    pytest.param({"combine": {"at_least": 1}}, {}, id="one of two is enough"),
    pytest.param(
        {
            "indicator": "latency",
            "target": {"within": "PT0.05S", "share": "95.00"},
            "combine": None,
        },
        {},
        id="a bound of latency nobody promised",
    ),
    pytest.param(
        {"indicator": "outage_count", "target": {"bound": "1"}}, {}, id="a number of outages"
    ),
]


@contextmanager
def _filled(kit: Any, seed: int) -> Iterator[Any]:
    with kit.opened() as world:
        world.state_promises()
        _make_one_service_of_two_probes(world)
        for number, agent in enumerate(kit.agents):
            world.assign(agent)
            world.probe(agent, DAYS * 24, kit.chance(seed + number))
        world.fold()
        world.settle(kit.begin + DAYS * 24 * HOUR)
        yield world


def _make_one_service_of_two_probes(world: Any) -> None:
    """A document may measure a service by its own probes only; the small world is not so strict."""
    world.append(
        "probe:prb-mail", _corrected(Change(path="service", old="svc-mail", new="svc-web"))
    )
    world.fold()
    second = _terms(world)["objectives"][1]
    world.append(
        f"agreement:{AGREEMENT}",
        _corrected(Change(path="objectives.o2", kind="removed", old=second)),
    )


def _corrected(*changes: Change) -> TermsCorrected:
    return TermsCorrected(reason="as tried", changes=changes)


def _terms(world: Any) -> dict[str, Any]:
    with world.views.reading() as connection:
        known = promises(connection).records["agreement", AGREEMENT].known
        return deepcopy(known.document(known.newest))


def _otherwise(world: Any, objective: dict[str, Any], rules: dict[str, Any]) -> dict[str, Any]:
    terms = _terms(world)
    changed = terms["objectives"][0] | objective
    terms["objectives"][0] = {name: said for name, said in changed.items() if said is not None}
    terms["measurement_rules"] |= rules
    return terms


def _file(world: Any, terms: dict[str, Any]) -> Path:
    file: Path = world.folder / "terms.yaml"
    file.write_text(json.dumps({"agreements": [terms]}), encoding="utf-8")
    return file


def _now(kit: Any) -> int:
    return int(kit.begin + DAYS * 24 * HOUR)


@pytest.mark.parametrize(("objective", "rules"), OTHERWISE)
@settings(max_examples=2, deadline=None, phases=FOUND)
@given(seed=st.integers(0, 10_000))
def test_terms_tried_are_judged_as_if_they_had_been_stated(
    kit: Any, objective: dict[str, Any], rules: dict[str, Any], seed: int
) -> None:
    with _filled(kit, seed) as world:
        terms = _otherwise(world, objective, rules)
        tried = world.reading.what_if(AGREEMENT, MONTH, _now(kit), _file(world, terms))

        lasting = {n: v for n, v in terms.items() if n not in ("state", "signed_on")}
        old = {n: v for n, v in _terms(world).items() if n not in ("state", "signed_on")}
        world.append(f"agreement:{AGREEMENT}", _corrected(*differences(old, lasting)))
        world.fold()

        assert (
            tried.proposed.objectives == world.reading.judge(AGREEMENT, MONTH, _now(kit)).objectives
        )


@settings(max_examples=2, deadline=None, phases=FOUND)
@given(seed=st.integers(0, 10_000))
def test_the_terms_that_hold_already_make_no_difference(kit: Any, seed: int) -> None:
    with _filled(kit, seed) as world:
        file = _file(world, _terms(world))

        tried = world.reading.what_if(AGREEMENT, MONTH, _now(kit), file)

        assert tried.proposed.objectives == tried.recorded.objectives
        assert not any(each.state_changed for each in tried.differences)
        assert {each.percent_points for each in tried.differences} <= {"+0.0000", None}


def test_nothing_of_a_trial_stays_in_the_views(kit: Any) -> None:
    with _filled(kit, 7) as world:
        objective, rules = OTHERWISE[-2].values
        file = _file(world, _otherwise(world, objective, rules))
        with world.views.reading() as connection:
            before = kit.dump(connection)

        first = world.reading.what_if(AGREEMENT, MONTH, _now(kit), file)
        with world.views.reading() as connection:
            after = kit.dump(connection)
            shadows = inspect(connection).get_temp_table_names()

        assert (after, shadows) == (before, [])
        assert world.reading.what_if(AGREEMENT, MONTH, _now(kit), file) == first
        measured = first.proposed.objectives[0].measured
        assert measured is not None
        assert measured.unit == "cases"


PERIOD = Period(label=MONTH, from_="2026-03-01T00:00:00Z", to="2026-04-01T00:00:00Z", tz="UTC")
UNSEEN = Coverage(known_us=0, agreed_us=0, ratio=None, percent=None, minimum=None, sufficient=False)


def _due(percent: str) -> RemedyDue:
    return RemedyDue(kind="credit", breaches=1, to=None, credit_percent=percent)


def _measured(good: int, total: int, unit: Any = "us") -> Measured:
    return Measured(good=good, total=total, ratio=f"{good}/{total}", percent="0", unit=unit)


def _judgement(**said: Any) -> Judgement:
    least: dict[str, Any] = {
        "objective": "o1",
        "service": "svc-web",
        "indicator": "availability",
        "target": "99.90",
        "mode": "enforced",
        "state": "met",
        "provisional": False,
        "basis": "measured",
        "partial": False,
        "measured": None,
        "coverage": UNSEEN,
        "tally": {},
        "outages": (),
        "breached_at": None,
        "error_budget": None,
        "remedy": None,
    }
    return Judgement(
        agreement=AGREEMENT,
        period=PERIOD,
        as_known_at=AsKnownAt(
            instant="2026-04-01T00:00:00Z", position=1, recorded_at="2026-04-01T00:00:00Z"
        ),
        objectives=(ObjectiveJudgement(**least | said),),
    )


def _difference(before: dict[str, Any], after: dict[str, Any]) -> Difference:
    (one,) = compared(_judgement(**before), _judgement(**after)).differences
    return one


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            {"measured": _measured(2, 3)},
            {"measured": _measured(1, 3)},
            {"ratio": "-1/3", "percent_points": "-33.3334", "bad": 1},
            id="points are floored towards the bad side",
        ),
        pytest.param(
            {"measured": _measured(1, 3)},
            {"measured": _measured(2, 3)},
            {"ratio": "1/3", "percent_points": "+33.3333", "bad": -1},
            id="also when it gets better",
        ),
        pytest.param(
            {},
            {"measured": _measured(2, 3)},
            {"ratio": None, "percent_points": None, "bad": None},
            id="what was not measured has no difference",
        ),
        pytest.param(
            {"measured": _measured(2, 3)},
            {"measured": _measured(2, 3, "cases")},
            {"ratio": "0/1", "bad": None},
            id="time and cases are not subtracted",
        ),
        pytest.param(
            {"level": Level(value="5/2", bound="3/1", unit="count")},
            {"level": Level(value="1/1", bound="3/1", unit="count")},
            {"value": "-3/2", "ratio": None},
            id="numbers held against a bound",
        ),
        pytest.param(
            {"measured": _measured(995, 1000), "remedy_due": _due("5.00")},
            {"measured": _measured(98, 100), "remedy_due": _due("12.50")},
            {"credit_percent": "+7.50"},
            id="a lower tier earns more",
        ),
        pytest.param(
            {"measured": _measured(98, 100), "remedy_due": _due("12.50")},
            {"measured": _measured(98, 100)},
            {"credit_percent": "-12.50"},
            id="no remedy, no credit",
        ),
    ],
)
def test_a_difference_is_proposed_less_recorded(
    before: dict[str, Any], after: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = _difference(before, after).model_dump()

    assert {name: found[name] for name in expected} == expected
