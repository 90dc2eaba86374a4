"""Connections: what the kernel had long before a busy loop came to look is no delay of the target."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from probes.conditions.timing import is_suspect
from probes.connection import Connection
from probes.dialogue import Surroundings
from probes.faults import faults_named
from probes.guard import networks
from probes.observation import Failure, Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.web import HttpSpec

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., AbstractAsyncContextManager[int]]

BAD, INCONCLUSIVE = Outcome.BAD, Outcome.INCONCLUSIVE


def in_a_process_of_its_own() -> str:
    """A web server that answers after 20 ms, whatever our loop does."""
    return (
        "import socket, time\n"
        "s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)\n"
        "while True:\n"
        "    c, _ = s.accept(); c.recv(4096); time.sleep(0.020)\n"
        "    c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok'); c.close()\n"
    )


async def stalled(spec: HttpSpec, *, after: float, stall: float) -> Observation:
    """Ask while the loop is blocked for a while, beginning some time after the start."""
    asking = asyncio.create_task(ask(spec, Surroundings(networks("127.0.0.0/8"))))
    await asyncio.sleep(after)
    time.sleep(stall)  # noqa: ASYNC251  # the stall that is tested
    return await asking


def slow_page(port: int) -> HttpSpec:
    return HttpSpec(url=f"http://127.0.0.1:{port}/", timeout=2_000_000)


def test_a_stalled_loop_does_not_make_the_target_slow(python_server: Callable[[str], int]) -> None:
    spec = slow_page(python_server(in_a_process_of_its_own()))
    seen = asyncio.run(stalled(spec, after=0.005, stall=0.080))
    assert seen.outcome is Outcome.GOOD
    assert 20_000 <= seen.phases["first_byte"] < 30_000
    assert seen.loop_lag > 40_000
    assert seen.by_kernel


def test_a_latency_that_our_own_delay_may_have_made_is_none(
    python_server: Callable[[str], int],
) -> None:
    spec = slow_page(python_server(in_a_process_of_its_own()))
    seen = asyncio.run(stalled(spec, after=0.005, stall=0.080))
    assert (seen.suspect, seen.latency) == (True, None)
    evidence = seen.evidence()
    assert evidence.timing == "kernel"
    assert evidence.phases["total"] < 40_000
    assert evidence.phases["loop_lag"] == seen.loop_lag


def test_an_undisturbed_latency_is_kept(python_server: Callable[[str], int]) -> None:
    spec = slow_page(python_server(in_a_process_of_its_own()))
    tries = (asyncio.run(ask(spec, Surroundings(networks("127.0.0.0/8")))) for _ in range(10))
    seen = next(each for each in tries if not each.suspect)  # the machine may have been busy
    assert seen.latency == seen.phases["total"]
    assert 20_000 <= seen.latency < 60_000


@pytest.mark.parametrize(
    ("lag", "latency", "suspect"),
    [
        pytest.param(5_000, 1_000, False, id="five milliseconds are borne, however short it was"),
        pytest.param(5_001, 1_000, True, id="more are not"),
        pytest.param(50_000, 500_000, False, id="a tenth of a long one is borne"),
        pytest.param(50_001, 500_000, True, id="more than a tenth is not"),
    ],
)
def test_a_latency_is_suspect_by_the_lag_of_the_loop(
    lag: int,
    latency: int,
    suspect: bool,  # noqa: FBT001
) -> None:
    assert is_suspect(lag, latency) is suspect


def test_what_waited_for_us_before_we_asked_is_not_subtracted(serve: Serve) -> None:
    """A banner that came before it was read: the reading took no time, and nothing may be taken off it."""

    async def greeting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\r\n")
        await writer.drain()
        await reader.read()

    async def talk() -> tuple[bytes, int]:
        async with serve(greeting) as port:
            connection = await Connection.dial("127.0.0.1", port)
            lag = connection.lag
            await asyncio.sleep(0.1)
            heard = await connection.receive()
            connection.close()
            return heard, connection.lag - lag

    heard, lag = asyncio.run(talk())
    assert heard == b"hello\r\n"
    assert lag < 1_000


@pytest.mark.parametrize("size", [1_000, 8_000_000])
def test_all_is_sent_however_slowly_it_is_taken(serve: Serve, size: int) -> None:
    async def talk() -> int:
        taken = 0
        done = asyncio.Event()

        async def taking(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            nonlocal taken
            while data := await reader.read(65_536):
                taken += len(data)
            done.set()

        async with serve(taking) as port:
            connection = await Connection.dial("127.0.0.1", port)
            await connection.send(b"x" * size)
            connection.close()
            await done.wait()
        return taken

    assert asyncio.run(talk()) == size


def test_a_loop_that_stalls_while_it_connects_does_not_make_the_target_slow(serve: Serve) -> None:
    async def talk() -> int:
        ended = asyncio.Event()

        async def hearing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()
            ended.set()

        async with serve(hearing) as port:
            dialling = asyncio.create_task(Connection.dial("127.0.0.1", port))
            await asyncio.sleep(0)
            time.sleep(0.080)  # noqa: ASYNC251  # the stall that is tested
            connection = await dialling
            connection.close()
            await ended.wait()
        return connection.lag

    assert 70_000 <= asyncio.run(talk()) < 500_000


@pytest.mark.parametrize(
    ("fault", "reason", "outcome"),
    [
        pytest.param(errno.ECONNREFUSED, "refused", BAD, id="nobody listens"),
        pytest.param(errno.ECONNRESET, "reset", BAD, id="the target resets"),
        pytest.param(errno.EPIPE, "reset", BAD, id="the target hears no more"),
        pytest.param(errno.ETIMEDOUT, "timeout", BAD, id="the kernel gave up"),
        pytest.param(errno.EHOSTUNREACH, "unreachable", BAD, id="a router says so"),
        pytest.param(errno.ENETUNREACH, "no_route", INCONCLUSIVE, id="we have no way there"),
        pytest.param(errno.EMFILE, "agent_fault", INCONCLUSIVE, id="too many files are open"),
        pytest.param(errno.ENOBUFS, "agent_fault", INCONCLUSIVE, id="our kernel has no room"),
        pytest.param(errno.EADDRNOTAVAIL, "agent_fault", INCONCLUSIVE, id="no port is left"),
        pytest.param(errno.EPERM, "agent_fault", INCONCLUSIVE, id="our firewall forbids it"),
    ],
)
def test_faults_of_the_network_are_told_apart_from_our_own(
    fault: int, reason: str, outcome: Outcome
) -> None:
    with pytest.raises(Failure) as raised, faults_named:
        raise OSError(fault, "it failed")
    assert (raised.value.reason, raised.value.outcome) == (reason, outcome)


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param(0, id="before it was begun"),
        pytest.param(1, id="while it is waited for"),
        pytest.param(2, id="in the turn in which it is made"),
    ],
)
def test_a_connection_that_is_cut_off_while_it_is_made_leaves_nothing_behind(
    serve: Serve, turns: int
) -> None:
    async def nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def cut_off() -> list[object]:
        said: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: said.append(told))
        async with serve(nothing) as port:
            dialling = asyncio.create_task(Connection.dial("127.0.0.1", port))
            for _ in range(turns):
                await asyncio.sleep(0)
            dialling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await dialling
            await asyncio.sleep(0.02)
        return said

    assert asyncio.run(cut_off()) == []
