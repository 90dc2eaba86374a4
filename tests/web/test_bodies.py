"""A stranger cannot make the program read without end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from slamon.web.bodies import LIMIT


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("/api/v1/breaches/a.b.c/uphold", "application/json", id="a document"),
        pytest.param("/breaches/a.b.c/uphold", "application/x-www-form-urlencoded", id="a form"),
    ],
)
def test_a_body_beyond_the_limit_is_refused_before_it_is_read_whole(
    visitor: TestClient, path: str, kind: str
) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += LIMIT // 8
            yield b"a" * (LIMIT // 8)

    answer = visitor.post(path, content=endless(), headers={"Content-Type": kind})

    assert answer.status_code == 413
    assert sent < 2 * LIMIT


def test_a_body_within_the_limit_is_read(visitor: TestClient) -> None:
    answer = visitor.post("/api/v1/breaches/a.b.c/uphold", json={"reason": "x" * 3000})

    assert answer.status_code == 401
