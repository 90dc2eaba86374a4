"""Gaps and overlaps between agreements, and between tariffs, each with its days."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.agreements import Agreement
from catalogue.continuity import Held, discontinuities, gaps, overlaps
from catalogue.records import Catalogue
from catalogue.tariffs import Tariff

DAY = date.fromisoformat


def agreement(cms: Catalogue, name: str, first: str, last: str | None, **more: Any) -> Agreement:
    """An agreement like that of 2026, with other days."""
    like = cms.get(Agreement, "sla-unv-2026")
    in_force = like.in_force.model_copy(
        update={"from_": DAY(first), "to": DAY(last) if last else None}
    )
    return like.model_copy(update={"id": name, "in_force": in_force, **more})


def tariff(cms: Catalogue, name: str, first: str, last: str | None, **more: Any) -> Tariff:
    """A tariff like that of 2026, with other days."""
    like = cms.get(Tariff, "tar-unv-2026")
    assert like.valid_for is not None
    days = like.valid_for.model_copy(
        update={"from_": DAY(first), "to": DAY(last) if last else None}
    )
    line = like.lines[0]
    changed = {"id": name, "valid_for": days, "lines": (line,), **more}
    return like.model_copy(update=changed)


BOTH = "agreements a and b are both the sla in force"
SERVICES = "svc-campus-network, svc-it-support"


@pytest.mark.parametrize(
    ("second", "told"),
    [
        pytest.param(("2009-01-01", None, {}), (), id="the second begins the day after"),
        pytest.param(
            ("2008-12-01", None, {}),
            (f"{BOTH} from 2008-12-01 to 2008-12-31: results count in both, for {SERVICES}",),
            id="a month in which both hold",
        ),
        pytest.param(
            ("2009-01-02", None, {}),
            (f"between agreements a and b no sla is in force on 2009-01-01, for {SERVICES}",),
            id="a day on which none holds",
        ),
        pytest.param(("2009-03-01", None, {"kind": "ola"}), (), id="agreements of two kinds"),
        pytest.param(("2008-12-01", None, {"provider": "zfmk"}), (), id="of two providers"),
        pytest.param(("2008-12-01", None, {"state": "negotiating"}), (), id="one is not signed"),
        pytest.param(("2008-12-01", None, {"objectives": ()}), (), id="one promises nothing"),
    ],
)
def test_agreements_that_follow_each_other(
    cms: Catalogue, second: tuple[str, str | None, dict[str, Any]], told: tuple[str, ...]
) -> None:
    first = agreement(cms, "a", "2008-06-01", "2008-12-31")
    begin, end, more = second

    assert discontinuities([first, agreement(cms, "b", begin, end, **more)], []) == told


@pytest.mark.parametrize(
    ("second", "told"),
    [
        pytest.param(
            ("2008-12-01", {}),
            (
                "tariffs a and b both hold from 2008-12-01 to 2008-12-31: nothing can be charged then for off-helpdesk",
            ),
            id="two prices of one thing",
        ),
        pytest.param(("2008-12-01", {"supersedes": "a"}), (), id="the second ends the first"),
        pytest.param(
            ("2009-02-01", {"supersedes": "a"}),
            (
                "between tariffs a and b none holds from 2009-01-01 to 2009-01-31: no price of off-helpdesk",
            ),
            id="a month without a price",
        ),
        pytest.param(("2009-02-01", {}), (), id="a price that nobody announced as the next"),
        pytest.param(("2008-12-01", {"status": "draft"}), (), id="a draft is never charged"),
    ],
)
def test_tariffs_that_follow_each_other(
    cms: Catalogue, second: tuple[str, dict[str, Any]], told: tuple[str, ...]
) -> None:
    first = tariff(cms, "a", "2008-06-01", "2008-12-31")
    begin, more = second

    assert discontinuities([], [first, tariff(cms, "b", begin, None, **more)]) == told


def test_the_review_of_2008_has_one_gap(cms: Catalogue) -> None:
    found = discontinuities((a for _, a in cms.of(Agreement)), (t for _, t in cms.of(Tariff)))

    between = "between agreements sla-unv-2008 and sla-unv-2026 no sla is in force"
    assert found == (f"{between} from 2010-01-01 to 2025-12-31, for {SERVICES}",)


numbers = st.integers(1, 40)
spans = st.lists(st.tuples(numbers, numbers | st.none()), max_size=5).map(
    lambda many: [
        Held(str(n), date.fromordinal(a), None if b is None else date.fromordinal(max(a, b)))
        for n, (a, b) in enumerate(many)
    ]
)


@given(spans)
def test_each_day_is_held_once_or_told(held: list[Held]) -> None:
    def on(day: date) -> int:
        return sum(each.first <= day and (each.last is None or day <= each.last) for each in held)

    days = [date.fromordinal(n) for n in range(1, 60)]
    doubled = {
        day for *_, a, b in overlaps(held) for day in days if a <= day and (b is None or day <= b)
    }
    empty = {day for *_, a, b in gaps(held) for day in days if a <= day <= b}
    begun = min((each.first for each in held), default=date.max)
    last_begun = max((each.first for each in held), default=date.min)

    assert doubled == {day for day in days if on(day) > 1}
    assert empty == {day for day in days if begun <= day < last_begun and on(day) == 0}
