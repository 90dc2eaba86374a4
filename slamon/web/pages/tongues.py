"""The choice of a language: a link for each on every page, and a cookie that keeps what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from slamon.web.requests import LANGUAGE, LANGUAGE_COOKIE
from slamon.web.texts import available, language

router = APIRouter(include_in_schema=False)

READING = frozenset({"GET", "HEAD"})
YEAR = 31_536_000  # s


class Choice(NamedTuple):
    """A language as its own speakers name it, and the link that chooses it for the page one is on."""

    code: str
    name: str
    link: str


@router.get("/language/{code}")
def choose(request: Request, code: str, back: Annotated[str, Query()] = "/") -> Response:
    """Keep the choice, and go back to the page it was made on."""
    if code not in available():
        raise HTTPException(404)
    answer = RedirectResponse(back if _inward(back) else "/", 303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=YEAR,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def choices(request: Request) -> list[Choice]:
    """The languages with their links; none where a page answers a form, which no link can ask for again."""
    if request.method not in READING:
        return []
    return list(_choices(request))


def _choices(request: Request) -> Iterator[Choice]:
    # what an address asks for goes before the choice, so it may not stay in the address
    there = request.url.remove_query_params(LANGUAGE)
    back = there.path + (f"?{there.query}" if there.query else "")
    for code in available():
        yield Choice(
            code, language(code)("language.name"), f"/language/{code}?{urlencode({'back': back})}"
        )


def _inward(address: str) -> bool:
    """Whether an address leads to a page of this server: a browser takes two slashes for another host."""
    return address.startswith("/") and address[1:2] not in {"/", "\\"} and address.isprintable()
