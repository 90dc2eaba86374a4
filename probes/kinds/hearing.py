"""Hearing a target line by line."""

from __future__ import annotations

from probes.connection import Connection


class Hearing:
    """Lines of a connection, each cut at `limit` bytes, or the other end could make one without end.

    `rest` came after the last line that was taken.
    """

    def __init__(self, connection: Connection, limit: int) -> None:
        self._connection = connection
        self._limit = limit
        self.rest = b""

    async def line(self) -> bytes:
        """Wait for a line and take it, with its end where it has one; empty where the target has hung up.

        Raises:
            Failure: the connection broke.

        """
        while b"\n" not in self.rest and len(self.rest) < self._limit:
            data = await self._connection.receive()
            if not data:
                break
            self.rest += data
        end = self.rest.find(b"\n") + 1 or len(self.rest)
        line, self.rest = self.rest[:end][: self._limit], self.rest[min(end, self._limit) :]
        return line


def said(line: bytes) -> str:
    """A line as text, without its end."""
    return line.removesuffix(b"\n").removesuffix(b"\r").decode(errors="replace")
