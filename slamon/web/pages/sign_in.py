"""Signing in by a one-time link and signing out.

Opening the link only asks; the button signs in, as mail programs open links on their own.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from slamon.web.access import SESSION_LIFE, LinkRefused, LinkState, form_token, form_token_fits
from slamon.web.pages.forms import signed_in
from slamon.web.pages.render import page
from slamon.web.requests import SESSION_COOKIE, VISIT_COOKIE, House, house_of, session_of

router = APIRouter(include_in_schema=False)

STATUS: dict[LinkState, int] = {"good": 200, "used": 410, "expired": 410, "unknown": 404}


@router.get("/sign-in")
def explain(request: Request) -> HTMLResponse:
    """Say how to get a sign-in link."""
    return page(request, "sign_in.html", link=None, name=None, token="", visit="")


@router.get("/sign-in/{token}")
def ask(request: Request, token: str) -> HTMLResponse:
    """Ask whether to sign in with this link; the link stays good."""
    visit = request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(24)
    answer = _look(request, token, visit)
    _keep(request, answer, VISIT_COOKIE, visit, 3600)
    return answer


@router.post("/sign-in/{token}")
def enter(request: Request, token: str, csrf: Annotated[str, Form()] = "") -> Response:
    """Use up the link and open a session."""
    visit = request.cookies.get(VISIT_COOKIE)
    if not form_token_fits(visit, csrf):
        raise HTTPException(403)
    try:
        session = _unless_blocked(request).access.redeem(token)
    except LinkRefused:
        return _look(request, token, visit or "")
    answer = RedirectResponse("/", 303)
    _keep(request, answer, SESSION_COOKIE, session, SESSION_LIFE // 1_000_000)
    return answer


@router.post("/sign-out")
def leave(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    """End the session."""
    signed_in(request, csrf)
    house_of(request).access.sign_out(session_of(request) or "")
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def _look(request: Request, token: str, visit: str) -> HTMLResponse:
    house = _unless_blocked(request)
    state, name = house.access.link(token)
    if state == "unknown":
        house.attempts.failed(_address(request), house.clock())
    return page(
        request,
        "sign_in.html",
        status=STATUS[state],
        link=state,
        name=name,
        token=token,
        visit=form_token(visit),
    )


def _unless_blocked(request: Request) -> House:
    house = house_of(request)
    if house.attempts.blocked(_address(request), house.clock()):
        raise HTTPException(429, headers={"Retry-After": "60"})
    return house


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _keep(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
