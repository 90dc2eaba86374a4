"""The web site of the demonstration's targets: its pages, and what each says while it misbehaves."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from html import escape
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from catalogue.instants import MINUTE, SECOND, format_instant
from slamon.demo.misbehaviour import STEADY, Fault, misbehaves, published

SPECIES = ("Ciconia ciconia", "Ciconia nigra", "Chelonia mydas", "Monachus monachus")
METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The user and password that the health check asks for."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a visitor asks; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def query(self, name: str) -> str:
        """Return the first value of a query parameter, or an empty text."""
        return parse_qs(urlsplit(self.target).query).get(name, [""])[0]


@dataclass(frozen=True, slots=True)
class Response:
    """What the site answers."""

    status: int
    body: str
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()

    def to_bytes(self, *, with_body: bool) -> bytes:
        """Write the response as HTTP/1.1 on a connection that closes after it."""
        body = self.body.encode()
        lines = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in self.headers),
            "Connection: close",
        )
        head = "\r\n".join((*lines, "", "")).encode("latin-1")
        return head + body if with_body else head


@dataclass(frozen=True, slots=True)
class _Page:
    """A page and the probe that looks at it, whose published faults it shows."""

    probe: str
    show: Callable[[Request, Credentials | None], Response]


def respond(request: Request, now: int, credentials: Credentials | None) -> Response:
    """Answer a request at an instant (µs); without credentials the health check lets nobody in."""
    path = urlsplit(request.target).path
    if request.method not in METHODS:
        return Response(405, _html("Method not allowed"), headers=(("Allow", ", ".join(METHODS)),))
    if path == "/":
        return Response(200, schedule_page(now))
    page = _PAGES.get(path)
    if page is None:
        return Response(404, _html("Not found"))
    fault = misbehaves(page.probe, now)
    return page.show(request, credentials) if fault is None else _failing(fault, now)


def schedule_page(now: int) -> str:
    """Write the page that says what these targets do and when."""
    rows = "".join(
        f"<tr><td>{escape(line.name)} <small>({escape(line.target)})</small></td>"
        f"<td>{escape(line.what)}</td><td>{escape(line.when)}</td>"
        f"<td>{format_instant(line.begin)} to {format_instant(line.end)}</td></tr>"
        for line in published(now)
    )
    pages = "".join(
        f'<li><a href="{path}">{path}</a> ({_PAGES[path].probe})</li>' for path in PATHS
    )
    return _html(
        "What these targets do and when",
        "<p>These are the loopback targets of the slamon demonstration. The probes that ask them are"
        " real; the failures are staged, and published here. All times are UTC.</p>"
        "<table><tr><th>Target</th><th>What it does</th><th>When</th><th>Now or next</th></tr>"
        f"{rows}</table><p>{STEADY}</p><p>It is now {format_instant(now - now % SECOND)}.</p>"
        f"<h2>Pages</h2><ul>{pages}</ul>",
    )


def _failing(fault: Fault, now: int) -> Response:
    left = -((now - fault.until) // SECOND)
    minutes = -((now - fault.until) // MINUTE)
    body = _html(fault.says, f"<p>As published, for {minutes} more minutes at most.</p>")
    return Response(fault.code, body, headers=(("Retry-After", str(left)),))


def _html(title: str, content: str = "", lang: str = "en") -> str:
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>body{{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;"
        "padding:0 1rem}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}</style></head>"
        f"<body><h1>{escape(title)}</h1>{content}</body></html>"
    )


def _static(
    probe: str, title: str, content: str = "", lang: str = "en", content_type: str = "text/html"
) -> _Page:
    text = _html(title, content, lang) if content_type == "text/html" else content
    answer = Response(
        200, text, f"{content_type}; charset=utf-8", headers=(("Content-Language", lang),)
    )
    return _Page(probe, lambda _request, _credentials: answer)


def _last_cron(request: Request, credentials: Credentials | None) -> Response:
    if credentials is None or not _knows(request.headers.get("authorization", ""), credentials):
        realm = (("WWW-Authenticate", 'Basic realm="health check", charset="UTF-8"'),)
        return Response(401, _html("Sign in first"), headers=realm)
    return _json({"last_cron_plugin": {"active_and_running": True}})


def _knows(authorization: str, credentials: Credentials) -> bool:
    scheme, _, token = authorization.partition(" ")
    try:
        given = b64decode(token, validate=True)
    except (NotBase64, ValueError):
        return False
    wanted = f"{credentials.user}:{credentials.password}".encode()
    return scheme.lower() == "basic" and compare_digest(given, wanted)


def _search(request: Request, _credentials: Credentials | None) -> Response:
    sought = request.query("q")
    found = [name for name in SPECIES if sought and sought.lower() in name.lower()]
    items = "".join(f"<li><i>{name}</i></li>" for name in found)
    return Response(200, _html("Species search", f"<p>{len(found)} found.</p><ul>{items}</ul>"))


def _decisions(_request: Request, _credentials: Credentials | None) -> Response:
    return _json(
        {"value": [{"id": 1, "title": "A decision of the demonstration", "status": "active"}]}
    )


def _json(value: object) -> Response:
    return Response(200, json.dumps(value), "application/json")


_LOGIN = (
    '<form method="get"><label>User <input name="user"></label> <button>Sign in</button></form>'
    "<p>The demonstration signs nobody in.</p>"
)
_PAGES: Mapping[str, _Page] = {
    "/up": _static("prb-control", "up", "up\n", content_type="text/plain"),
    "/web": _static("prb-web-home", "CMS", "<p>The start page of CMS, on loopback.</p>"),
    "/web/fr": _static("prb-web-fr", "CMS", "<p>La page d’accueil, en local.</p>", lang="fr"),
    "/hc/last_cron": _Page("prb-web-cron", _last_cron),
    "/ims": _static("prb-ims-home", "Information management system"),
    "/ims/search": _Page("prb-ims-search", _search),
    "/groms": _static("prb-groms-home", "Register of migratory species"),
    "/reports/login": _static("prb-reporting-login", "Online reporting", _LOGIN),
    "/km": _static("prb-km-home", "Knowledge management portal"),
    "/km/odata": _Page("prb-km-api", _decisions),
    "/contacts": _static("prb-contacts-web", "Contacts"),
}
PATHS = tuple(_PAGES)
