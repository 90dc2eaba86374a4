"""Leaving in peace: which probes are not asked at the moment, and when they are asked again."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable

from probes.centre import Centre, UnreachableError
from probes.observation import Observation
from probes.patience import Pause, Pauses
from probes.pausing import ProbeResumed, pause_after
from probes.recorder import Recorder
from probes.spec import AgentAssigned, AssignedProbe

OK = 200

log = logging.getLogger(__name__)


class Leaving:
    """What an agent knows of its pauses while it runs."""

    def __init__(self, pauses: Pauses, recorder: Recorder, clock: Callable[[], int]) -> None:
        self._pauses = pauses
        self._recorder = recorder
        self._clock = clock
        self._lasting: dict[str, Pause] = {}

    async def read(self) -> None:
        """Know what the spool knows."""
        found = await self._recorder.do(self._pauses.lasting)
        self._lasting = {each.paused.probe: each for each in found}

    def holds(self, probe: AssignedProbe) -> bool:
        """Whether a probe is left in peace now."""
        found = self._lasting.get(probe.probe)
        if found is None:
            return False
        return found.paused.until is None or self._clock() < found.paused.until

    async def heed(self, probe: AssignedProbe, seen: Observation) -> None:
        """Begin a pause where the target does not want to be asked."""
        paused = pause_after(probe, seen, self._clock())
        if paused is not None and not self.holds(probe):  # several attempts may have been under way
            log.warning("%s is paused: %s", probe.probe, paused.reason)
            await self._recorder.do(self._pauses.begin, paused, probe)
            await self.read()

    async def look(self, assignment: AgentAssigned, centre: Centre) -> None:
        """End the pauses whose time is over, whose probe was changed, or that somebody has ended."""
        if not self._lasting:
            return
        met = await self._recorder.do(self._pauses.centre)
        await self.read()  # the courier has told of them meanwhile
        ended = self._ended(assignment)
        if not ended:
            ended = await self._ended_by_others(centre, met)
        for pause, reason in ended:
            until = pause.paused.until
            at = self._clock() if until is None else min(until, self._clock())
            at = max(at, pause.paused.from_)
            resumed = ProbeResumed(probe=pause.paused.probe, at=at, reason=reason)
            await self._recorder.do(self._pauses.end, pause.number, resumed)
            log.info("%s is asked again: %s", pause.paused.probe, reason)
        if ended:
            await self.read()

    def _ended(self, assignment: AgentAssigned) -> list[tuple[Pause, str]]:
        specs = {each.probe: each.spec.model_dump_json() for each in assignment.probes}
        found = []
        for pause in self._lasting.values():
            until = pause.paused.until
            if specs.get(pause.paused.probe) != pause.spec:
                found.append((pause, "its specification has changed"))
            elif until is not None and until <= self._clock():
                found.append((pause, "its time is over"))
        return found

    async def _ended_by_others(self, centre: Centre, met: str | None) -> list[tuple[Pause, str]]:
        """Those that the ledger `met` has an end of; one that went on from a backup has forgotten them."""
        told = [each for each in self._lasting.values() if each.told]
        if not told:
            return []
        try:
            answer = await asyncio.to_thread(centre.pauses)
        except UnreachableError:
            return []
        if answer.status != OK or centre.ledger != met:
            return []
        lasting = {(each["probe"], each["from"]) for each in json.loads(answer.body)}
        return [
            (each, "somebody has ended the pause")
            for each in told
            if (each.paused.probe, each.paused.from_) not in lasting
        ]
