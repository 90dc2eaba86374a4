"""Counter-evidence: what was measured and what the provider claims, outage by outage, with what is in dispute."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.intervals import Intervals, intersect, norm, total
from slamon.sla.disputing import Claim, Dispute, disputes

DAY = ((0, 100),)


def claim(begin: int, end: int) -> Claim:
    return Claim("imp-log", begin, end, "disk", 7)


def told(found: tuple[Dispute, ...]) -> list[tuple[int, int, int, int, int]]:
    return [(d.begin, d.end, d.measured_us, d.claimed_us, d.disputed_us) for d in found]


@pytest.mark.parametrize(
    ("measured", "claims", "counted", "expected"),
    [
        pytest.param(
            [(10, 30)], [claim(10, 30)], DAY, [(10, 30, 20, 20, 0)], id="both say the same"
        ),
        pytest.param(
            [(10, 30)], [claim(15, 25)], DAY, [(10, 30, 20, 10, 10)], id="a shorter one is claimed"
        ),
        pytest.param(
            [(10, 30)], [claim(20, 50)], DAY, [(10, 50, 20, 30, 30)], id="another one is claimed"
        ),
        pytest.param([(10, 30)], [], DAY, [(10, 30, 20, 0, 20)], id="it is denied"),
        pytest.param([], [claim(10, 30)], DAY, [(10, 30, 0, 20, 20)], id="it was never measured"),
        pytest.param(
            [(10, 20), (30, 40)],
            [claim(10, 40)],
            DAY,
            [(10, 40, 20, 30, 10)],
            id="two measured outages are one by the log",
        ),
        pytest.param(
            [(10, 20), (60, 70)],
            [claim(60, 70)],
            DAY,
            [(10, 20, 10, 0, 10), (60, 70, 10, 10, 0)],
            id="one of two is denied",
        ),
        pytest.param(
            [(10, 30), (60, 80)],
            [claim(10, 80)],
            ((0, 30), (60, 100)),
            [(10, 80, 40, 40, 0)],
            id="a night between is no part of it",
        ),
        pytest.param(
            [(10, 30)],
            [claim(10, 30), claim(45, 55)],
            ((0, 40), (60, 100)),
            [(10, 30, 20, 20, 0)],
            id="what is claimed of the night disputes nothing",
        ),
        pytest.param(
            [(10, 30)],
            [claim(10, 20), claim(15, 30)],
            DAY,
            [(10, 30, 20, 20, 0)],
            id="overlapping rows of a log count once",
        ),
    ],
)
def test_claims_are_held_against_outages(
    measured: list[tuple[int, int]],
    claims: list[Claim],
    counted: Intervals,
    expected: list[tuple[int, int, int, int, int]],
) -> None:
    assert told(disputes(norm(measured), claims, counted)) == expected


spans = st.lists(st.tuples(st.integers(0, 99), st.integers(1, 30)), max_size=6)


@given(spans, spans, spans)
def test_nothing_is_lost_and_nothing_told_twice(
    ours: list[tuple[int, int]], theirs: list[tuple[int, int]], held: list[tuple[int, int]]
) -> None:
    measured = norm((a, a + n) for a, n in ours)
    claims = [claim(a, a + n) for a, n in theirs]
    counted = norm((a, a + n) for a, n in held)

    found = disputes(measured, claims, counted)

    claimed = intersect(norm((c.begin, c.end) for c in claims), counted)
    down = intersect(measured, counted)
    both = total(intersect(down, claimed))
    assert sum(d.measured_us for d in found) == total(down)
    assert sum(d.claimed_us for d in found) == total(claimed)
    assert sum(d.disputed_us for d in found) == total(down) + total(claimed) - 2 * both
    assert all(before.end <= after.begin for before, after in itertools.pairwise(found))
