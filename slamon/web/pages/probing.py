"""The page of what a probe sees now, for whoever is signed in and presses the button."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from slamon.web.pages.forms import signed_in
from slamon.web.pages.render import page
from slamon.web.requests import ask_now

router = APIRouter(include_in_schema=False)


@router.post("/probes/{probe}/ask")
def ask(request: Request, probe: str, csrf: Annotated[str, Form()] = "") -> HTMLResponse:
    """Ask it once, and show what came of it stage by stage; or that it is not its turn."""
    actor = signed_in(request, csrf)
    try:
        asked = ask_now(request, probe, actor)
    except HTTPException as refused:
        if refused.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            raise
        said = page(request, "asked_often.html", status=429, probe=probe, why=refused.detail)
        said.headers.update(refused.headers or {})
        return said
    return page(request, "asked.html", asked=asked)
