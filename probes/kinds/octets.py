"""What comes on a connection, taken by counts of bytes, as binary protocols are made."""

from __future__ import annotations

from probes.connection import Connection
from probes.observation import Failure, Reason
from probes.specs.wire import MIB


class Octets:
    """What came and was not yet taken; `left` is whether there is any."""

    def __init__(self, connection: Connection, limit: int = MIB) -> None:
        self._connection = connection
        self._limit = limit
        self._rest = b""

    @property
    def left(self) -> bool:
        """Whether more came than was taken."""
        return bool(self._rest)

    async def take(self, count: int) -> bytes:
        """Take so many bytes.

        Raises:
            Failure: the target hung up before, or has said more than the limit by now.

        """
        while len(self._rest) < count:
            data = await self._connection.receive()
            if not data:
                raise self._ended()
            self._rest += data
            if self._connection.received > self._limit:
                said = f"the target says more than {self._limit} bytes where little was asked for"
                raise Failure(Reason.PROTOCOL, said)
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def _ended(self) -> Failure:
        after = " in the middle of a message" if self._rest else ""
        return Failure(Reason.CLOSED, f"the target closed the connection{after}")
