"""Errors as the visitor reads them: problem+json for programs, a page for people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from catalogue.charging import ChargeError
from catalogue.problems import DocumentsRefused
from catalogue.recorded import RecordedDocumentError
from slamon.app.refused import Refused, Unknown
from slamon.ledger.store import ConflictError
from slamon.ledger.trouble import full, passing
from slamon.web import ping
from slamon.web.freshness import Unchanged
from slamon.web.pages.render import error_page
from slamon.web.requests import then_of

MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """One field of a request that cannot be read."""

    where: str
    message: str


class Problem(BaseModel):
    """An error after RFC 9457; `instance` is the path that was asked for.

    `code` names the kind of error where a figure of money cannot be computed, like missing_quantity.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    instance: str
    code: str | None = None
    errors: list[Fault] = Field(default_factory=list)


RESPONSES: dict[int | str, dict[str, object]] = {
    "default": {
        "description": "A problem",
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
    }
}


SAID: dict[type[Exception], int] = {Refused: 409, Unknown: 404, RecordedDocumentError: 500}
"""The status of errors that say themselves what is wrong."""


def install(app: FastAPI, home: Path | None = None) -> None:
    """Answer every error of `app` in the form the path promises; of the disk of its data folder, where it is full."""
    for kind, status in SAID.items():
        app.add_exception_handler(kind, _said(status))
    app.add_exception_handler(DocumentsRefused, _faulty)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        title = HTTPStatus(error.status_code).phrase
        detail = None if error.detail == title else error.detail
        return problem(request, error.status_code, detail, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        return _unreadable(request, error)

    @app.exception_handler(ChargeError)
    async def uncomputed(request: Request, error: ChargeError) -> Response:
        return problem(request, 409, f"{error.code}: {error}", code=error.code)

    @app.exception_handler(ConflictError)
    async def conflicting(request: Request, _error: ConflictError) -> Response:
        return problem(request, 409, "Somebody else decided at the same moment. Look again.")

    @app.exception_handler(Unchanged)
    async def unchanged(_request: Request, error: Unchanged) -> Response:
        return Response(status_code=304, headers={"ETag": error.tag})

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        said = passing(error, home)  # a store that is busy or gone may be back at the next request
        if said is None:
            return problem(request, 500, None)
        return problem(request, 507 if full(error) else 503, said)


def _said(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        return problem(request, status, str(error))

    return answer


def _unreadable(request: Request, error: RequestValidationError) -> Response:
    if of_a_job(request):
        sent = {str(fault["loc"][-1]): fault["input"] for fault in error.errors()}
        return PlainTextResponse(ping.in_a_line(422, None, sent), 422)
    faults = [
        Fault(where=".".join(str(step) for step in fault["loc"]), message=fault["msg"])
        for fault in error.errors()
    ]
    return problem(request, 422, "The request cannot be read.", faults)


def of_api(request: Request) -> bool:
    """Whether a program asks, and not a person."""
    return request.url.path.startswith("/api/")


def of_a_job(request: Request) -> bool:
    """Whether a job that reports itself asks: what it is answered ends in the mail of a scheduler."""
    return request.url.path.startswith(ping.PREFIX)


async def _faulty(request: Request, error: Exception) -> Response:
    found = error.problems if isinstance(error, DocumentsRefused) else ()
    faults = [Fault(where=f"{each.line}:{each.column}", message=each.told) for each in found]
    return problem(request, 422, "The documents have faults; nothing was recorded.", faults)


def problem(
    request: Request,
    status: int,
    detail: str | None,
    faults: Sequence[Fault] = (),
    *,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Describe an error: to a program under /api, to a job that reports itself, to a person elsewhere."""
    if of_a_job(request):
        return PlainTextResponse(ping.in_a_line(status, detail, {}), status, dict(headers or {}))
    if not of_api(request):
        return error_page(request, status, detail, headers)
    if status == HTTPStatus.NOT_FOUND and (then := then_of(request)):
        later = f"Nothing that was recorded after position {then.moment.position} is known then."
        detail = f"{detail} {later}" if detail else later
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        code=code,
        errors=list(faults),
    )
    told = body.model_dump(exclude=None if code else {"code"})
    return JSONResponse(told, status, dict(headers or {}), MEDIA_TYPE)
