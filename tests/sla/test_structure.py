from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.sla.structure import Node, Planned, StructureError, Tree, leaves, planned

NAMES = "abcd"


def nodes(members: st.SearchStrategy[Tree]) -> st.SearchStrategy[Node]:
    def of(several: list[Tree]) -> st.SearchStrategy[Node]:
        whole = tuple(several)
        return st.one_of(
            st.just(Node("serial", whole)),
            st.just(Node("parallel", whole)),
            st.integers(1, len(whole)).map(lambda k: Node("k_of_n", whole, k)),
        )

    return st.lists(members, min_size=1, max_size=4).flatmap(of)


trees: st.SearchStrategy[Tree] = st.recursive(st.sampled_from(NAMES), nodes, max_leaves=7)
shares = st.fixed_dictionaries({name: st.fractions(0, 1, max_denominator=20) for name in NAMES})


def is_available(tree: Tree, up: dict[str, bool]) -> bool:
    if isinstance(tree, str):
        return up[tree]
    number = sum(is_available(member, up) for member in tree.members)
    return number >= {"serial": len(tree.members), "parallel": 1, "k_of_n": tree.k}[tree.kind]


def by_every_case(tree: Tree, given_shares: dict[str, Fraction]) -> Fraction:
    """Add up the chance of every pattern of members that is enough: slow and obviously right."""
    found = Fraction(0)
    for pattern in product([True, False], repeat=len(NAMES)):
        up = dict(zip(NAMES, pattern, strict=True))
        chance = Fraction(1)
        for name, share in given_shares.items():
            chance *= share if up[name] else 1 - share
        found += chance * is_available(tree, up)
    return found


@given(trees, shares)
def test_a_plan_is_the_chance_of_every_pattern_that_is_enough(
    tree: Tree, given_shares: dict[str, Fraction]
) -> None:
    assert planned(tree, given_shares).availability == by_every_case(tree, given_shares)


@pytest.mark.parametrize(
    ("tree", "availability"),
    [
        pytest.param("a", "0.999", id="one member is all of it"),
        pytest.param(Node("serial", ("a", "b")), "0.9985005", id="in series shares multiply"),
        pytest.param(
            Node("parallel", ("c", "d")), "0.999975", id="two zones of 99.5 % are 99.9975 %"
        ),
        pytest.param(
            Node("k_of_n", ("e", "f", "g"), 2), "0.896", id="two of three that differ not"
        ),
        pytest.param(Node("k_of_n", ("a", "c", "e"), 2), "0.998797", id="two of three that differ"),
        pytest.param(
            Node("serial", ("a", Node("parallel", ("c", "d")))),
            "0.998975025",
            id="a pair behind one door",
        ),
        pytest.param(
            Node("serial", ("a", "a")), "0.999", id="a member named twice fails only once"
        ),
    ],
)
def test_availability_is_planned_by_structure(tree: Tree, availability: str) -> None:
    given_shares = {
        "a": Fraction("0.999"),
        "b": Fraction("0.9995"),
        **dict.fromkeys("cd", Fraction("0.995")),
        **dict.fromkeys("efg", Fraction("0.8")),
    }
    said = planned(tree, given_shares)
    assert said == Planned(Fraction(availability), "assumes independence")


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4), shares)
def test_one_of_n_is_parallel_and_n_of_n_is_serial(
    members: list[str], given_shares: dict[str, Fraction]
) -> None:
    several = tuple(members)
    one, every = Node("k_of_n", several, 1), Node("k_of_n", several, len(several))
    assert planned(one, given_shares) == planned(Node("parallel", several), given_shares)
    assert planned(every, given_shares) == planned(Node("serial", several), given_shares)


def test_the_members_of_a_tree_are_named_once_each() -> None:
    tree = Node("serial", ("web", Node("parallel", ("db-1", "db-2", "web")), "dns"))
    assert leaves(tree) == ("web", "db-1", "db-2", "dns")
    assert leaves("web") == ("web",)


@pytest.mark.parametrize(
    ("kind", "members", "k", "says"),
    [
        pytest.param("serial", (), 0, "without members; name at least one", id="no members"),
        pytest.param("k_of_n", ("a", "b"), 3, "3 of 2 members; write 1 to 2", id="more than all"),
        pytest.param("k_of_n", ("a", "b"), 0, "0 of 2 members; write 1 to 2", id="none of them"),
        pytest.param("parallel", ("a", "b"), 2, "k belongs to k_of_n", id="k of another kind"),
    ],
)
def test_a_structure_that_no_service_could_have_is_refused(
    kind: str, members: tuple[str, ...], k: int, says: str
) -> None:
    with pytest.raises(StructureError, match=says):
        Node(kind, members, k)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_shares", "says"),
    [
        pytest.param({}, "no availability of 'a'; give one from 0 to 1", id="a member without one"),
        pytest.param(
            {"a": Fraction("99.9")}, "an availability of 999/10 of 'a'", id="a percent for a share"
        ),
    ],
)
def test_a_plan_needs_the_share_of_each_member(
    given_shares: dict[str, Fraction], says: str
) -> None:
    with pytest.raises(StructureError, match=says):
        planned("a", given_shares)
