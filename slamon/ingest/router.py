"""What agents ask for and hand in, over HTTP."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from catalogue.instants import format_instant
from probes.spec import AgentAssigned, ProbingInterrupted
from slamon.app import agents
from slamon.app.spools import conflict_found
from slamon.ingest.answers import refusal, telling
from slamon.ingest.runs import Runs
from slamon.ledger.store import Ledger

BATCH_LIMIT = 8 * 1024 * 1024  # bytes; a batch of 1,000 rows has a few thousand

Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Day = Annotated[str, Path(pattern=r"^\d{4}-\d{2}-\d{2}$")]


Said = Annotated[str | None, Header(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]


class Acknowledged(BaseModel):
    """The batch stands in the ledger; with `quarantined` it was set aside for that reason, and counts for nothing."""

    acknowledged: int
    position: int
    quarantined: str | None = None


class Recorded(BaseModel):
    """How many batches of a spool's day stand in the ledger."""

    recorded: int


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

    runs = Runs()

    def heard(agent: Name, slamon_run: Said = None) -> None:
        _hear(ledger, runs, agent, slamon_run, clock())

    founded = ledger.found(token_hex(8))
    router = APIRouter(
        prefix="/api/v1/agents/{agent}",
        tags=["agents"],
        dependencies=[Depends(known), Depends(heard)],
        route_class=telling(f"{founded.ledger_id}/{founded.epoch}", clock),
    )

    @router.get("/assignment")
    def assignment(agent: Name, if_none_match: Annotated[str, Header()] = "") -> Response:
        """The agent's probe list, 304 while it has not changed."""
        return _assignment(ledger, agent, if_none_match)

    # The description of the API knows no choice within a choice, as conditions of probes are.
    @router.post("/assignments", status_code=204, include_in_schema=False)
    def reminder(agent: Name, given: AgentAssigned) -> None:
        """Record again what a ledger that went on from a backup has forgotten."""
        try:
            agents.reminded(ledger, agent, given)
        except agents.BatchRefusedError as wrong:
            raise HTTPException(409, str(wrong)) from None

    @router.get("/batches/{spool}/{day}")
    def recorded(agent: Name, spool: Name, day: Day) -> Recorded:
        """How many batches of a day are here, so that an agent knows what to send again."""
        return Recorded(recorded=agents.recorded(ledger, agent, spool, day))

    @router.post(
        "/batches/{spool}/{day}/{sequence}",
        response_model=Acknowledged,
        response_model_exclude_none=True,
    )
    async def batch(
        agent: Name,
        spool: Name,
        day: Day,
        sequence: Annotated[int, Path(ge=1)],
        request: Request,
        slamon_assignment: Said = None,
        slamon_final: Said = None,
    ) -> Response | Acknowledged:
        """Take in a batch; acknowledged only after it is committed."""
        payload = await _body(request)
        take = partial(
            agents.take_batch,
            *(ledger, agent, spool, day, sequence, payload),
            now=clock(),
            fingerprint=slamon_assignment,
            final=bool(slamon_final),
        )
        return await run_in_threadpool(_acknowledged, request, take)

    @router.post("/interruptions", status_code=204)
    def interruption(agent: Name, gap: ProbingInterrupted) -> None:
        """Record why the agent did not probe."""
        agents.interrupted(ledger, agent, gap)

    return router


def _hear(ledger: Ledger, runs: Runs, agent: str, run: str | None, now: int) -> None:
    other = runs.turns(agent, run) if run else None
    if run and other:
        day = format_instant(now)[:10]
        conflict_found(
            *(ledger, agent, "two_runs", ""), day=day, sequence=0, held=other, given=run, now=now
        )


def _assignment(ledger: Ledger, agent: str, held: str) -> Response:
    current = agents.assignment(ledger, agent)
    if current is None:
        raise HTTPException(404, "nothing is assigned to this agent yet")
    etag = f'"{current.version}"'
    if held == etag:
        return Response(status_code=304, headers={"ETag": etag})
    body = current.model_dump_json(by_alias=True)
    return Response(body, media_type="application/json", headers={"ETag": etag})


def _acknowledged(request: Request, take: Callable[[], agents.Taken]) -> Response | Acknowledged:
    try:
        taken = take()
    except agents.BatchRefusedError as wrong:
        return refusal(request, wrong)
    return Acknowledged(
        acknowledged=taken.sequence, position=taken.position, quarantined=taken.quarantined
    )


async def _body(request: Request) -> bytes:
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > BATCH_LIMIT:
            raise HTTPException(413, f"a batch is at most {BATCH_LIMIT} bytes")
    return bytes(parts)
