"""The courier: carries batches to the centre in order, and keeps each until it is acknowledged, and longer."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from enum import Enum
from http import HTTPStatus

from probes.centre import (
    ASSIGNMENT_UNKNOWN,
    OUT_OF_ORDER,
    Answer,
    Centre,
    UnreachableError,
)
from probes.parcels import Parcel
from probes.patience import Word
from probes.recorder import Recorder
from probes.refill import Refill
from probes.spec import ProbingInterrupted
from probes.spool import Spool

ACCEPTED = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT})
IDLE = 1.0
SLOW = 30.0
STOPPED = 900.0  # after a conflict; asking again now and then keeps the alarm alive while it lasts
UPGRADED = 900.0  # until a centre that knew of no pauses is told of them again
LONGEST_WAIT = 600
PATIENCE = 8
NEARLY = 30_000_000  # µs; no two clocks are equal, and the centre takes twice as much
REASON = 500  # bytes of what the centre says that are worth a line of the log

log = logging.getLogger(__name__)


class Delivery(Enum):
    """How one attempt to deliver went."""

    NOTHING = "nothing to deliver"
    DELIVERED = "delivered"
    AGAIN = "not delivered, something else goes first"
    FAILED = "not delivered, try again soon"
    REFUSED = "refused, try again slowly"


class Courier:
    """Pushes what the spool holds; stops when another one writes under the name of this spool."""

    def __init__(self, spool: Spool, recorder: Recorder, centre: Centre) -> None:
        self._spool = spool
        self._parcels = spool.parcels
        self._recorder = recorder
        self._centre = centre
        self._refill = Refill(spool, recorder, centre)
        self._woken = asyncio.Event()
        self._not_before = 0.0
        self._explained: set[str | None] = set()
        self._silent_until = 0.0
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
                await asyncio.sleep(max(backoff(failures), self._not_before - time.monotonic()))
            elif delivery is Delivery.REFUSED:
                await asyncio.sleep(SLOW)

    async def drain(self) -> None:
        """Deliver what there is, once, as long as it goes well."""
        while await self.deliver() in {Delivery.DELIVERED, Delivery.AGAIN}:
            pass

    async def deliver(self) -> Delivery:
        """Deliver one interruption, or else a word on a pause, or else the oldest batch: what explains goes first."""
        if self.conflict and time.monotonic() < self._not_before:
            return Delivery.REFUSED
        try:
            if await self._refill.due():
                await self._refill.begin()
            return await self._deliver_one()
        except UnreachableError as fault:
            self._centre.not_reached(fault)
            return Delivery.FAILED

    async def _deliver_one(self) -> Delivery:
        gaps = self._over(await self._recorder.do(self._spool.interruptions))
        if gaps:
            return await self._report(gaps[0])
        if time.monotonic() >= self._silent_until:
            word = await self._recorder.do(self._spool.pauses.next_word)
            if word is not None:
                return await self._tell(word)
        parcel = await self._recorder.do(self._parcels.oldest)
        if parcel is None:
            return Delivery.NOTHING
        final = parcel.fingerprint in self._explained
        answer = await self._sent(lambda: self._centre.push(parcel, final=final))
        if answer.status in ACCEPTED:
            await self._settle(parcel, answer)
            return Delivery.DELIVERED
        if await self._refill.due():
            return Delivery.AGAIN
        return await self._heed(parcel, answer)

    async def _report(self, gap: ProbingInterrupted) -> Delivery:
        answer = await self._sent(lambda: self._centre.report(gap))
        if answer.status in ACCEPTED:
            await self._recorder.do(self._spool.reported, gap, _now())
            return Delivery.DELIVERED
        if answer.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            return self._refused(answer)
        said = answer.body[:REASON].decode(errors="replace")
        log.error("the centre does not take the interruption '%s': %s", gap.reason, said)
        await self._recorder.do(self._spool.reported, gap, _now())  # it would not take it later
        return Delivery.AGAIN

    def _over(self, gaps: tuple[ProbingInterrupted, ...]) -> list[ProbingInterrupted]:
        """Those that are over by the centre's clock; one that our clock has run ahead for must wait."""
        offset = self._centre.offset
        present = _now() - (offset.ahead if offset else 0)
        return [gap for gap in gaps if gap.to <= present + NEARLY]

    async def _tell(self, word: Word) -> Delivery:
        answer = await self._sent(lambda: self._centre.tell_of_pause(word.fact))
        if answer.status == HTTPStatus.NOT_FOUND:
            log.warning("the centre is of a version that knows of no pauses: they are told later")
            self._silent_until = time.monotonic() + UPGRADED
            return Delivery.AGAIN
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            said = answer.body[:REASON].decode(errors="replace")
            log.error("the centre does not take what is said of %s: %s", word.fact.probe, said)
        elif answer.status not in ACCEPTED:
            return self._refused(answer)
        await self._recorder.do(self._spool.pauses.heard, word.number)
        return Delivery.DELIVERED

    async def _settle(self, parcel: Parcel, answer: Answer) -> None:
        self.conflict = False
        if (reason := answer.said("quarantined")) is None:
            await self._recorder.do(self._parcels.acknowledge, parcel, _now())
            return
        what = f"batch {parcel.sequence} of {parcel.day}"
        log.error("the centre set %s aside, it counts for nothing: %s", what, reason)
        await self._recorder.do(self._parcels.set_aside, parcel, _now())

    async def _heed(self, parcel: Parcel, answer: Answer) -> Delivery:
        """Do what the centre says of a batch that it did not take."""
        if answer.status == HTTPStatus.CONFLICT:
            kind = answer.said("type")
            if kind == OUT_OF_ORDER:
                return await self._put_in_order(parcel, answer)
            if kind == ASSIGNMENT_UNKNOWN:
                return await self._remind(parcel)
            return self._stop(parcel, answer)
        if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            log.error("batch %d of %s is too large for the centre", parcel.sequence, parcel.day)
            if await self._recorder.do(self._parcels.lighten, parcel):
                return Delivery.AGAIN
        return self._refused(answer)

    async def _put_in_order(self, parcel: Parcel, answer: Answer) -> Delivery:
        expected = answer.said("expected")
        # What is no number of an earlier batch was not said by a centre in its senses: going by it could lose some.
        if type(expected) is not int or not 1 <= expected < parcel.sequence:
            return self._refused(answer)
        return await self._go_back(parcel, expected)

    async def _go_back(self, parcel: Parcel, expected: int) -> Delivery:
        """Send again from the number that the centre expects, or under a new name if that is not kept any more."""
        kept = await self._recorder.do(self._parcels.send_again, parcel.spool, parcel.day, expected)
        where = f"number {expected} of {parcel.day}"
        if kept:
            log.warning("the centre expects %s: it is sent again from there", where)
        else:
            name = await self._recorder.do(self._parcels.renew)
            log.error("%s is not kept any more and lost; the rest goes to spool %s", where, name)
        return Delivery.AGAIN

    async def _remind(self, parcel: Parcel) -> Delivery:
        """Tell the centre what it has forgotten: under which assignment the batch was made."""
        assignment = await self._recorder.do(self._parcels.assignment, parcel)
        if assignment is not None:
            answer = await self._sent(lambda: self._centre.remind(assignment))
            if answer.status in ACCEPTED:
                log.warning("the centre was told of assignment %d again", assignment.version)
                return Delivery.AGAIN
            if answer.status != HTTPStatus.CONFLICT:
                return self._refused(answer)
        self._explained.add(parcel.fingerprint)
        return Delivery.AGAIN

    def _stop(self, parcel: Parcel, answer: Answer) -> Delivery:
        log.error(
            "pushing has stopped: the centre has other content for number %d of %s in spool %s;"
            " is this a copy of another agent? Then give it a spool of its own: python -m probes"
            " --new-spool. Probing goes on, everything is kept. (%s)",
            *(
                parcel.sequence,
                parcel.day,
                parcel.spool,
                answer.body[:200].decode(errors="replace"),
            ),
        )
        self.conflict = True
        self._not_before = time.monotonic() + STOPPED
        return Delivery.REFUSED

    def _refused(self, answer: Answer) -> Delivery:
        busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or busy:
            log.warning("the centre answers %d", answer.status)
            self._not_before = time.monotonic() + min(answer.wait, LONGEST_WAIT)
            return Delivery.FAILED
        self._centre.refuses(answer)
        return Delivery.REFUSED

    async def _sent(self, send: Callable[[], Answer]) -> Answer:
        return await asyncio.to_thread(send)

    async def _until_woken(self) -> None:
        try:
            async with asyncio.timeout(IDLE):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._woken.clear()


def _now() -> int:
    return time.time_ns() // 1000


def backoff(failures: int) -> float:
    """Return how many seconds to wait after so many failures: 0.1 to 5, then 30, less a random part."""
    wait = SLOW if failures > PATIENCE else min(5.0, 0.1 * 2 ** (failures - 1))
    return wait * (500 + secrets.randbelow(500)) / 1000
