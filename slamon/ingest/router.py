"""What agents ask for and hand in, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from probes.health import AgentHealth
from probes.pausing import ProbePaused, ProbeResumed
from probes.spec import AgentAssigned, ProbingInterrupted
from slamon.app import agents, pauses
from slamon.app.examining import UnsoundError
from slamon.app.wires import OLDEST, told
from slamon.ingest.answers import refusal, telling
from slamon.ingest.contacts import Contacts
from slamon.ingest.door import Door, Name, Said, Wire
from slamon.ingest.healths import Healths
from slamon.ledger.store import Ledger

BATCH_LIMIT = 8 * 1024 * 1024  # bytes; a batch of 1,000 rows has a few thousand

Day = Annotated[str, Path(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Acknowledged(BaseModel):
    """The batch stands in the ledger; with `quarantined` it was set aside for that reason, and counts for nothing."""

    acknowledged: int
    position: int
    quarantined: str | None = None


class Recorded(BaseModel):
    """How many batches of a spool's day stand in the ledger."""

    recorded: int


def build(
    ledger: Ledger,
    key_of: Callable[[str], str | None],
    clock: Callable[[], int],
    contacts: Contacts | None = None,
    healths: Healths | None = None,
) -> APIRouter:
    """The routes of agents; `key_of` gives the SHA-256 of an agent's key in hex, None for an unknown agent.

    Whoever is let in is noted in `contacts`, and what they tell of themselves in `healths`.
    """
    contacts = contacts or Contacts()
    door, desk = Door(ledger, key_of, clock, contacts), Desk(ledger, clock, healths or Healths())
    founded = ledger.found(token_hex(8))
    router = APIRouter(
        prefix="/api/v1/agents/{agent}",
        tags=["agents"],
        dependencies=[Depends(door.known), Depends(door.understood), Depends(door.heard)],
        route_class=telling(f"{founded.ledger_id}/{founded.epoch}", clock),
    )
    router.get("/assignment")(desk.assignment)
    # The description of the API knows no choice within a choice, as conditions of probes are.
    router.post("/assignments", status_code=204, include_in_schema=False)(desk.reminder)
    router.get("/batches/{spool}/{day}")(desk.recorded)
    router.post(
        "/batches/{spool}/{day}/{sequence}",
        response_model=Acknowledged,
        response_model_exclude_none=True,
    )(desk.batch)
    router.post("/interruptions", status_code=204)(desk.interruption)
    router.get("/pauses")(desk.pauses)
    router.post("/pauses", status_code=204)(desk.pause)
    router.post("/resumptions", status_code=204)(desk.resumption)
    router.post("/health", status_code=204)(desk.health)
    return router


@dataclass(frozen=True)
class Desk:
    """Answers agents that were let in."""

    ledger: Ledger
    clock: Callable[[], int]
    healths: Healths

    def assignment(
        self,
        agent: Name,
        if_none_match: Annotated[str, Header()] = "",
        slamon_wire: Wire = OLDEST,
    ) -> Response:
        """The agent's probe list, 304 while it has not changed."""
        current = agents.assignment(self.ledger, agent)
        if current is None:
            raise HTTPException(404, "nothing is assigned to this agent yet")
        headers = {"ETag": f'"{current.version}"'}
        if if_none_match == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        try:
            body = told(current, slamon_wire)
        except ValueError as wrong:
            raise HTTPException(404, f"{wrong}; a list that it can follow is made now") from None
        return Response(body, media_type="application/json", headers=headers)

    def reminder(self, agent: Name, given: AgentAssigned) -> None:
        """Record again what a ledger that went on from a backup has forgotten."""
        try:
            agents.reminded(self.ledger, agent, given)
        except agents.BatchRefusedError as wrong:
            raise HTTPException(409, str(wrong)) from None

    def recorded(self, agent: Name, spool: Name, day: Day) -> Recorded:
        """How many batches of a day are here, so that an agent knows what to send again."""
        return Recorded(recorded=agents.recorded(self.ledger, agent, spool, day))

    def pauses(self, agent: Name) -> list[ProbePaused]:
        """Which probes the agent leaves in peace, as far as is known here."""
        return list(pauses.open_pauses(self.ledger, agent).values())

    def pause(self, agent: Name, told: ProbePaused) -> None:
        """Record that the agent asks a probe no more."""
        pauses.paused(self.ledger, agent, told)

    def resumption(self, agent: Name, told: ProbeResumed) -> None:
        """Record that the agent asks a probe again."""
        pauses.resumed(self.ledger, agent, told)

    def health(self, agent: Name, told: AgentHealth) -> None:
        """Keep the agent's newest word about itself, which is no fact."""
        self.healths.note(agent, told)

    async def batch(
        self,
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
            *(self.ledger, agent, spool, day, sequence, payload),
            now=self.clock(),
            fingerprint=slamon_assignment,
            final=bool(slamon_final),
        )
        return await run_in_threadpool(_acknowledged, request, take)

    def interruption(self, agent: Name, gap: ProbingInterrupted) -> None:
        """Record why the agent did not probe."""
        try:
            agents.interrupted(self.ledger, agent, gap, self.clock())
        except UnsoundError as wrong:
            raise HTTPException(422, str(wrong)) from None


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
