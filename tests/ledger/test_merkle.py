"""The tree over the leaves of a seal, against the definition of RFC 6962 §2.1 followed to the letter."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.ledger.merkle import PathError, climb, path, root

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def naive(leaves: list[bytes]) -> bytes:
    """The hash of n leaves: split at the largest power of two smaller than n."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive(leaves[:split]) + naive(leaves[split:])).digest()


@given(LEAVES)
def test_the_root_is_that_of_the_rfc(leaves: list[bytes]) -> None:
    assert root(leaves) == naive(leaves)


@given(LEAVES, st.data())
def test_the_path_of_every_leaf_leads_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))

    steps = path(leaves, index)

    assert climb(leaves[index], index, len(leaves), steps) == naive(leaves)
    assert len(steps) <= (len(leaves) - 1).bit_length()


@given(LEAVES, st.data())
def test_no_other_leaf_index_or_step_leads_there(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    steps = path(leaves, index)
    other = sha256(leaves[index]).digest()

    assert climb(other, index, len(leaves), steps) != root(leaves)
    for n, step in enumerate(steps):
        wrong = [*steps[:n], sha256(step).digest(), *steps[n + 1 :]]
        assert climb(leaves[index], index, len(leaves), wrong) != root(leaves)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        pytest.param(2, "too short", id="a step is missing"),
        pytest.param(4, "too long", id="a step is left over"),
    ],
)
def test_a_path_of_another_length_is_refused(steps: int, said: str) -> None:
    with pytest.raises(PathError, match=said):
        climb(bytes(32), 0, 5, [bytes(32)] * steps)
