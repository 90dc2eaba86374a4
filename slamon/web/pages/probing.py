"""The page of what a probe sees now, for whoever is signed in and presses the button."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from slamon.web.pages.forms import signed_in
from slamon.web.pages.render import page
from slamon.web.requests import ask_now

router = APIRouter(include_in_schema=False)


@router.post("/probes/{probe}/ask")
def ask(request: Request, probe: str, csrf: Annotated[str, Form()] = "") -> HTMLResponse:
    """Ask it once, and show what came of it stage by stage."""
    actor = signed_in(request, csrf)
    return page(request, "asked.html", asked=ask_now(request, probe, actor))
