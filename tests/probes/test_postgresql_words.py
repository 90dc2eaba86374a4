"""What says the words of a PostgreSQL, and not as it should."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.databases import MysqlSpec, PostgresqlSpec

SECOND = 1_000_000
HANGS_UP = b""
GOOD, _, BAD, INCONCLUSIVE = Outcome
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., AbstractAsyncContextManager[int]]
See = Callable[..., Observation]


def message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def asked(code: int, more: bytes = b"") -> bytes:
    return message(b"R", code.to_bytes(4, "big") + more)


def refused(code: str, text: str) -> bytes:
    return message(b"E", f"SFATAL\0C{code}\0M{text}\0\0".encode())


READY = message(b"Z", b"I")
IN = asked(0) + message(b"S", b"server_version\x0015.6 (Debian)\0") + READY
ROW = message(b"D", (1).to_bytes(2, "big") + (1).to_bytes(4, "big") + b"1")
DONE = message(b"C", b"SELECT 1\0") + READY


@pytest.fixture
def see(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> See:
    """Ask a server that answers each message it hears, in turn."""
    monkeypatch.setenv("WORD", "open sesame")

    def seen(*answers: bytes, lag: bool = False, tls: str = "off") -> Observation:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for answer in answers:
                if answer == HANGS_UP:
                    return
                await reader.read(4096)
                writer.write(answer)
            await reader.read(4096)

        async def once() -> Observation:
            async with serve(talk) as port:
                told = {"host": "127.0.0.1", "port": port, "timeout": 2 * SECOND, "tls": tls}
                conditions = [{"field": "lag", "most": SECOND}] if lag else []
                whole = {**told, "user": "watcher", "password": "env:WORD"}
                spec = PostgresqlSpec.model_validate({**whole, "conditions": conditions})
                return await ask(spec, Surroundings(networks("127.0.0.1")))

        return asyncio.run(once())

    return seen


def test_what_answers_as_it_should_is_up(see: See) -> None:
    seen = see(IN, message(b"T", b"") + ROW + DONE)

    assert (seen.outcome, seen.text) == (GOOD, "")
    assert seen.heard.line == "PostgreSQL 15.6 (Debian)"


def test_notices_answer_nothing(see: See) -> None:
    aside = message(b"N", b"SNOTICE\0Mhello\0\0")

    assert see(aside + IN, aside + ROW + aside + DONE).outcome is GOOD


@pytest.mark.parametrize("kind", [PostgresqlSpec, MysqlSpec])
def test_a_server_behind_the_guard_is_not_dialled(
    serve: Serve, kind: type[PostgresqlSpec | MysqlSpec]
) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        dialled.append(1)

    async def once() -> Observation:
        async with serve(talk) as port:
            spec = kind(host="127.0.0.1", port=port, timeout=SECOND, user="watcher")
            return await ask(spec, Surroundings())

    dialled: list[int] = []
    seen = asyncio.run(once())

    assert (seen.outcome, seen.reason, dialled) == (INCONCLUSIVE, "not_permitted", [])


SASL = asked(10, b"SCRAM-SHA-256\0\0")


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        pytest.param(
            (b"SSH-2.0-OpenSSH\r\n",),
            "the target answers 'S', which PostgreSQL does not say here",
            id="another service",
        ),
        pytest.param(
            (message(b"R", b"\0"),),
            "the target answers 'R', which PostgreSQL does not say here",
            id="half a question",
        ),
        pytest.param(
            (SASL, IN),
            "the target lets in without proving that it knows the password itself",
            id="nobody asked for the password in the end",
        ),
        pytest.param(
            (SASL, asked(11, b"r=mine,s=W22Z,i=4096")),
            "the target's challenge of the login is none",
            id="a challenge of its own",
        ),
        pytest.param(
            (IN, DONE), "the target answers with 0 rows, not one", id="a question without an answer"
        ),
        pytest.param(
            (IN, ROW + ROW + DONE), "the target answers with 2 rows, not one", id="two answers"
        ),
        pytest.param(
            (IN, message(b"D", bytes(60_000)) * 20),
            "the target says more than 1048576 bytes where little was asked for",
            id="an answer without end",
        ),
    ],
)
def test_what_does_not_keep_to_the_protocol_is_bad(
    see: See, answers: tuple[bytes, ...], text: str
) -> None:
    seen = see(*answers)

    assert (seen.outcome, seen.reason, seen.text) == (BAD, "protocol", text)


def test_an_answer_of_another_kind_is_no_fault_of_ours(see: See) -> None:
    values = (b"t", b"t", b"0/3000000", b"f", b"yesterday")
    told = b"".join(len(each).to_bytes(4, "big") + each for each in values)

    seen = see(IN, message(b"D", len(values).to_bytes(2, "big") + told) + DONE, lag=True)

    assert (seen.outcome, seen.reason) == (BAD, "protocol")
    assert seen.text == "the target answers 'yesterday' instead of a number"


@pytest.mark.parametrize(
    ("answers", "outcome", "reason", "text"),
    [
        pytest.param(
            (refused("57P03", "the database system is starting up"),),
            BAD,
            "not_accepting",
            "the database system is starting up (57P03)",
            id="it starts up",
        ),
        pytest.param(
            (refused("53300", "sorry, too many clients already"),),
            BAD,
            "too_many_connections",
            "sorry, too many clients already (53300)",
            id="every place is taken",
        ),
        pytest.param(
            (refused("08P01", "no such database: x"),),
            BAD,
            "server_error",
            "no such database: x (08P01)",
            id="a pooler that fails in its own words",
        ),
        pytest.param(
            (IN, refused("57014", "canceling statement due to statement timeout")),
            BAD,
            "server_error",
            "canceling statement due to statement timeout (57014)",
            id="an answer that took too long",
        ),
        pytest.param(
            (IN, refused("42501", "permission denied for function x")),
            INCONCLUSIVE,
            "not_measurable",
            "permission denied for function x (42501)",
            id="what the user may not see",
        ),
        pytest.param(
            (IN, refused("0A000", "Function pg_last_wal_receive_lsn() is not supported")),
            INCONCLUSIVE,
            "not_measurable",
            "Function pg_last_wal_receive_lsn() is not supported (0A000)",
            id="what the server cannot tell",
        ),
        pytest.param(
            (asked(7),),
            INCONCLUSIVE,
            "not_measurable",
            "the target asks for a login by GSSAPI, which this prober does not know",
            id="a login by tickets",
        ),
        pytest.param(
            (asked(10, b"SCRAM-SHA-512\0OAUTHBEARER\0\0"),),
            INCONCLUSIVE,
            "not_measurable",
            "the target asks for a login by SCRAM-SHA-512 or OAUTHBEARER, which this prober does not know",
            id="a login of later days",
        ),
        pytest.param(
            (asked(99),),
            INCONCLUSIVE,
            "not_measurable",
            "the target asks for a login by method 99, which this prober does not know",
            id="a login nobody knows",
        ),
        pytest.param((), BAD, "closed", "the target closed the connection", id="it hangs up"),
        pytest.param(
            (b"R\0\0", HANGS_UP),
            BAD,
            "closed",
            "the target closed the connection in the middle of a message",
            id="it hangs up in the middle",
        ),
    ],
)
def test_what_is_said_instead_is_named(
    see: See, answers: tuple[bytes, ...], outcome: Outcome, reason: str, text: str
) -> None:
    seen = see(*answers)

    assert (seen.outcome, seen.reason, seen.text) == (outcome, reason, text)


@pytest.mark.parametrize(
    ("answer", "reason", "text"),
    [
        pytest.param(b"N", "tls_not_offered", "the target offers no TLS", id="none is offered"),
        pytest.param(
            b"SE",
            "protocol",
            "the target answers 'SE' where it should agree to TLS",
            id="words smuggled in before TLS",
        ),
        pytest.param(
            b"HTTP/1.1 400",
            "protocol",
            "the target answers 'HTTP/1.1 400' where it should agree to TLS",
            id="a web server",
        ),
    ],
)
def test_what_does_not_begin_tls_says_why(see: See, answer: bytes, reason: str, text: str) -> None:
    seen = see(answer, tls="required")

    assert (seen.outcome, seen.reason, seen.text) == (BAD, reason, text)
