"""Addresses of pages: what is asked at them, whose they are, and where a redirect may lead."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

from probes.observation import Failure, Reason

PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str | None, int]


def next_url(here: SplitResult, location: str) -> SplitResult:
    """Where a redirect leads.

    Raises:
        Failure: to nothing that may be followed.

    """
    try:
        there = urlsplit(urljoin(here.geturl(), location))._replace(fragment="")
        followable = there.port != 0 and there.hostname and there.username is None
    except ValueError:
        raise Failure(Reason.REDIRECT_REFUSED, "redirected to something unreadable") from None
    if there.scheme not in PORTS or not followable:
        raise Failure(Reason.REDIRECT_REFUSED, "redirected to something that is no web page")
    if here.scheme == "https" and there.scheme == "http":
        raise Failure(Reason.REDIRECT_REFUSED, "redirected from https to http")
    return there


def origin(url: SplitResult) -> Origin:
    """Scheme, host and port: who shares them may share secrets."""
    return url.scheme, url.hostname, url.port or PORTS[url.scheme]


def authority(url: SplitResult) -> str:
    """The host, with its port where one is named, as a header says it.

    Raises:
        Failure: it is no name of a host.

    """
    if url.netloc.isascii():
        return url.netloc
    try:
        return url.netloc.encode("idna").decode()
    except UnicodeError:
        raise Failure(Reason.NXDOMAIN, f"{url.hostname} can be no name of a host") from None


def target(url: SplitResult) -> bytes:
    """What is asked of the host: path and query."""
    path = url.path or "/"
    asked = f"{path}?{url.query}" if url.query else path
    return "".join(
        c if "!" <= c <= "~" else "".join(f"%{b:02X}" for b in c.encode()) for c in asked
    ).encode()
