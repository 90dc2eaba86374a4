"""Browsing: pages of one attempt, redirects followed under guard, cookies and credentials told to nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import SplitResult

import h11

from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement
from probes.conditions.web import StatusIn
from probes.dialogue import Dialogue, now
from probes.kinds.addresses import PORTS, authority, next_url, origin, target
from probes.kinds.contexts import context_of
from probes.kinds.cookies import Jar
from probes.kinds.exchange import Exchange
from probes.kinds.packing import WINDOWS, Unpacking
from probes.observation import Failure, Reason, inconclusive
from probes.secret import basic_credentials, resolved
from probes.specs.web import Method, PageRequest, WebAccess

REDIRECTS = frozenset({301, 302, 303, 307, 308})
REPEATED = frozenset({307, 308})  # the others lead on with GET (RFC 9110 §15.4)
LOOKED_AT = frozenset({"body", "json", "size", "health"})
USUAL = (("Accept", "*/*"), ("Accept-Encoding", "identity"))

Headers = tuple[tuple[str, str], ...]


def _user_agent() -> str:
    try:
        return f"slamon/{version('slamon')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "slamon/checkout"


USER_AGENT = _user_agent()


@dataclass(frozen=True)
class Page:
    """A page to ask for; `private` headers go to the origin they are for and to no other.

    `conditions` are what its last reply will be held against; `whole` says that its body is needed besides.
    """

    url: SplitResult
    method: Method = "GET"
    headers: Headers = ()
    private: Headers = ()
    body: bytes = b""
    conditions: Sequence[Requirement] = ()
    whole: bool = False

    @property
    def looked_at(self) -> bool:
        """Whether anybody looks at the body."""
        return self.whole or any(each.field in LOOKED_AT for each in self.conditions)


def page(
    url: SplitResult, request: PageRequest, conditions: Sequence[Requirement], hidden: list[str]
) -> Page:
    """Make the page of a request; what is secret of it is added to `hidden`.

    Raises:
        Failure: a secret cannot be had.

    """
    private = tuple((name, said(ref, hidden)) for name, ref in request.secret_headers.items())
    return Page(
        url=url,
        method=request.method,
        headers=tuple(request.headers.items()),
        private=private,
        body=(request.body or "").encode(),
        conditions=conditions,
    )


def said(reference: str, hidden: list[str]) -> str:
    """Resolve a secret that a header is to say.

    Raises:
        Failure: inconclusive, it cannot be had, or no header can say it.

    """
    value = resolved(reference)
    hidden.append(value)
    if not (value.isascii() and value.isprintable()):
        raise inconclusive(Reason.SECRET_MISSING, f"{reference} holds what no header can say")
    return value


class Browsing:
    """The pages of one attempt: they share cookies, and the credentials of the first origin."""

    def __init__(self, access: WebAccess, dialogue: Dialogue, first: SplitResult) -> None:
        self._access = access
        self._dialogue = dialogue
        self._home = origin(first)
        self._jar = Jar()
        self._authorization = _authorization(access, dialogue.secrets)

    async def visit(self, asked: Page) -> Reply:
        """Fetch a page and return its last reply.

        A redirect that the status condition accepts is an answer and is not followed.

        Raises:
            Failure: no complete reply was had.

        """
        met = {self._step(asked)}
        for _ in range(self._access.redirects + 1):
            reply = await self._fetch(asked)
            if not self._leads_on(asked, reply):
                return reply
            asked = _next(asked, reply)
            step = self._step(asked)
            if step in met:
                text = f"redirected to {asked.url.geturl()} again"
                raise Failure(Reason.REDIRECT_LOOP, text)
            met.add(step)
        raise Failure(Reason.REDIRECT_LIMIT, f"more than {self._access.redirects} redirects")

    def _step(self, asked: Page) -> tuple[SplitResult, str, str]:
        # A page may lead back to itself once it has set a cookie.
        return asked.url, asked.method, self._jar.header(asked.url)

    def _leads_on(self, asked: Page, reply: Reply) -> bool:
        if reply.status not in REDIRECTS or "location" not in reply.headers:
            return False
        wanted = [each for each in asked.conditions if isinstance(each, StatusIn)]
        return self._access.redirects > 0 and not any(each.covers(reply.status) for each in wanted)

    async def _fetch(self, asked: Page) -> Reply:
        url, dialogue = asked.url, self._dialogue
        dialogue.status, dialogue.retry_after = None, ""
        usual = dialogue.surroundings.tls
        context = context_of(self._access, usual) if url.scheme == "https" else None
        connection = await dialogue.connect(
            url.hostname or "",
            url.port or PORTS[url.scheme],
            tls=context,
            family=self._access.family,
        )
        exchange = Exchange(connection)
        with dialogue.timed("first_byte") as found:
            await exchange.ask(asked.method, target(url), self._headers(asked), asked.body)
            response = await exchange.response()
            headers = self._heard(response, url)
            found.append(f"status {response.status_code}")
        with dialogue.timed("body") as found:
            body = await self._body(asked, exchange, headers)
            found.append(f"{len(body)} bytes")
        return Reply(
            response.status_code,
            headers,
            body,
            certificates=dialogue.heard.certificates,
            at=now(),
            url=url.geturl(),
            http_version=response.http_version.decode(),
            phases=dialogue.phases,
            lag=dialogue.lag,
        )

    def _headers(self, asked: Page) -> list[tuple[str, str]]:
        contact = self._dialogue.surroundings.contact
        agent = f"{USER_AGENT} (+{contact})" if contact else USER_AGENT
        headers = [("Host", authority(asked.url)), ("User-Agent", agent), *USUAL]
        if asked.headers or asked.private:
            own = (*asked.headers, *asked.private)
            stated = {name.lower() for name, _ in own}
            headers = [each for each in headers if each[0].lower() not in stated]
            headers += own
        if self._authorization and origin(asked.url) == self._home:
            headers.append(("Authorization", self._authorization))
        if cookies := self._jar.header(asked.url):
            given = [value for name, value in asked.private if name.lower() == "cookie"]
            headers = [each for each in headers if each[0].lower() != "cookie"]
            headers.append(("Cookie", "; ".join((*given, cookies))))  # one only (RFC 6265 §5.4)
        if asked.body or asked.method in {"POST", "PUT"}:
            headers.append(("Content-Length", str(len(asked.body))))
        headers.append(("Connection", "close"))
        return headers

    def _heard(self, response: h11.Response, url: SplitResult) -> dict[str, str]:
        headers = _collected(response.headers)
        line = f"{response.status_code} {response.reason.decode('latin-1')}".strip()
        self._dialogue.hears(line, headers)
        self._dialogue.status = response.status_code
        self._dialogue.retry_after = headers.get("retry-after", "")
        if "set-cookie" in headers:
            for name, value in response.headers:
                if name == b"set-cookie":
                    hidden = self._jar.keep(url, value.decode("latin-1"), now())
                    self._dialogue.secrets += [hidden] if hidden else []
        return headers

    async def _body(self, asked: Page, exchange: Exchange, headers: dict[str, str]) -> bytes:
        limit = self._access.max_body
        unpacking = None
        coding = headers.get("content-encoding", "").strip().lower()
        if coding in WINDOWS:
            unpacking = Unpacking(coding, limit)
        elif coding not in {"", "identity"} and asked.looked_at:
            text = f"the body is packed by {coding[:40]}, which nobody asked for"
            raise Failure(Reason.ENCODING, text)
        body, complete = await exchange.body(limit, unpacking)
        if not complete and asked.looked_at:
            bomb = unpacking is not None and unpacking.bomb
            text = "unpacks without end" if bomb else f"is longer than {limit} bytes"
            raise inconclusive(Reason.BODY_LIMIT, f"the body {text}")
        return body


def _authorization(access: WebAccess, hidden: list[str]) -> str:
    if access.bearer is not None:
        return f"Bearer {said(access.bearer, hidden)}"
    if access.basic is None:
        return ""
    user, password = resolved(access.basic.user), resolved(access.basic.password)
    header = basic_credentials(user, password)
    hidden += [user, password, header.removeprefix("Basic ")]
    return header


def _collected(told: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name; what is said several times is one list (RFC 9110 §5.3)."""
    headers: dict[str, str] = {}
    for name, value in told:
        key, text = name.decode(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _next(asked: Page, reply: Reply) -> Page:
    there = next_url(asked.url, reply.headers["location"])
    elsewhere = origin(there) != origin(asked.url)
    again = reply.status in REPEATED or asked.method in {"GET", "HEAD"}
    if again and asked.body and elsewhere:
        text = "redirected to another host together with what was sent"
        raise Failure(Reason.REDIRECT_REFUSED, text)
    return replace(
        asked,
        url=there,
        method=asked.method if again else "GET",
        body=asked.body if again else b"",
        private=() if elsewhere else asked.private,
    )
