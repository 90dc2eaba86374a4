"""Services made of several, and time counted in slices: which of it is bad."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = 3_600_000_000
MINUTE = HOUR // 60
MARCH = "2026-03"
END = "2026-04-01T00:00Z"
BEFORE = "2026-02-28T00:00Z up"


def _down(day: int, begin: int, end: int) -> list[str]:
    return [f"2026-03-{day:02}T{begin:02}:00Z down", f"2026-03-{day:02}T{end:02}:00Z up"]


# a is down from 0 to 4, b from 2 to 6, c from 3 to 8: by hour aaabccccc… one, one, two, three, two, two, one, one.
THREE = {"imp-a": (0, 4), "imp-b": (2, 6), "imp-c": (3, 8)}


@pytest.mark.parametrize(
    ("combine", "down"),
    [
        pytest.param("any_down", 8, id="all are needed"),
        pytest.param("all_down", 1, id="one is enough"),
        pytest.param("{at_least: 2}", 4, id="two of three are needed"),
        pytest.param("{all: [imp-a, {any: [imp-b, imp-c]}]}", 6, id="one, and one of two others"),
        pytest.param("{any: [imp-a, {all: [imp-b, imp-c]}]}", 2, id="one, or both others"),
        pytest.param(
            "{at_least: 2, of: [imp-a, {any: [imp-b, imp-c]}]}", 6, id="two of one and a pair"
        ),
    ],
)
def test_states_are_put_together_at_every_instant(
    house: Any, promised: Any, combine: str, down: int
) -> None:
    data = "[imp-a, imp-b, imp-c]"
    house.promise(promised("o1", target='"99.00"', data=data, combine=f"{combine}")).at(END)
    for source, (begin, end) in THREE.items():
        house.saw(BEFORE, *_down(10, begin, end), source=source)

    assert house.one(MARCH).tally["down_us"] == down * HOUR


def test_an_unknown_member_leaves_open_only_what_it_could_change(house: Any, promised: Any) -> None:
    terms = {"target": '"99.00"', "data": "[imp-a, imp-b]", "combine": "any_down"}
    house.promise(promised("o1", **terms)).at(END)
    house.saw(BEFORE, *_down(10, 0, 4))
    house.saw(BEFORE, "2026-03-10T02:00Z ?", "2026-03-10T06:00Z up", source="imp-b")

    tally = house.one(MARCH).tally

    assert (tally["down_us"], tally["unknown_us"]) == (4 * HOUR, 2 * HOUR)


@pytest.fixture
def shop(house: Any, promised: Any) -> Any:
    """A shop that needs its store, under maintenance of the store alone from 0 to 6 on 10 March."""
    both = {"target": '"99.00"', "data": "[imp-a, prb-store]", "combine": "any_down"}
    store = {"service": "svc-store", "target": '"99.00"', "data": "[prb-store]"}
    house.promise(
        promised("o1", **both),
        promised("o2", **store),
        clauses="{id: x1, kind: planned_maintenance, effect: remove_window}",
    )
    house.exclude("2026-03-10T00:00Z", "2026-03-10T06:00Z", of=("svc-store",))
    return house.at(END)


@pytest.mark.parametrize(
    ("shop_down", "excused", "down"),
    [
        pytest.param((), 6, 2, id="what is down because of it is excluded, two hours more are not"),
        pytest.param((4, 6), 4, 4, id="what is down in its own right is not"),
    ],
)
def test_maintenance_of_a_member_is_judged_by_what_would_have_been_without_it(
    shop: Any, shop_down: tuple[int, int], excused: int, down: int
) -> None:
    shop.saw(BEFORE, *(_down(10, *shop_down) if shop_down else []))
    shop.saw(BEFORE, *_down(10, 0, 8), source="prb-store")

    found = shop.judge(MARCH)

    assert found["o1"].tally["down_us"] == down * HOUR
    assert found["o1"].measured.total == (744 - excused) * HOUR
    assert found["o2"].tally["excused_down_us"] == 6 * HOUR
    assert sum(found["o1"].tally.values()) == 744 * HOUR


def _at(*instants: str) -> list[str]:
    return [f"2026-03-10T{at}Z {('down', 'up')[n % 2]}" for n, at in enumerate(instants)]


@pytest.mark.parametrize(
    ("sliced", "rows", "bad"),
    [
        pytest.param(
            "{length: PT1M, rule: entirely_down}",
            _at("10:00:30", "10:02:30"),
            MINUTE,
            id="of two minutes only the whole one of the clock",
        ),
        pytest.param(
            "{length: PT5M, rule: entirely_down}",
            _at("10:00:30", "10:09:59"),
            0,
            id="nine minutes that fill no five",
        ),
        pytest.param(
            "{length: PT1M, rule: entirely_down, min_run: PT3M}",
            _at("10:00", "10:02", "11:00", "11:03"),
            3 * MINUTE,
            id="shorter runs do not count",
        ),
        pytest.param(
            "{length: PT1M, rule: entirely_down, min_run: PT3M}",
            [*_at("23:59"), "2026-03-11T00:02Z up"],
            3 * MINUTE,
            id="a run over midnight is one",
        ),
    ],
)
def test_bad_slices_are_counted_whole(
    house: Any, promised: Any, sliced: str, rows: list[str], bad: int
) -> None:
    house.promise(promised("o1", target='"99.00"', slice=sliced)).at(END).saw(BEFORE, *rows)

    measured = house.one(MARCH).measured

    assert (measured.total - measured.good, measured.total) == (bad, 744 * HOUR)


def test_the_mean_of_slices_weighs_each_alike(house: Any, promised: Any) -> None:
    terms = {"target": '"99.90"', "slice": "{length: PT5M, rule: mean}"}
    house.promise(promised("o1", **terms)).at(END)
    # One slice is half unknown and half down: as bad as one that is down all over.
    house.saw(BEFORE, "2026-03-10T10:00Z ?", "2026-03-10T10:02:30Z down", "2026-03-10T10:05Z up")

    found = house.one(MARCH)

    assert found.measured.ratio == "8927/8928"
