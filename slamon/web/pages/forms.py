"""Forms of the pages: whoever sends one is signed in, and it was made for them."""

from __future__ import annotations

from fastapi import HTTPException, Request

from slamon.web.access import form_token_fits
from slamon.web.requests import actor_of, session_of

LONGEST = 4000


def signed_in(request: Request, token: str) -> str:
    """Name the actor who sends a form.

    Raises: HTTPException 303 to the sign-in page without a session, 403 with a wrong token.
    """
    actor = actor_of(request)
    if actor is None:
        raise HTTPException(303, headers={"Location": "/sign-in"})
    if not form_token_fits(session_of(request), token):
        raise HTTPException(403)
    return actor
