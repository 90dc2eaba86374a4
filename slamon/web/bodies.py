"""A bound on what is read of a request before anybody has looked at who sends it."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIMIT = 8 * 1024 * 1024  # bytes; the largest batch of an agent, far above any form


class BoundedBodies:
    """Answers 413 to a request whose body goes on beyond the limit."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its body is counted as it comes."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LIMIT:
                raise HTTPException(413, f"A request has at most {LIMIT} bytes.")
            return message

        await self._app(scope, counted, send)
