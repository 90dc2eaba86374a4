"""Where a hand ends the parts of a ledger that it reads ahead."""

from __future__ import annotations

from itertools import groupby

import pytest

from slamon.ledger.codec import Row
from slamon.views.ahead import _Parting
from slamon.views.chains import RECORDED

FEW, MANY = 3, 5


def _batches(many: int, day: int) -> list[tuple[str, str]]:
    return [(f"observations:bonn-1:0a:2026-03-{day:02}", RECORDED)] * many


TERMS = ("service:mail", "terms-stated/1")
LIFECYCLE = ("service:mail", "lifecycle-asserted/1")


@pytest.mark.parametrize(
    ("facts", "sizes"),
    [
        pytest.param([*_batches(4, 1), *_batches(4, 2)], [4, 4], id="where a day begins"),
        pytest.param([*_batches(2, 1), *_batches(3, 2)], [5], id="not before there are a few"),
        pytest.param(_batches(12, 1), [5, 5, 2], id="within a long day"),
        pytest.param(
            [*_batches(4, 2), *_batches(1, 1)], [5], id="not at a late result of a day before"
        ),
        pytest.param(
            [*_batches(4, 1), TERMS, *_batches(2, 1)], [5, 2], id="at no other fact before its time"
        ),
        pytest.param(
            [TERMS] * 5 + [LIFECYCLE, TERMS], [6, 1], id="not between a record and its lifecycle"
        ),
    ],
)
def test_a_part_ends(facts: list[tuple[str, str]], sizes: list[int]) -> None:
    rows = [
        Row(position, stream, position, name, b"")
        for position, (stream, name) in enumerate(facts, start=1)
    ]

    parts = [list(part) for _, part in groupby(rows, _Parting(FEW, MANY))]

    assert [len(part) for part in parts] == sizes
    assert [row for part in parts for row in part] == rows
