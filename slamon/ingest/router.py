"""What agents ask for and hand in, over HTTP."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from probes.spec import ProbingInterrupted
from slamon.app import agents
from slamon.ledger.store import Ledger

BATCH_LIMIT = 8 * 1024 * 1024  # bytes; a batch of 1,000 rows has a few thousand

Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Day = Annotated[str, Path(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Acknowledged(BaseModel):
    """The batch stands in the ledger: the agent may forget it."""

    acknowledged: int
    position: int


def build(
    ledger: Ledger, key_of: Callable[[str], str | None], clock: Callable[[], int]
) -> APIRouter:
    """The routes of agents; `key_of` gives the SHA-256 of an agent's key in hex, None for an unknown agent."""

    def known(agent: Name, authorization: Annotated[str, Header()] = "") -> None:
        scheme, _, key = authorization.partition(" ")
        given = sha256(key.encode()).hexdigest()
        expected = key_of(agent)
        if expected is None or scheme != "Bearer" or not hmac.compare_digest(given, expected):
            raise HTTPException(401, "this key opens no agent of that name")

    router = APIRouter(
        prefix="/api/v1/agents/{agent}", tags=["agents"], dependencies=[Depends(known)]
    )

    @router.get("/assignment")
    def assignment(agent: Name, if_none_match: Annotated[str, Header()] = "") -> Response:
        """The agent's probe list, 304 while it has not changed."""
        return _assignment(ledger, agent, if_none_match)

    @router.post("/batches/{spool}/{day}/{sequence}")
    async def batch(
        agent: Name,
        spool: Name,
        day: Day,
        sequence: Annotated[int, Path(ge=1)],
        request: Request,
    ) -> Acknowledged:
        """Take in a batch; acknowledged only after it is committed."""
        payload = await _body(request)
        take = partial(agents.take_batch, ledger, agent, spool, day, sequence, payload, now=clock())
        return await run_in_threadpool(_acknowledged, take)

    @router.post("/interruptions", status_code=204)
    def interruption(agent: Name, gap: ProbingInterrupted) -> None:
        """Record why the agent did not probe."""
        agents.interrupted(ledger, agent, gap)

    return router


def _assignment(ledger: Ledger, agent: str, held: str) -> Response:
    current = agents.assignment(ledger, agent)
    if current is None:
        raise HTTPException(404, "nothing is assigned to this agent yet")
    etag = f'"{current.version}"'
    if held == etag:
        return Response(status_code=304, headers={"ETag": etag})
    body = current.model_dump_json(by_alias=True)
    return Response(body, media_type="application/json", headers={"ETag": etag})


def _acknowledged(take: Callable[[], agents.Taken]) -> Acknowledged:
    try:
        taken = take()
    except agents.BatchConflictError as wrong:
        raise HTTPException(409, f"conflict: {wrong}") from None
    except agents.BatchOutOfOrderError as wrong:
        raise HTTPException(409, f"expected {wrong.expected}") from None
    except agents.BatchRefusedError as wrong:
        raise HTTPException(422, str(wrong)) from None
    return Acknowledged(acknowledged=taken.sequence, position=taken.position)


async def _body(request: Request) -> bytes:
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > BATCH_LIMIT:
            raise HTTPException(413, f"a batch is at most {BATCH_LIMIT} bytes")
    return bytes(parts)
