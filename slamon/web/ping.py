"""`/ping/{key}`: probes that report themselves say so, without signing in; who has the key speaks for the probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Literal, NamedTuple, Protocol
from uuid import UUID

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from slamon.web.pace import Pace

KEPT = 10_000  # bytes of a body; what goes on beyond is counted, and not kept
PER_SECOND = 5  # signals of one key

WRONG = {
    "word": "There is no signal {}.",
    "status": "{} is no exit status.",
    "rid": "No run has the id {}.",
}
"""What is said of a part of a signal that cannot be read."""
SENT_WRONGLY = frozenset({404, 405, 422})
PREFIX = "/ping/"
USAGE = (
    "Say /ping/KEY or /ping/KEY/success, /start, /fail, /log, or an exit status /0 to /255, by GET, POST or HEAD; "
    "?rid=UUID names a run."
)
LONGEST = 40  # characters of what was sent that are said back

Key = Annotated[str, Path(max_length=200)]
Run = Annotated[UUID | None, Query(description="pairs the end of a run with its start")]
Word = Literal["start", "success", "fail", "log"]
Status = Annotated[int, Path(ge=0, le=255)]


class Body(NamedTuple):
    """What came with a signal: the beginning of it, and how many bytes it had."""

    begin: bytes
    length: int


class Ping(NamedTuple):
    """A signal as it was sent: which, of which run, with which exit status."""

    signal: Word
    run: str | None
    exit_status: int | None
    body: Body


class Ears(Protocol):
    """Who listens: finds what a key opens, and takes in what was sent."""

    def knows(self, key: str) -> bool:
        """Whether a key opens anything."""

    def hear(self, key: str, ping: Ping) -> bool:
        """Record a signal; false where the key opens nothing."""


def build(ears: Ears, clock: Callable[[], int]) -> APIRouter:
    """The routes of heartbeats; `clock` tells µs."""
    router = APIRouter(
        prefix="/ping", tags=["heartbeats"], default_response_class=PlainTextResponse
    )
    desk = _Desk(ears, Pace(PER_SECOND, clock))
    for path, route in (
        ("/{key}", desk.success),
        ("/{key}/{status:int}", desk.ended),
        ("/{key}/{word}", desk.said),
    ):
        for method in ("GET", "POST", "HEAD"):
            router.add_api_route(path, route, methods=[method], include_in_schema=method == "POST")
    return router


def in_a_line(status: int, detail: str | None, faults: Mapping[str, object]) -> str:
    """Say what went wrong to a job, by a line of text; `faults` is what was sent, by the part that cannot be read."""
    for part, sent in faults.items():
        if part in WRONG:
            said = "".join(each if each.isprintable() else "?" for each in str(sent)[:LONGEST])
            return f"{WRONG[part].format(said)} {USAGE}\n"
    usage = f" {USAGE}" if status in SENT_WRONGLY else ""
    return f"{detail or f'{HTTPStatus(status).phrase}.{usage}'}\n"


class _Desk:
    """Answers programs that report themselves."""

    def __init__(self, ears: Ears, pace: Pace) -> None:
        self._ears = ears
        self._pace = pace

    async def success(self, request: Request, key: Key, rid: Run = None) -> Response:
        """A run has ended well."""
        return await self._heard(request, key, "success", rid)

    async def ended(self, request: Request, key: Key, status: Status, rid: Run = None) -> Response:
        """A run has ended with an exit status: well with 0."""
        signal: Word = "fail" if status else "success"
        return await self._heard(request, key, signal, rid, status)

    async def said(self, request: Request, key: Key, word: Word, rid: Run = None) -> Response:
        """A run begins, has ended well, has failed, or says something that changes no state."""
        return await self._heard(request, key, word, rid)

    async def _heard(
        self, request: Request, key: str, word: Word, rid: UUID | None, status: int | None = None
    ) -> Response:
        if not await run_in_threadpool(self._ears.knows, key):
            raise _unknown()
        if wait := self._pace.wait(key):
            said = f"At most {PER_SECOND} signals a second of one key are taken in."
            raise HTTPException(429, said, {"Retry-After": str(wait)})
        ping = Ping(word, str(rid) if rid else None, status, await _body(request))
        if not await run_in_threadpool(self._ears.hear, key, ping):
            raise _unknown()
        return PlainTextResponse("OK", headers={"Cache-Control": "no-store"})


def _unknown() -> HTTPException:
    return HTTPException(404, "This key opens nothing.")


async def _body(request: Request) -> Body:
    begin, length = bytearray(), 0
    async for part in request.stream():
        begin += part[: KEPT - len(begin)]
        length += len(part)
    return Body(bytes(begin), length)
