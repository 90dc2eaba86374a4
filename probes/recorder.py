"""The recorder: the one thread that writes the spool, committing rows in small groups beside the probing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import ParamSpec, TypeVar

from probes.assembly import Row
from probes.spool import Spool

GATHER = 0.03

P = ParamSpec("P")
T = TypeVar("T")


class Recorder:
    """Keeps commits off the loop that probes."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._waiting: list[tuple[int, Row, asyncio.Future[None]]] = []
        self._woken = asyncio.Event()

    async def do(self, step: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a step of the spool in its thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: step(*args, **kwargs))

    async def record(self, version: int, row: Row) -> None:
        """Return when the row of an assignment's version is safe in the spool."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((version, row, done))
        self._woken.set()
        await done

    async def run(self) -> None:
        """Commit what is waiting, group by group, until cancelled.

        Raises:
            sqlite3.Error: the spool cannot be written; probing without it would be for nothing.

        """
        while True:
            await self._woken.wait()
            await asyncio.sleep(GATHER)
            self._woken.clear()
            group, self._waiting = self._waiting, []
            for version, same in groupby(group, key=lambda each: each[0]):
                members = list(same)
                await self.do(self._spool.record, version, [row for _, row, _ in members])
                for _, _, done in members:
                    if not done.done():
                        done.set_result(None)

    def close(self) -> None:
        """End the thread after what it is doing."""
        self._thread.shutdown()
