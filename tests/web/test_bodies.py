"""A stranger cannot make the program read without end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from slamon.web.bodies import LIMIT

PART = b"a" * (LIMIT // 4)


async def _post_endlessly(app: FastAPI, path: str, kind: str) -> tuple[int, int]:
    """Send a body that never ends; the status of the answer, and how many bytes were read until it came."""
    read, answers = 0, list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += len(PART)
        return {"type": "http.request", "body": PART, "more_body": True}

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [(b"host", b"slamon.example"), (b"content-type", kind.encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": headers,
    }
    await app(scope, receive, send)
    return answers[0]["status"], read


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("/api/v1/breaches/a.b.c/uphold", "application/json", id="a document"),
        pytest.param("/breaches/a.b.c/uphold", "application/x-www-form-urlencoded", id="a form"),
    ],
)
def test_a_body_without_end_is_refused_where_the_limit_is(
    app: FastAPI, path: str, kind: str
) -> None:
    status, read = asyncio.run(_post_endlessly(app, path, kind))

    assert status in {400, 413}  # a form is already bounded by its reader
    assert read <= LIMIT + len(PART)


def test_a_body_within_the_limit_is_read(visitor: TestClient) -> None:
    answer = visitor.post("/api/v1/breaches/a.b.c/uphold", json={"reason": "x" * 3000})

    assert answer.status_code == 401
