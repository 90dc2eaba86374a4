"""One request and its response on one connection, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

import h11

from probes.conditions.requirement import excerpt
from probes.connection import Connection
from probes.kinds.packing import Unpacking
from probes.observation import Failure, Reason

HEADER_LIMIT = 64 * 1024
SHOWN = 200  # bytes shown of what is no reply
BEGINNING = b"HTTP/"  # of every status line (RFC 9112 §4)
TOO_LONG = 431  # h11's hint for what is longer than we read

Headers = Sequence[tuple[str, str]]


class Exchange:
    """One request and its response; `received` counts bytes, `ended` says that the target hung up."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
        self._begun = b""
        self.received = 0
        self.ended = False

    async def ask(self, method: str, target: bytes, headers: Headers, body: bytes) -> None:
        """Send the request.

        Raises:
            Failure: the connection broke.

        """
        request = h11.Request(method=method, target=target, headers=list(headers))
        parts = [self._state.send(request)]
        if body:
            parts.append(self._state.send(h11.Data(data=body)))
        parts.append(self._state.send(h11.EndOfMessage()))
        await self._connection.send(b"".join(each for each in parts if each))

    async def response(self) -> h11.Response:
        """Wait for the head of the response.

        Raises:
            Failure: there is none, or it contradicts itself.

        """
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                self._require_sound(event)
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise Failure(Reason.PROTOCOL, "the target said something before its status line")

    async def body(self, limit: int, unpacking: Unpacking | None) -> tuple[bytes, bool]:
        """Read up to `limit` bytes; say whether that was all.

        Raises:
            Failure: it breaks off, or is not packed as it is said to be.

        """
        parts = bytearray()
        while True:
            event = await self._event()
            if not isinstance(event, h11.Data):
                self._require_end(unpacking)
                return bytes(parts), True
            parts += event.data if unpacking is None else unpacking.take(bytes(event.data))
            if len(parts) > limit or (unpacking is not None and unpacking.overfull):
                return bytes(parts[:limit]), False

    def _require_sound(self, response: h11.Response) -> None:
        if self.received > HEADER_LIMIT:
            length = sum(len(name) + len(value) for name, value in response.headers)
            if length > HEADER_LIMIT:
                raise Failure(Reason.HEADER_LIMIT, f"the headers are {length} bytes long")
        said = {name for name, _ in response.headers}
        if b"content-length" in said and b"transfer-encoding" in said:
            # Whoever believes the other of the two sees another body (RFC 9112 §6.1).
            text = "the reply has both Content-Length and Transfer-Encoding"
            raise Failure(Reason.ENCODING, text)

    @staticmethod
    def _require_web(begun: bytes) -> None:
        # Whoever speaks otherwise first may wait for an answer for as long as we wait for a reply.
        if not BEGINNING.startswith(begun[: len(BEGINNING)]):
            shown = excerpt(begun.decode("latin-1"))
            raise Failure(Reason.PROTOCOL, f"the target begins {shown!r}, which is no HTTP")

    def _require_end(self, unpacking: Unpacking | None) -> None:
        if self.ended and self._connection.cut_off:
            text = "TLS was cut off where its end is that of the reply: nobody knows whether that was all"
            raise Failure(Reason.INCOMPLETE, text)
        if unpacking is not None:
            unpacking.finish()

    async def _event(self) -> object:
        while True:
            try:
                event = self._state.next_event()
            except h11.RemoteProtocolError as fault:
                raise self._broken(fault) from None
            if event is not h11.NEED_DATA:
                return event
            data = await self._connection.receive()
            if self.received < len(BEGINNING):
                self._begun += data[:SHOWN]
                self._require_web(self._begun)
            self.received += len(data)
            self.ended = not data
            self._state.receive_data(data)

    def _broken(self, fault: h11.RemoteProtocolError) -> Failure:
        if fault.error_status_hint == TOO_LONG:
            text = f"the headers are longer than {HEADER_LIMIT} bytes"
            return Failure(Reason.HEADER_LIMIT, text)
        if "Content-Length" in str(fault) or "Transfer-Encoding" in str(fault):
            return Failure(Reason.ENCODING, str(fault))
        if not self.ended:
            return Failure(Reason.PROTOCOL, str(fault))
        if self.received:
            return Failure(Reason.INCOMPLETE, "the connection ended before the reply did")
        return Failure(Reason.CLOSED, "the target closed the connection without a reply")
