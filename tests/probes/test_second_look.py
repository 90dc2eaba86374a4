"""A second look at a target whose TLS failed: for the evidence, never for the verdict."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import pytest

from probes.observation import Observation
from probes.outcome import Outcome
from probes.specs.certificates import TlsSpec
from probes.specs.lines import TcpSpec
from tests.servers.authority import Authority, Pair

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]


@pytest.fixture
def offering(server_pair: Pair) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_pair.certificate, server_pair.key)
    return context


def tls(timeout: int = 2_000_000, name: str | None = None) -> Callable[[int], TlsSpec]:
    return lambda port: TlsSpec(host="127.0.0.1", port=port, timeout=timeout, name=name)


def test_a_verdict_stands_though_the_second_look_takes_too_long(
    observe: Observe, offering: ssl.SSLContext, silent: Talk
) -> None:
    came = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        if came == 1:
            await writer.start_tls(offering)
        await silent(reader, writer)

    seen = observe(talk, tls(timeout=600_000))
    assert (seen.outcome, seen.reason, came) == (Outcome.BAD, "tls_chain", 2)
    assert [stage.name for stage in seen.stages][-3:] == ["tls", "connect", "second_look"]


def test_a_talk_that_asked_for_tls_is_not_repeated_without_its_words(
    observe: Observe, offering: ssl.SSLContext
) -> None:
    came = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        writer.write(b"220 ready\r\n")
        await reader.readline()
        writer.write(b"220 go ahead\r\n")
        await writer.start_tls(offering)

    def spec(port: int) -> TcpSpec:
        moves = [
            {"move": "expect", "pattern": "^220 "},
            {"move": "send", "text": "STARTTLS\r\n"},
            {"move": "expect", "pattern": "^220 "},
            {"move": "begin_tls"},
        ]
        told = {"host": "127.0.0.1", "port": port, "timeout": 2_000_000, "moves": moves}
        return TcpSpec.model_validate(told)

    seen = observe(talk, spec)
    assert (seen.outcome, seen.reason, came) == (Outcome.BAD, "tls_chain", 1)
    assert seen.stages[-1].name == "tls"


def test_a_name_that_ends_in_a_dot_is_that_of_the_certificate(
    observe: Observe, authority: Authority, offering: ssl.SSLContext, silent: Talk
) -> None:
    seen = observe(
        silent, tls(name="localhost."), served_with=offering, trusting=authority.for_probes()
    )
    assert (seen.outcome, seen.reason) == (Outcome.GOOD, None)
