"""As known at: a request that names an instant or a position is answered from what was known then."""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from catalogue.instants import InstantError
from slamon.views.past import NotKnownError
from slamon.views.pastnamed import well_named
from slamon.web.pages.render import error_page, no_past_page
from slamon.web.problems import of_api, problem
from slamon.web.requests import AS_KNOWN_AT, THEN, Then, house_of, language_of

READING: Final = frozenset({"GET", "HEAD"})
NAMED: Final = AS_KNOWN_AT.encode()
LOST_PLUS: Final = re.compile(r"([Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:?\d\d)\s*$")


class Pasts:
    """Opens what was known then for as long as a request lasts; requests about now pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with the read side that it asks for."""
        asked = None
        if scope["type"] == "http" and _may_name(scope["query_string"]):
            asked = Request(scope).query_params.get(AS_KNOWN_AT)
        if asked is not None:
            await self._then(asked, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _then(self, asked: str, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if scope["method"] not in READING:
            await _no_decision(request)(scope, receive, send)
            return
        house = house_of(request)
        try:
            meant = well_named(_with_plus(asked))
            moment = await run_in_threadpool(house.reading.moment, meant, house.clock())
            async with contextmanager_in_threadpool(house.reading.as_known(moment)) as reading:
                scope[THEN] = Then(reading, moment, meant)
                await self._app(scope, receive, send)
        except InstantError as wrong:
            await _refusal(request, 422, wrong)(scope, receive, send)
        except NotKnownError as wrong:
            await _refusal(request, 404, wrong)(scope, receive, send)


def _may_name(query: bytes) -> bool:
    """Whether a query may name a past: some programs write `_` as `%5F`, and were answered by today's figures."""
    return NAMED in query or b"%5f" in query.lower()


def _with_plus(asked: str) -> str:
    """What was written before the address was read: a bare plus arrives as a space."""
    return LOST_PLUS.sub(r"\1+\2", asked)


def _no_decision(request: Request) -> Response:
    if of_api(request):
        return problem(request, 422, f"Decisions are taken now: leave out {AS_KNOWN_AT}.")
    return error_page(request, 422, language_of(request)("past.decide"))


def _refusal(request: Request, status: int, wrong: Exception) -> Response:
    if of_api(request):
        return problem(request, status, f"{AS_KNOWN_AT}: {wrong}")
    return no_past_page(request, status, str(wrong))
