"""PostgreSQL's messages (its documentation, "Frontend/Backend Protocol", version 3.0), as far as we need them."""

from __future__ import annotations

from collections.abc import Iterator

from probes.conditions.requirement import excerpt
from probes.connection import Connection
from probes.kinds.octets import Octets
from probes.observation import Failure, Reason, inconclusive

VERSION_3 = 196608
LENGTH = 4  # bytes of a number
MESSAGE_LIMIT = 64 * 1024
NULL = 2**32 - 1
# What comes at any time and answers nothing: notices, and that a later protocol is not spoken.
ASIDE = frozenset({b"N", b"v"})
# What the user may not see, and what this server has not got: a function, a view, a setting, a kind of question.
UNTOLD = frozenset({"42501", "0A000", "42704", "42883", "42P01"})
# Appendix A of its documentation.
REASONS = {
    "28000": Reason.LOGIN_REFUSED,
    "28P01": Reason.LOGIN_REFUSED,
    "3D000": Reason.UNKNOWN_DATABASE,
    "53300": Reason.TOO_MANY_CONNECTIONS,
    "57P01": Reason.NOT_ACCEPTING,
    "57P02": Reason.NOT_ACCEPTING,
    "57P03": Reason.NOT_ACCEPTING,
}

Row = tuple[str | None, ...]


class PgTalk:
    """A talk with a server; `told` are the parameters it told of itself."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._octets = Octets(connection)
        self.told: dict[str, str] = {}

    @property
    def version(self) -> str:
        """The server's own, empty where it told none."""
        return self.told.get("server_version", "")

    async def start(self, user: str, database: str) -> None:
        """Say who comes, and where to. Nothing else is set, as poolers refuse what they do not know."""
        said = {"user": user, "database": database, "application_name": "slamon"}
        pairs = b"".join(_text(name) + _text(value) for name, value in said.items())
        body = VERSION_3.to_bytes(4, "big") + pairs + b"\0"
        await self._connection.send((len(body) + 4).to_bytes(4, "big") + body)

    async def say(self, kind: bytes, body: bytes = b"") -> None:
        """Send a message."""
        await self._connection.send(kind + (len(body) + 4).to_bytes(4, "big") + body)

    async def answer(self) -> tuple[bytes, bytes]:
        """Return the kind and the body of the next message that answers.

        Raises:
            Failure: the server tells an error, or says what is no message.

        """
        while True:
            kind, body = await self._message()
            if kind == b"E":
                raise failure_of(body)
            if kind == b"S":
                name, _, value = body.partition(b"\0")
                self.told[_shown(name)] = _shown(value.rstrip(b"\0"))
            elif kind not in ASIDE:
                return kind, body

    async def authentication(self) -> tuple[int, bytes]:
        """Return what is asked for to log in: its code, and what comes with it.

        Raises:
            Failure: as of `answer`.

        """
        kind, body = await self.answer()
        if kind != b"R" or len(body) < LENGTH:
            raise strange(kind)
        return int.from_bytes(body[:4], "big"), body[4:]

    async def ready(self) -> None:
        """Wait until the server is.

        Raises:
            Failure: as of `answer`.

        """
        while (await self.answer())[0] != b"Z":
            pass

    async def row(self, statement: str) -> Row:
        """Return the only row of what statements find.

        Raises:
            Failure: as of `answer`, or there is not one row.

        """
        await self.say(b"Q", _text(statement))
        rows = []
        while (answer := await self.answer())[0] != b"Z":
            kind, body = answer
            if kind == b"D":
                rows.append(tuple(_values(body)))
        if len(rows) != 1:
            raise Failure(Reason.PROTOCOL, f"the target answers with {len(rows)} rows, not one")
        return rows[0]

    async def _message(self) -> tuple[bytes, bytes]:
        kind = await self._octets.take(1)
        length = int.from_bytes(await self._octets.take(LENGTH), "big")
        if not LENGTH <= length <= MESSAGE_LIMIT:
            raise strange(kind)
        return kind, await self._octets.take(length - LENGTH)


def strange(kind: bytes) -> Failure:
    """What is seen where a message is none, or none that belongs here."""
    said = f"the target answers {_shown(kind)!r}, which PostgreSQL does not say here"
    return Failure(Reason.PROTOCOL, said)


def failure_of(body: bytes) -> Failure:
    """What an error of the server says of it; that it may or can not tell what was asked for says nothing."""
    fields = {each[:1]: _shown(each[1:]) for each in body.split(b"\0") if each}
    code, message = fields.get(b"C", ""), fields.get(b"M", "")
    said = excerpt(f"{message} ({code})")
    if code in UNTOLD:
        return inconclusive(Reason.NOT_MEASURABLE, said)
    return Failure(REASONS.get(code, Reason.SERVER_ERROR), said)


def _values(body: bytes) -> Iterator[str | None]:
    place = 2
    for _ in range(int.from_bytes(body[:2], "big")):
        length = int.from_bytes(body[place : place + 4], "big")
        place += 4
        if length == NULL:
            yield None
            continue
        yield _shown(body[place : place + length])
        place += length


def _text(said: str) -> bytes:
    return said.encode() + b"\0"


def _shown(said: bytes) -> str:
    return said.decode(errors="replace")
