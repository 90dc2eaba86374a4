"""The recorder: the one thread that writes the spool, committing rows in small groups beside the probing."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import ParamSpec, TypeVar

from probes.assembly import Row
from probes.spool import Spool

GATHER = (
    0.5  # s; each commit waits for the disk, and a kill costs at most what came in half a second
)
AGAIN = 1.0
SAY_EVERY = 60.0

# The low byte of an error code says what kind it is; that the file system does not let us write may pass.
OF_THE_DISK = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }
)

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


class Recorder:
    """Keeps commits off the loop that probes; while the disk takes nothing, everything waits."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._waiting: list[tuple[int, Row, asyncio.Future[None]]] = []
        self._woken = asyncio.Event()
        self._said_at = -SAY_EVERY

    async def do(self, step: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a step of the spool in its thread; a step that the disk does not take is tried until it does.

        Raises:
            sqlite3.Error: the spool is damaged; probing without it would be for nothing.

        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(self._thread, lambda: step(*args, **kwargs))
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF not in OF_THE_DISK:
                    raise
                self._say(fault)
            await asyncio.sleep(AGAIN)

    def _say(self, fault: sqlite3.OperationalError) -> None:
        if time.monotonic() - self._said_at >= SAY_EVERY:
            self._said_at = time.monotonic()
            log.error("the spool cannot be written (%s); it is tried again every second", fault)

    async def record(self, version: int, row: Row) -> None:
        """Return when the row of an assignment's version is safe in the spool."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((version, row, done))
        self._woken.set()
        await done

    async def run(self) -> None:
        """Commit what is waiting, group by group, until cancelled.

        Raises:
            sqlite3.Error: the spool is damaged.

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
