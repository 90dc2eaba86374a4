from itertools import product
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import Steps
from slamon.sla.combine import compose, entry_of, kth_best, quorum
from slamon.sla.judgement import Effect, State
from slamon.sla.structure import Node, Tree

UP: Final = "up"
DEGRADED: Final = "degraded"
DOWN: Final = "down"
UNKNOWN: Final = "unknown"


@pytest.mark.parametrize(
    ("states", "k", "combined"),
    [
        pytest.param((UP, DOWN), 2, DOWN, id="in series one down is down"),
        pytest.param((UP, DOWN), 1, UP, id="in parallel one up is up"),
        pytest.param(
            (DEGRADED, UNKNOWN), 1, DEGRADED, id="available either way: the worse admissible"
        ),
        pytest.param((DEGRADED, UNKNOWN), 2, UNKNOWN, id="the unknown one decides"),
        pytest.param((DOWN, UNKNOWN), 2, DOWN, id="down either way"),
        pytest.param((DOWN, UNKNOWN), 1, UNKNOWN, id="a silent member does not make it down"),
        pytest.param((UP, DOWN, DOWN), 2, DOWN, id="two of three down"),
        pytest.param((UP, UP, UNKNOWN), 2, UP, id="two of three are enough"),
        pytest.param((UNKNOWN, UNKNOWN), 1, UNKNOWN, id="nothing known is unknown"),
    ],
)
def test_states_are_combined_with_what_is_unknown_left_open(
    states: tuple[State, ...], k: int, combined: State
) -> None:
    assert kth_best(states, k) == combined


@given(
    st.lists(st.sampled_from([UP, DEGRADED, DOWN, UNKNOWN]), min_size=1, max_size=4),
    st.integers(1, 4),
)
def test_known_is_what_holds_whatever_the_unknown_ones_are(states: list[State], k: int) -> None:
    k = min(k, len(states))
    worlds = product(*([UP, DEGRADED, DOWN] if s == UNKNOWN else [s] for s in states))
    available = {len([s for s in world if s != DOWN]) >= k for world in worlds}
    said = kth_best(tuple(states), k)
    assert (said == UNKNOWN) == (len(available) > 1)
    assert said == UNKNOWN or (said != DOWN) in available


def of(*points: tuple[int, State]) -> Steps[State]:
    return Steps(points, 100)


def test_places_decide_by_quorum() -> None:
    first, second = of((0, UP), (10, DOWN), (50, UP)), of((0, UP), (20, DOWN), (30, UP))
    silent = of((0, UNKNOWN))
    assert quorum([first, second], 2).points == ((0, UP), (20, DOWN), (30, UP))
    assert quorum([first, second], 1).points == ((0, UP), (10, DOWN), (50, UP))
    assert quorum([first, silent], 2).points == ((0, UP), (10, UNKNOWN), (50, UP))


def test_probes_are_combined_in_series_and_in_parallel() -> None:
    first, second = of((0, UP), (10, DOWN), (50, UP)), of((0, UP), (40, DOWN), (60, UP))
    members = {"first": first, "second": second}
    serial = compose(Node("serial", ("first", "second")), members, {})
    parallel = compose(Node("parallel", ("first", "second")), members, {})
    assert serial.points == ((0, UP), (10, DOWN), (60, UP))
    assert parallel.points == ((0, UP), (40, DOWN), (50, UP))


WEB_AND_ONE_DB = Node("serial", ("web", Node("parallel", ("db1", "db2"))))
REMOVED: Effect = "remove_window"
COUNTED: Effect = "count_as_available"


@pytest.mark.parametrize(
    ("tree", "members", "entry"),
    [
        pytest.param(
            WEB_AND_ONE_DB,
            {"web": (UP, None), "db1": (DOWN, None), "db2": (DOWN, None)},
            "down",
            id="no data base is left",
        ),
        pytest.param(
            WEB_AND_ONE_DB,
            {"web": (DOWN, REMOVED), "db1": (DOWN, None), "db2": (UP, None)},
            "remove_window.down>up",
            id="only the maintenance of the web makes it down",
        ),
        pytest.param(
            WEB_AND_ONE_DB,
            {"web": (DOWN, REMOVED), "db1": (DOWN, None), "db2": (DOWN, None)},
            "down",
            id="the web is maintained while the data bases are really down",
        ),
        pytest.param(
            WEB_AND_ONE_DB,
            {"web": (UP, None), "db1": (DOWN, REMOVED), "db2": (UP, None)},
            "up",
            id="maintenance that nobody notices",
        ),
        pytest.param(
            WEB_AND_ONE_DB,
            {"web": (DEGRADED, None), "db1": (DOWN, COUNTED), "db2": (DOWN, REMOVED)},
            "count_as_available.down>degraded",
            id="of several exclusions the first of the structure says what happens",
        ),
        pytest.param(
            WEB_AND_ONE_DB,
            {"web": (UNKNOWN, None), "db1": (DOWN, REMOVED), "db2": (DOWN, REMOVED)},
            "down",
            id="nobody knows whether it would have been up",
        ),
        pytest.param(
            Node("k_of_n", ("a", "b", "c"), 2),
            {"a": (UP, None), "b": (DOWN, None), "c": (DOWN, REMOVED)},
            "remove_window.down>up",
            id="two of three, with the one in maintenance",
        ),
    ],
)
def test_excluded_members_are_judged_by_what_would_have_been_without_their_exclusion(
    tree: Tree, members: dict[str, tuple[State, Effect | None]], entry: str
) -> None:
    assert entry_of(tree, members) == entry


def test_a_composite_is_judged_instant_by_instant() -> None:
    members = {"web": of((0, UP), (10, DOWN), (30, UP)), "db": of((0, UP), (20, DOWN), (40, UP))}
    found = compose(Node("serial", ("web", "db")), members, {"web": ((10, 30, REMOVED),)})
    assert found.points == ((0, UP), (10, "remove_window.down>up"), (20, DOWN), (40, UP))
