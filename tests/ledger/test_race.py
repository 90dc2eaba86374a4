"""Several programs write at once: whoever reads on from a position misses nothing, ever."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from slamon.ledger.place import Place
from slamon.ledger.store import Ledger

WRITERS = ("north", "east", "south", "west")


@pytest.mark.parametrize(
    "each",
    [
        pytest.param(500, id="two thousand facts"),
        pytest.param(
            30_000,
            id="a hundred and twenty thousand facts",
            marks=[pytest.mark.soak, pytest.mark.timeout(1_800)],
        ),
    ],
)
def test_a_reader_beside_four_writing_programs_skips_no_position(
    each: int, place: Place, ledger: Ledger, started: Callable[..., Any]
) -> None:
    programs = [started("race", place, name, each) for name in WRITERS]
    for program in programs:
        program.ready()
    for program in programs:
        program.go()

    seen: list[int] = []
    changes = ledger.changes()
    while len(seen) < each * len(WRITERS):
        read = ledger.rows(seen[-1] if seen else 0, limit=1_000)
        seen.extend(row.position for row in read)
        if not read:
            assert changes.wait(30), "nobody writes any more, and facts are missing"
    changes.close()

    assert [program.rest() for program in programs] == [[str(each)]] * len(WRITERS)
    assert all(before < after for before, after in pairwise(seen))
    assert seen == [row.position for row in ledger.rows(0, limit=each * len(WRITERS) + 1)]
