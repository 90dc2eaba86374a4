"""STARTTLS: ask for TLS in the words of each protocol, up to the moment where the handshake begins."""

from __future__ import annotations

import re

from probes.conditions.requirement import excerpt
from probes.connection import Connection
from probes.kinds.hearing import Hearing, said
from probes.observation import Failure, Reason
from probes.specs.certificates import StartTls

LINE_LIMIT = 4096
LINES = 100
# RFC 3207, 4217, 3501 §6.2.1, 2595 §4: what is said, and how the answer begins that lets the next be said.
SCRIPTS: dict[str, tuple[tuple[str, str], ...]] = {
    "smtp": (("", "220"), ("EHLO agent.invalid", "250"), ("STARTTLS", "220")),
    "ftp": (("", "220"), ("AUTH TLS", "234")),
    "imap": (("", "* OK"), ("a1 STARTTLS", "a1 OK")),
    "pop3": (("", "+OK"), ("STLS", "+OK")),
}
SSL_REQUEST = bytes.fromhex("00000008 04d2162f")  # PostgreSQL, "Message Formats"


async def begin(protocol: StartTls, connection: Connection) -> str:
    """Ask for TLS and return the last word of the target before it.

    Raises:
        Failure: the target does not offer it, or speaks something else.

    """
    if protocol == "postgresql":
        return await _asked_of_postgresql(connection)
    hearing, answer = Hearing(connection, LINE_LIMIT), ""
    for asked, expected in SCRIPTS[protocol]:
        if asked:
            await connection.send(f"{asked}\r\n".encode())
        answer = await _answer(hearing, expected)
    # What comes before TLS was said by anybody, and must not be taken for a part of it.
    if hearing.rest:
        raise Failure(Reason.PROTOCOL, "the target went on talking in plain where TLS begins")
    return answer


async def _asked_of_postgresql(connection: Connection) -> str:
    await connection.send(SSL_REQUEST)
    answer = await connection.receive()
    if not answer:
        raise _hung_up()
    if answer != b"S":
        shown = excerpt(answer.decode("latin-1"))
        raise Failure(Reason.PROTOCOL, f"the target answers {shown!r} where it should agree to TLS")
    return "S"


async def _answer(hearing: Hearing, expected: str) -> str:
    for _ in range(LINES):
        line = await _line(hearing)
        if line.startswith(expected) and _is_last(line, expected):
            return excerpt(line)
        if _is_last(line, expected):
            text = f"the target answers {excerpt(line)!r} where {expected!r} should come"
            raise Failure(Reason.PROTOCOL, text)
    raise Failure(Reason.PROTOCOL, f"more than {LINES} lines came where {expected!r} should")


async def _line(hearing: Hearing) -> str:
    line = await hearing.line()
    if line.endswith(b"\n"):
        return said(line)
    if len(line) == LINE_LIMIT:
        raise Failure(Reason.PROTOCOL, f"a line is longer than {LINE_LIMIT} bytes")
    raise _hung_up()


def _is_last(line: str, expected: str) -> bool:
    if expected.isdigit():
        return re.match(r"\d{3}( |$)", line) is not None
    return expected.startswith("*") or not line.startswith("* ")


def _hung_up() -> Failure:
    return Failure(Reason.CLOSED, "the target hung up before TLS began")
