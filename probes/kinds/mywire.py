"""MySQL's packets (its documentation, "Client/Server Protocol", version 10), as far as a question needs them."""

from __future__ import annotations

from dataclasses import dataclass

from probes.conditions.requirement import excerpt
from probes.connection import Connection
from probes.kinds.octets import Octets
from probes.observation import Failure, Reason, inconclusive
from probes.specs.wire import MIB

PACKET_LIMIT = MIB  # how replication stands may be told at length
PROTOCOL_10, FINE, MORE, END, ERROR = 0x0A, 0x00, 0x01, 0xFE, 0xFF
END_SIZE = 9  # a row may begin with the same byte, but is longer
NULL = 0xFB
QUERY, QUIT = b"\x03", b"\x01"

WITH_DATABASE, TLS, PLUGINS = 1 << 3, 1 << 11, 1 << 19
# Long passwords, protocol 4.1, transactions, salted passwords; files of this machine are offered to nobody.
ALWAYS = 1 | 1 << 9 | 1 << 13 | 1 << 15 | PLUGINS
UTF8 = 33

# The error messages of MySQL and MariaDB.
REASONS = {
    1040: Reason.TOO_MANY_CONNECTIONS,
    1203: Reason.TOO_MANY_CONNECTIONS,
    1226: Reason.TOO_MANY_CONNECTIONS,
    1049: Reason.UNKNOWN_DATABASE,
    1053: Reason.NOT_ACCEPTING,
    1927: Reason.NOT_ACCEPTING,
    **dict.fromkeys(
        (1044, 1045, 1129, 1130, 1251, 1275, 1698, 1820, 1862, 3118, 3159, 4151),
        Reason.LOGIN_REFUSED,
    ),
}
# What the user may not see, and what this server does not understand or know.
UNTOLD = frozenset({1142, 1227, 1064, 1193, 1235})

Row = dict[str, str | None]


@dataclass(frozen=True)
class Greeting:
    """What a server says first: its version, what it can do, the salt and the way in which it takes passwords."""

    version: str
    can: int
    salt: bytes
    method: str


class MyTalk:
    """A talk with a server, packet by packet; each has the number after the one before it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._octets = Octets(connection)
        self._number = 0

    async def greeting(self) -> Greeting:
        """Hear the server's greeting.

        Raises:
            Failure: it is none, or the server has no place for anybody.

        """
        packet = await self.answer()
        if packet[:1] != bytes([PROTOCOL_10]):
            raise strange(packet)
        reader = Reader(packet[1:])
        version = reader.text()
        reader.take(4)  # the number of the connection
        salt = reader.take(8)
        reader.take(1)
        can = reader.number(2)
        reader.take(3)  # its letters and its state
        can |= reader.number(2) << 16
        length = reader.number(1)
        reader.take(10)
        salt += reader.take(max(13, length - 8))
        # MariaDB leads with a number that old replicas want to see.
        told = version.removeprefix("5.5.5-")
        return Greeting(told, can, salt[:20], reader.text() if can & PLUGINS else "")

    async def say(self, body: bytes) -> None:
        """Send a packet that goes on with the talk."""
        head = len(body).to_bytes(3, "little") + bytes([self._number % 256])
        self._number += 1
        await self._connection.send(head + body)

    async def answer(self) -> bytes:
        """Return the next packet.

        Raises:
            Failure: the server tells an error, or says what is no packet.

        """
        length = int.from_bytes(await self._octets.take(3), "little")
        number = (await self._octets.take(1))[0]
        if not 0 < length <= PACKET_LIMIT or number != self._number % 256:
            raise Failure(Reason.PROTOCOL, "the target says what is no packet of MySQL")
        self._number += 1
        packet = await self._octets.take(length)
        if packet[0] == ERROR:
            raise failure_of(packet)
        return packet

    def require_nothing_left(self) -> None:
        """See that nothing was smuggled in before TLS.

        Raises:
            Failure: something was.

        """
        if self._octets.left:
            raise Failure(Reason.PROTOCOL, "the target went on talking in plain where TLS begins")

    async def rows(self, statement: str) -> list[Row]:
        """Return the rows that a statement finds.

        Raises:
            Failure: as of `answer`.

        """
        self._number = 0
        await self.say(QUERY + statement.encode())
        packet = await self.answer()
        columns = Reader(packet).length()
        if columns is None:
            raise strange(packet)  # it asks for a file of this machine
        names = [_name(await self.answer()) for _ in range(columns)]
        if names:
            await self._end()
        found = []
        while names and not _is_end(packet := await self.answer()):
            reader = Reader(packet)
            found.append({name: reader.value() for name in names})
        return found

    async def leave(self) -> None:
        """Take leave: an end without a word would be counted as one that was broken off."""
        self._number = 0
        await self.say(QUIT)

    async def _end(self) -> None:
        packet = await self.answer()
        if not _is_end(packet):
            raise strange(packet)


class Reader:
    """Takes a packet apart; what is beyond its end is a fault of the target."""

    def __init__(self, packet: bytes) -> None:
        self._rest = packet

    def take(self, count: int) -> bytes:
        """Take so many bytes."""
        if len(self._rest) < count:
            raise strange(self._rest)
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def number(self, count: int) -> int:
        """Take a number of so many bytes."""
        return int.from_bytes(self.take(count), "little")

    def text(self) -> str:
        """Take what stands up to a zero byte, or to the end."""
        said, _, self._rest = self._rest.partition(b"\0")
        return said.decode(errors="replace")

    def rest(self) -> bytes:
        """Take all that is left."""
        return self.take(len(self._rest))

    def length(self) -> int | None:
        """Take a number that says itself how long it is; None stands for no value."""
        first = self.number(1)
        if first == NULL:
            return None
        more = {0xFC: 2, 0xFD: 3, 0xFE: 8}.get(first)
        return first if more is None else self.number(more)

    def value(self) -> str | None:
        """Take a text that says how long it is."""
        length = self.length()
        return None if length is None else self.take(length).decode(errors="replace")


def _name(packet: bytes) -> str:
    """The name of a column: the fifth text of its description."""
    reader = Reader(packet)
    return [reader.value() for _ in range(5)][-1] or ""


def _is_end(packet: bytes) -> bool:
    return packet[0] == END and len(packet) < END_SIZE


def strange(packet: bytes) -> Failure:
    """What is seen where a packet is none that belongs here."""
    said = excerpt(packet[:20].decode(errors="replace"))
    return Failure(Reason.PROTOCOL, f"the target answers {said!r}, which MySQL does not say here")


def failure_of(packet: bytes) -> Failure:
    """What an error of the server says of it; that it may or can not tell what was asked for says nothing."""
    code = int.from_bytes(packet[1:3], "little")
    message = packet[3:]
    if message.startswith(b"#"):
        message = message[6:]
    said = excerpt(f"{message.decode(errors='replace')} ({code})")
    if code in UNTOLD:
        return inconclusive(Reason.NOT_MEASURABLE, said)
    return Failure(REASONS.get(code, Reason.SERVER_ERROR), said)
