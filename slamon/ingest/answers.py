"""Answers to agents: what each tells of the ledger and of the time, and how a refusal says what to do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from probes.centre import ASSIGNMENT_UNKNOWN, LEDGER, OTHER_CONTENT, OUT_OF_ORDER, RECEIVED
from slamon.app.agents import (
    AssignmentUnknownError,
    BatchConflictError,
    BatchOutOfOrderError,
    BatchRefusedError,
)
from slamon.ledger.store import ConflictError

MEDIA_TYPE = "application/problem+json"
BEATEN = "others were quicker each time; say it again"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def telling(ledger: str, clock: Callable[[], int]) -> type[APIRoute]:
    """Make the routes of a router tell the `ledger` (`ID/EPOCH`), and when they were asked (µs)."""

    class Telling(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def told(request: Request) -> Response:
                headers = {LEDGER: ledger, RECEIVED: str(clock())}
                try:
                    response = await handle(request)
                except HTTPException as refusal:
                    refusal.headers = {**(refusal.headers or {}), **headers}
                    raise
                except ConflictError:
                    raise HTTPException(503, BEATEN, {"Retry-After": "1", **headers}) from None
                response.headers.update(headers)
                return response

            return told

    return Telling


def refusal(request: Request, wrong: BatchRefusedError) -> Response:
    """Say as problem+json why a batch was not taken, and what the agent can do."""
    match wrong:
        case BatchOutOfOrderError(expected=expected):
            detail = f"expected {expected}"
            return _problem(request, 409, detail, type=OUT_OF_ORDER, expected=expected)
        case AssignmentUnknownError():
            return _problem(request, 409, str(wrong), type=ASSIGNMENT_UNKNOWN)
        case BatchConflictError():
            return _problem(request, 409, f"conflict: {wrong}", type=OTHER_CONTENT)
        case _:
            return _problem(request, 422, str(wrong))


def _problem(
    request: Request,
    status: int,
    detail: str,
    type: str = "about:blank",  # noqa: A002 - it is called so in RFC 9457
    **more: int,
) -> Response:
    body = {
        "type": type,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(body, status, media_type=MEDIA_TYPE)
