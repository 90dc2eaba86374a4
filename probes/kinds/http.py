"""HTTP: one request on a new connection, redirects followed under guard, the body read to its end."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from urllib.parse import SplitResult, urljoin, urlsplit

import h11

from probes.conditions.reply import Reply
from probes.conditions.web import StatusIn
from probes.connection import Connection
from probes.dialogue import Dialogue, now
from probes.observation import Failure, Reason, inconclusive
from probes.secret import basic_credentials, resolved
from probes.specs.web import HttpSpec

REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADER_LIMIT = 64 * 1024
PORTS = {"http": 80, "https": 443}


def _user_agent() -> str:
    try:
        return f"slamon/{version('slamon')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "slamon/checkout"


USER_AGENT = _user_agent()


async def ask(spec: HttpSpec, dialogue: Dialogue) -> Reply:
    """Fetch the page and return its last reply.

    A redirect that the status condition accepts is an answer and is not followed.

    Raises:
        Failure: no complete reply was had.

    """
    url = urlsplit(spec.url)
    credentials = _credentials(spec, dialogue)
    for _ in range(spec.redirects + 1):
        reply = await _fetch(spec, dialogue, url, credentials)
        if not _leads_on(spec, reply):
            return reply
        target = _next_url(url, reply.headers["location"])
        if _origin(target) != _origin(url):
            credentials = None
        url = target
    raise Failure(Reason.REDIRECT_LIMIT, f"more than {spec.redirects} redirects")


def _credentials(spec: HttpSpec, dialogue: Dialogue) -> str | None:
    if spec.basic is None:
        return None
    user, password = resolved(spec.basic.user), resolved(spec.basic.password)
    header = basic_credentials(user, password)
    dialogue.secrets += [user, password, header.removeprefix("Basic ")]
    return header


def _leads_on(spec: HttpSpec, reply: Reply) -> bool:
    if spec.redirects == 0 or reply.status not in REDIRECTS or "location" not in reply.headers:
        return False
    wanted = [each for each in spec.conditions if isinstance(each, StatusIn)]
    return not any(reply.status in each.values for each in wanted)


def _next_url(here: SplitResult, location: str) -> SplitResult:
    try:
        there = urlsplit(urljoin(here.geturl(), location))
        followable = there.port != 0 and there.hostname and there.username is None
    except ValueError:
        raise Failure(Reason.REDIRECT_REFUSED, "redirected to something unreadable") from None
    if there.scheme not in PORTS or not followable:
        raise Failure(Reason.REDIRECT_REFUSED, "redirected to something that is no web page")
    if here.scheme == "https" and there.scheme == "http":
        raise Failure(Reason.REDIRECT_REFUSED, "redirected from https to http")
    return there


def _origin(url: SplitResult) -> tuple[str, str | None, int]:
    return url.scheme, url.hostname, url.port or PORTS[url.scheme]


async def _fetch(
    spec: HttpSpec, dialogue: Dialogue, url: SplitResult, credentials: str | None
) -> Reply:
    host, port = url.hostname or "", url.port or PORTS[url.scheme]
    context = dialogue.surroundings.tls if url.scheme == "https" else None
    connection = await dialogue.connect(host, port, tls=context)
    exchange = _Exchange(connection)
    try:
        with dialogue.timed("first_byte") as found:
            await connection.send(exchange.request(spec.method, url, credentials))
            response = await exchange.response()
            headers = {name.decode(): value.decode("latin-1") for name, value in response.headers}
            reason = response.reason.decode("latin-1")
            dialogue.hears(f"{response.status_code} {reason}".strip(), headers)
            found.append(f"status {response.status_code}")
        with dialogue.timed("body") as found:
            body, complete = await exchange.body(spec.max_body)
            found.append(f"{len(body)} bytes")
    except h11.RemoteProtocolError as fault:
        raise _broken(exchange, fault) from None
    if not complete and any(each.field in {"body", "json"} for each in spec.conditions):
        raise inconclusive(Reason.BODY_LIMIT, f"the body is longer than {spec.max_body} bytes")
    return Reply(
        response.status_code,
        headers,
        body,
        certificates=dialogue.heard.certificates,
        at=now(),
    )


def _broken(exchange: _Exchange, fault: h11.RemoteProtocolError) -> Failure:
    if not exchange.ended:
        return Failure(Reason.PROTOCOL, str(fault))
    if exchange.received:
        return Failure(Reason.INCOMPLETE, "the connection ended before the reply did")
    return Failure(Reason.CLOSED, "the target closed the connection without a reply")


class _Exchange:
    """One request and its response on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
        self.received = 0
        self.ended = False

    def request(self, method: str, url: SplitResult, credentials: str | None) -> bytes:
        path = url.path or "/"
        headers = [
            ("Host", url.netloc),
            ("User-Agent", USER_AGENT),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ]
        if credentials is not None:
            headers.append(("Authorization", credentials))
        target = f"{path}?{url.query}" if url.query else path
        request = h11.Request(method=method, target=_ascii(target), headers=headers)
        return (self._state.send(request) or b"") + (self._state.send(h11.EndOfMessage()) or b"")

    async def response(self) -> h11.Response:
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise Failure(Reason.PROTOCOL, "the target said something before its status line")

    async def body(self, limit: int) -> tuple[bytes, bool]:
        """Read up to `limit` bytes; say whether that was all."""
        parts = bytearray()
        while True:
            event = await self._event()
            if not isinstance(event, h11.Data):
                return bytes(parts), True
            parts += event.data
            if len(parts) > limit:
                return bytes(parts[:limit]), False

    async def _event(self) -> object:
        while True:
            event = self._state.next_event()
            if event is not h11.NEED_DATA:
                return event
            data = await self._connection.receive()
            self.received += len(data)
            self.ended = not data
            self._state.receive_data(data)


def _ascii(target: str) -> bytes:
    return "".join(
        c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in target
    ).encode()
