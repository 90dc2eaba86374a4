"""What operations watch: probes with their newest results, agents, and where the ledger stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from slamon.ledger.proof import NotProvableError, Proof
from slamon.views.agents import AgentLine
from slamon.views.alarms import QuarantineLine
from slamon.views.answers import Attention, LedgerStatus, ProbeLine, SealLine
from slamon.web.freshness import Moving, Steady
from slamon.web.paging import Asked, Key, Page
from slamon.web.requests import Now, Read

router = APIRouter(tags=["operations"])

DIGITS = 18  # longer numbers do not fit into a ledger


@router.get("/probes", dependencies=[Moving])
def probes(
    reading: Read, now: Now, asked: Asked, attention: Attention | None = None
) -> Page[ProbeLine]:
    """Probes by id and location: all, or those that ask to be looked at for one reason."""
    found = reading.probes(now)
    wanted = [line for line in found if attention is None or attention in line.attention]
    return asked.cut(wanted, _probe_key)


@router.get("/agents", dependencies=[Moving])
def agents(reading: Read, now: Now, asked: Asked) -> Page[AgentLine]:
    """Agents by id, each with what somebody must look at."""
    return asked.cut(reading.agents(now), lambda line: (line.agent,))


@router.get("/agents/quarantine", dependencies=[Steady])
def quarantine(reading: Read, asked: Asked) -> Page[QuarantineLine]:
    """Batches that were set aside, by the position where each stands."""
    return asked.cut(reading.quarantine()[::-1], lambda line: (f"{line.position:018}",))


@router.get("/ledger", dependencies=[Steady])
async def ledger(reading: Read) -> LedgerStatus:
    """Where the ledger and its views stand."""
    return reading.ledger()


@router.get("/ledger/seals", dependencies=[Steady])
async def seals(reading: Read, asked: Asked) -> Page[SealLine]:
    """The seals over the ledger, oldest first: who keeps them can tell later that nothing was changed before them."""
    found = reading.seals(_number(asked.word(1)), asked.probe)
    return asked.page(found, lambda line: (str(line.number),))


def _number(key: Key | None) -> int:
    if key is None:
        return 0
    if not (key[0].isascii() and key[0].isdecimal() and len(key[0]) <= DIGITS):
        raise HTTPException(422, "The value of after belongs to another list.")
    return int(key[0])


@router.get("/ledger/facts/{position}/proof", dependencies=[Steady])
def proof(
    reading: Read, position: Annotated[int, Path(ge=1, le=10**DIGITS, description="of the fact")]
) -> Proof:
    """The proof that a fact is under a seal, to be checked without slamon by the script of the documentation."""
    try:
        return reading.proof(position)
    except NotProvableError as wrong:
        raise HTTPException(404, f"{wrong}.") from None


def _probe_key(line: ProbeLine) -> Key:
    return line.probe, line.location or ""
