"""TCP: connect, say something if asked to, and read the first line if a banner is expected."""

from __future__ import annotations

from probes.conditions.reply import Reply
from probes.connection import Connection
from probes.dialogue import Dialogue
from probes.observation import Failure, Reason
from probes.specs.lines import TcpSpec

BANNER_LIMIT = 1024


async def ask(spec: TcpSpec, dialogue: Dialogue) -> Reply:
    """Connect and return the banner, or an empty reply where none is expected.

    Raises:
        Failure: no connection, or the target said nothing.

    """
    connection = await dialogue.connect(spec.host, spec.port)
    if spec.send is not None:
        await connection.send(spec.send.encode())
    if not spec.conditions:
        return Reply()
    with dialogue.timed("first_byte") as found:
        banner = await _first_line(connection)
        dialogue.hears(banner)
        found.append(f"{len(banner)} characters")
    return Reply(banner=banner)


async def _first_line(connection: Connection) -> str:
    heard = b""
    while b"\n" not in heard and len(heard) < BANNER_LIMIT:
        data = await connection.receive()
        if not data:
            break
        heard += data
    if not heard:
        raise Failure(Reason.CLOSED, "the target closed the connection without a word")
    line = heard[:BANNER_LIMIT].partition(b"\n")[0]
    return line.removesuffix(b"\r").decode(errors="replace")
