"""TLS that is asked for: of servers that nobody here wrote, and of such that do not keep to the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.certificates import TlsSpec
from probes.tls import TlsContext
from tests.servers.authority import Authority
from tests.servers.ftp import Vsftpd
from tests.servers.mailboxes import Dovecot
from tests.servers.postgres import Postgres
from tests.servers.smtp import Postfix

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., AbstractAsyncContextManager[int]]
ALLOWED = networks("127.0.0.1")


def spec(port: int, starttls: str, **more: Any) -> TlsSpec:
    conditions = [{"field": "certificate", "op": "min_days_left", "days": 21}]
    told = {"host": "127.0.0.1", "port": port, "name": "mail.cms.example", "starttls": starttls}
    whole = {**told, "timeout": 5_000_000, "conditions": conditions, **more}
    return TlsSpec.model_validate(whole)


def asked(whole: TlsSpec, trusting: TlsContext | None = None) -> Observation:
    terms = trusting or TlsContext()
    return asyncio.run(ask(whole, Surroundings(ALLOWED, tls=terms)))


@pytest.fixture
def ports(request: pytest.FixtureRequest) -> Callable[[str], int]:
    """The port of a real server that speaks a protocol."""

    def port(protocol: str) -> int:
        if protocol == "smtp":
            postfix: Postfix = request.getfixturevalue("postfix")
            return postfix.port
        if protocol == "ftp":
            vsftpd: Vsftpd = request.getfixturevalue("vsftpd")
            return vsftpd.port
        if protocol == "postgresql":
            postgres: Postgres = request.getfixturevalue("postgres_server")
            return postgres.port
        dovecot: Dovecot = request.getfixturevalue("dovecot")
        return dovecot.imap_port if protocol == "imap" else dovecot.pop3_port

    return port


@pytest.mark.parametrize("protocol", ["smtp", "ftp", "imap", "pop3", "postgresql"])
def test_a_real_server_shows_its_certificate(
    ports: Callable[[str], int], authority: Authority, protocol: str
) -> None:
    seen = asked(spec(ports(protocol), protocol), authority.for_probes())

    assert (seen.outcome, seen.text) == (Outcome.GOOD, "")
    assert [each.name for each in seen.stages] == ["dns", "guard", "connect", "starttls", "tls"]


@pytest.mark.parametrize("protocol", ["smtp", "ftp", "imap", "pop3"])
def test_a_certificate_nobody_vouches_for_is_evidence_all_the_same(
    ports: Callable[[str], int], protocol: str
) -> None:
    seen = asked(spec(ports(protocol), protocol))

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "tls_chain")
    assert seen.evidence().issuer == "CN=Root of the tests"
    assert seen.stages[-1].name == "second_look"


def test_a_database_that_does_without_tls_says_so(postgres_url: str) -> None:
    port = int(postgres_url.rpartition(":")[2].partition("/")[0])
    seen = asked(spec(port, "postgresql"))

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "protocol")
    assert seen.text == "the target answers 'N' where it should agree to TLS"


def saying(*lines: bytes) -> Talk:
    """The talk of a server that says one of the lines at first and after each line it hears, then hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for each in lines:
            writer.write(each)
            await writer.drain()
            await reader.readline()

    return talk


@pytest.mark.parametrize(
    ("protocol", "lines", "reason", "text"),
    [
        pytest.param(
            "smtp",
            (b"220 a\r\n", b"250 a\r\n", b"502 not here\r\n"),
            "protocol",
            "the target answers '502 not here' where '220' should come",
            id="no STARTTLS",
        ),
        pytest.param(
            "smtp",
            (b"421-busy\r\n421 try later\r\n",),
            "protocol",
            "the target answers '421 try later' where '220' should come",
            id="too busy to talk",
        ),
        pytest.param(
            "smtp",
            (b"220 a\r\n", b"250 a\r\n", b"220 go ahead\r\n250 injected\r\n"),
            "protocol",
            "the target went on talking in plain where TLS begins",
            id="words smuggled in before TLS",
        ),
        pytest.param(
            "imap",
            (b"* OK hello\r\n", b"* CAPABILITY IMAP4rev1\r\na1 BAD no\r\n"),
            "protocol",
            "the target answers 'a1 BAD no' where 'a1 OK' should come",
            id="a mailbox without TLS",
        ),
        pytest.param(
            "pop3",
            (b"-ERR locked\r\n",),
            "protocol",
            "the target answers '-ERR locked' where '+OK' should come",
            id="a mailbox that is locked",
        ),
        pytest.param(
            "ftp", (b"220 a\r\n",), "closed", "the target hung up before TLS began", id="hung up"
        ),
        pytest.param(
            "smtp",
            (b"220-" + b"x" * 9000,),
            "protocol",
            "a line is longer than 4096 bytes",
            id="a line without end",
        ),
        pytest.param(
            "smtp",
            (b"220-x\r\n" * 200,),
            "protocol",
            "more than 100 lines came where '220' should",
            id="a greeting without end",
        ),
    ],
)
def test_a_server_that_does_not_come_to_tls_says_why(
    serve: Serve, protocol: str, lines: tuple[bytes, ...], reason: str, text: str
) -> None:
    async def once() -> Observation:
        async with serve(saying(*lines)) as port:
            return await ask(spec(port, protocol), Surroundings(ALLOWED))

    seen = asyncio.run(once())

    assert (seen.outcome, seen.reason, seen.text) == (Outcome.BAD, reason, text)


def test_a_server_that_never_greets_runs_out_of_time(serve: Serve, silent: Talk) -> None:
    async def once() -> Observation:
        async with serve(silent) as port:
            return await ask(spec(port, "smtp", timeout=300_000), Surroundings(ALLOWED))

    seen = asyncio.run(once())

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "timeout")
    assert seen.text == "no reply within 0.3 s, at stage starttls"
