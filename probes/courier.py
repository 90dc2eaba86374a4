"""The courier: carries batches to the centre in order, and lets go of each only when it is acknowledged."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from enum import Enum

from probes.centre import Answer, Centre, UnreachableError
from probes.recorder import Recorder
from probes.spool import Spool

ACCEPTED = frozenset({200, 201, 204})
CONFLICT = 409
TOO_BUSY = 429
SERVER_FAULT = 500
IDLE = 1.0
SLOW = 30.0
PATIENCE = 8

log = logging.getLogger(__name__)


class Delivery(Enum):
    """How one attempt to deliver went."""

    NOTHING = "nothing to deliver"
    DELIVERED = "delivered"
    FAILED = "not delivered, try again soon"
    REFUSED = "refused, try again slowly"


class Courier:
    """Pushes what the spool holds; stops for good when the centre's history does not agree with it."""

    def __init__(self, spool: Spool, recorder: Recorder, centre: Centre) -> None:
        self._spool = spool
        self._recorder = recorder
        self._centre = centre
        self._woken = asyncio.Event()
        self.conflict = False

    def wake(self) -> None:
        """Say that there is something to deliver."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        failures = 0
        while True:
            delivery = await self.deliver()
            failures = failures + 1 if delivery is Delivery.FAILED else 0
            if delivery is Delivery.NOTHING:
                await self._until_woken()
            elif delivery is Delivery.FAILED:
                await asyncio.sleep(backoff(failures))
            elif delivery is Delivery.REFUSED:
                await asyncio.sleep(SLOW)

    async def drain(self) -> None:
        """Deliver what there is, once, as long as it goes well."""
        while await self.deliver() is Delivery.DELIVERED:
            pass

    async def deliver(self) -> Delivery:
        """Deliver one interruption or else the oldest batch."""
        if self.conflict:
            log.error("pushing has stopped: the history of the centre and this spool do not agree")
            return Delivery.REFUSED
        gaps = await self._recorder.do(self._spool.interruptions)
        if gaps:
            return await self._hand_over(
                lambda: self._centre.report(gaps[0]),
                lambda: self._recorder.do(self._spool.reported, gaps[0]),
            )
        parcel = await self._recorder.do(self._spool.oldest)
        if parcel is None:
            return Delivery.NOTHING
        return await self._hand_over(
            lambda: self._centre.push(self._spool.id, parcel),
            lambda: self._recorder.do(self._spool.acknowledge, parcel),
        )

    async def _hand_over(
        self, send: Callable[[], Answer], settle: Callable[[], Awaitable[None]]
    ) -> Delivery:
        try:
            answer = await asyncio.to_thread(send)
        except UnreachableError as fault:
            log.warning("the centre cannot be reached: %s", fault)
            return Delivery.FAILED
        if answer.status in ACCEPTED:
            await settle()
            return Delivery.DELIVERED
        if answer.status >= SERVER_FAULT or answer.status == TOO_BUSY:
            log.warning("the centre answers %d", answer.status)
            return Delivery.FAILED
        self.conflict = answer.status == CONFLICT
        log.error("the centre refuses with %d: %s", answer.status, answer.body[:200])
        return Delivery.REFUSED

    async def _until_woken(self) -> None:
        try:
            async with asyncio.timeout(IDLE):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._woken.clear()


def backoff(failures: int) -> float:
    """Return how many seconds to wait after so many failures: 0.1 to 5, then 30, less a random part."""
    wait = SLOW if failures > PATIENCE else min(5.0, 0.1 * 2 ** (failures - 1))
    return wait * (500 + secrets.randbelow(500)) / 1000
