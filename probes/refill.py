"""Refilling: what a centre that went on from a backup has lost is sent to it again out of the spool."""

from __future__ import annotations

import asyncio
import logging
import time
from http import HTTPStatus

from pydantic import TypeAdapter

from probes.centre import Centre
from probes.pausing import ProbePaused, ProbeResumed
from probes.recorder import Recorder
from probes.spool import Spool

ANY_DAY = "1970-01-01"

_PAUSES = TypeAdapter(list[ProbePaused])

log = logging.getLogger(__name__)


class Refill:
    """Compares the ledger that the centre names with the one that the spool was handed in to."""

    def __init__(self, spool: Spool, recorder: Recorder, centre: Centre) -> None:
        self._spool = spool
        self._recorder = recorder
        self._centre = centre
        self._met: str | None = None
        self._asked = False

    async def due(self) -> bool:
        """Whether the centre now names another ledger, or another epoch of it; it is asked before all else.

        Raises:
            UnreachableError: the centre did not answer.

        """
        if not self._asked:
            spool = await self._recorder.do(lambda: self._spool.id)
            await asyncio.to_thread(self._centre.recorded, spool, ANY_DAY)
            self._asked = True
        if self._centre.ledger is None:
            return False
        if self._met is None:
            self._met = await self._recorder.do(lambda: self._spool.centre)
        return self._met != self._centre.ledger

    async def begin(self) -> None:
        """Let what the centre lacks go out again; of a ledger never met before only what still waits.

        Raises:
            UnreachableError: the centre did not answer; it is asked again next time.

        """
        ledger = str(self._centre.ledger)
        if not await self._agreed_on_pauses():
            return
        if self._met is not None and _id(self._met) == _id(ledger):
            log.warning("the centre went on from a backup (%s): it gets what it lacks", ledger)
            if not await self._send_again():
                return
        elif self._met is not None:
            name = await self._recorder.do(self._spool.parcels.renew)
            log.warning("the centre has another ledger (%s): it gets spool %s", ledger, name)
        await self._recorder.do(self._spool.met, ledger)
        self._met = ledger

    async def _agreed_on_pauses(self) -> bool:
        """Have the centre told of each pause, and of the end of those that only it knows; False where it cannot say."""
        answer = await asyncio.to_thread(self._centre.pauses)
        if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            return False
        pauses = self._spool.pauses
        await self._recorder.do(pauses.tell_again)
        if answer.status == HTTPStatus.NOT_FOUND:
            return True  # it is of a version that knows of none
        now = time.time_ns() // 1000
        for paused in _PAUSES.validate_json(answer.body):
            said = "the agent's spool knows of no such pause"
            resumed = ProbeResumed(probe=paused.probe, at=max(now, paused.from_), reason=said)
            await self._recorder.do(pauses.disown, paused, resumed)
        return True

    async def _send_again(self) -> bool:
        parcels = self._spool.parcels
        for spool, day in await self._recorder.do(parcels.days):
            answer = await asyncio.to_thread(self._centre.recorded, spool, day)
            if answer.status != HTTPStatus.OK:
                return False
            recorded = int(answer.said("recorded"))
            if recorded < await self._recorder.do(parcels.numbered, spool, day):
                await self._recorder.do(parcels.send_again, spool, day, recorded + 1)
        await self._recorder.do(self._spool.report_again)
        return True


def _id(ledger: str) -> str:
    return ledger.partition("/")[0]
