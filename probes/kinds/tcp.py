"""TCP: connect, go through the moves of a talk, and keep the first line that the target says."""

from __future__ import annotations

from probes.conditions.patterns import searched
from probes.conditions.reply import Reply
from probes.conditions.requirement import excerpt
from probes.connection import Connection
from probes.dialogue import Dialogue, now
from probes.kinds.hearing import Hearing, said
from probes.observation import Failure, Reason, inconclusive
from probes.secret import resolved
from probes.specs.lines import BeginTls, Expect, Move, Send, SendSecret, TcpSpec

LINE_LIMIT = 1024
TALK_LIMIT = 64 * 1024


async def ask(spec: TcpSpec, dialogue: Dialogue) -> Reply:
    """Go through the talk and return the first line heard, or an empty reply where none is expected.

    Raises:
        Failure: no connection, a certificate that is not valid, or the target did not say what is expected.

    """
    context = dialogue.surroundings.tls if spec.tls else None
    connection = await dialogue.connect(
        spec.host, spec.port, tls=context, name=spec.name, family=spec.family
    )
    talk = _Talk(connection, dialogue, (spec.name or spec.host).strip("[]"))
    for move in _moves(spec):
        await talk.go(move)
    if talk.banner is None and any(each.field == "banner" for each in spec.conditions):
        await talk.listen()
    return Reply(
        banner=talk.banner,
        certificates=dialogue.heard.certificates,
        tls_version=connection.tls.version if connection.tls else None,
        at=now(),
    )


def _moves(spec: TcpSpec) -> tuple[Move, ...]:
    return (Send(text=spec.send),) if spec.send else spec.moves


class _Talk:
    """What was said so far; `banner` is the first line heard."""

    def __init__(self, connection: Connection, dialogue: Dialogue, name: str) -> None:
        self._connection = connection
        self._dialogue = dialogue
        self._name = name
        self._hearing = Hearing(connection, LINE_LIMIT)
        self._heard = 0
        self.banner: str | None = None

    async def go(self, move: Move) -> None:
        """Make one move."""
        match move:
            case Send():
                await self._connection.send(move.text.encode())
            case SendSecret():
                secret = resolved(move.secret)
                self._dialogue.secrets.append(secret)
                await self._connection.send(f"{move.before}{secret}{move.after}".encode())
            case Expect():
                await self._expect(move)
            case BeginTls():
                await self._begin_tls()

    async def listen(self) -> None:
        """Hear one line."""
        with self._dialogue.timed("first_byte") as found:
            found.append(excerpt(await self._line()))

    async def _expect(self, move: Expect) -> None:
        stage = "first_byte" if self.banner is None else "talk"
        with self._dialogue.timed(stage) as found:
            while True:
                line = await self._line()
                if searched(move.pattern, line):
                    found.append(excerpt(line))
                    break
                text = f"expected {move.pattern}, heard {excerpt(line)}"
                other = Failure(Reason.UNEXPECTED, text)
                if move.refused and searched(move.refused, line):
                    raise other
                # If nothing else comes before the deadline, this is what the target said.
                self._dialogue.verdict = other
        self._dialogue.verdict = None

    async def _begin_tls(self) -> None:
        if self._hearing.rest:
            # RFC 3207 §6 and its kind: what came before TLS must not be taken for what comes under it.
            raise Failure(Reason.PROTOCOL, "the target said more before TLS than it was asked for")
        context = self._dialogue.surroundings.tls
        await self._dialogue.secure(self._connection, context, self._name)

    async def _line(self) -> str:
        line = await self._hearing.line()
        if not line:
            raise self._ended()
        self._heard += len(line)
        if self._heard > TALK_LIMIT:
            raise inconclusive(Reason.BODY_LIMIT, f"the target said more than {TALK_LIMIT} bytes")
        text = said(line)
        if self.banner is None:
            self.banner = text
            self._dialogue.hears(text)
        return text

    def _ended(self) -> Failure:
        if self._dialogue.verdict is not None:
            return self._dialogue.verdict
        after = "" if self._heard else " without a word"
        return Failure(Reason.CLOSED, f"the target closed the connection{after}")
