"""First bytes told by an agent whose loop is blocked for 30 ms in every 200 ms, of a target that answers after 20 ms.

Baseline: the same agent, not blocked, in the same run. Beside it what the loop's own clock would have told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import quantiles

from benchmarks.figure import Figure
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.prober import ask
from probes.specs.web import HttpSpec

RATE = 167  # probes a second, as of ten thousand a minute
ANSWER = 0.020
STALL, EVERY = 0.030, 0.200
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PROCESSES = get_context("spawn")


def measure(seconds: float) -> list[Figure]:
    """Milliseconds, p99."""
    with _target() as port:
        steady = asyncio.run(_asked(port, seconds, stalling=False))
        stalled = asyncio.run(_asked(port, seconds, stalling=True))
    truth = _p99([each.phases["first_byte"] for each in steady])
    told = _p99([each.phases["first_byte"] for each in stalled])
    by_loop = _p99([each.phases["first_byte"] + each.loop_lag for each in stalled])
    return [
        Figure("first byte p99, loop blocked 30 of every 200 ms", told, "ms", truth),
        Figure("the same by the loop's own clock", by_loop, "ms", truth),
    ]


def _p99(microseconds: list[int]) -> float:
    return quantiles(microseconds, n=100, method="inclusive")[98] / 1000


async def _asked(port: int, seconds: float, *, stalling: bool) -> list[Observation]:
    spec = HttpSpec(url=f"http://127.0.0.1:{port}/", timeout=5_000_000)
    surroundings = Surroundings(networks("127.0.0.0/8"))
    stall = asyncio.create_task(_stall()) if stalling else None
    begun = time.monotonic()
    asking = []
    for number in range(int(seconds * RATE)):
        await asyncio.sleep(max(0.0, begun + number / RATE - time.monotonic()))
        asking.append(asyncio.create_task(ask(spec, surroundings)))
    found = await asyncio.gather(*asking)
    if stall is not None:
        stall.cancel()
    return found


async def _stall() -> None:
    while True:
        await asyncio.sleep(EVERY - STALL)
        time.sleep(STALL)  # noqa: ASYNC251  # that is what is measured


@contextmanager
def _target() -> Iterator[int]:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection) -> None:
    asyncio.run(_answer_late(pipe))


async def _answer_late(pipe: Connection) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(ANSWER)
        writer.write(REPLY)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
