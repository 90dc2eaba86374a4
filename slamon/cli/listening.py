"""The socket that the web listens on."""

from __future__ import annotations

import errno
import socket
import ssl
from urllib.parse import urlsplit

from slamon.cli.settings import Settings
from slamon.cli.terminal import USAGE, console, fail

ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared with, never bound to by itself
ANY_ADDRESS_6 = "::"
GUESSED = (
    "that is the name this machine gives itself; where others reach it by another, SLAMON_URL says so, "
    "e.g. SLAMON_URL=https://slamon.example"
)


def listen(settings: Settings, *, any_port: bool) -> socket.socket:
    """A socket on the port asked for, or on a free one if that is allowed."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as taken:
        in_use = taken.errno == errno.EADDRINUSE
        why = f"port {settings.port} is taken" if in_use else taken.strerror
        said = f"{settings.host}:{settings.port} cannot be used: {why}"
        if not any_port:
            fail(f"{said}; set SLAMON_PORT to another")
        console.print(f"{said}; slamon took a free one, SLAMON_PORT sets another", soft_wrap=True)
        listener.bind((settings.host, 0))
    return listener


def url_of(listener: socket.socket, *, secured: bool = False) -> str:
    """The address of the web, as it was bound."""
    host, port = listener.getsockname()[:2]
    return f"{'https' if secured else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def loopback_url(listener: socket.socket, *, secured: bool = False) -> str:
    """Where processes of this machine find the web, whatever address it is bound to."""
    found = url_of(listener, secured=secured)
    return found.replace(f"//{ANY_ADDRESS}:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def outer_url(listener: socket.socket, settings: Settings, *, secured: bool = False) -> str:
    """Where others find it: as the settings say, or as it is bound; by this machine's name where it is bound to all."""
    if settings.url:
        return settings.url
    found = url_of(listener, secured=secured)
    if urlsplit(found).hostname not in {ANY_ADDRESS, ANY_ADDRESS_6}:
        return found
    return f"{urlsplit(found).scheme}://{socket.gethostname()}:{urlsplit(found).port}"


def guessed(url: str, settings: Settings) -> bool:
    """Whether an address has but the name that this machine gives itself, which others need not know."""
    return not settings.url and urlsplit(url).hostname == socket.gethostname().lower()


def must_be_whole(settings: Settings) -> bool:
    """Whether the web serves HTTPS itself; certificate and key must be there, and belong together."""
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return False
    if certificate is None or key is None:
        fail("SLAMON_TLS_CERTIFICATE and SLAMON_TLS_KEY are set together, or none of them", USAGE)
    for name, file in (("SLAMON_TLS_CERTIFICATE", certificate), ("SLAMON_TLS_KEY", key)):
        if not file.is_file():
            fail(f"{name}: there is no file {file}", USAGE)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_none)
    except ssl.SSLError as wrong:
        if wrong.reason == "KEY_VALUES_MISMATCH":
            fail(f"SLAMON_TLS_KEY: {key} is not the key of the certificate in {certificate}", USAGE)
        fail(
            f"SLAMON_TLS_CERTIFICATE, SLAMON_TLS_KEY: {certificate} and {key} hold no certificate "
            f"with its key in PEM, without a password ({wrong.reason or wrong})",
            USAGE,
        )
    except OSError as wrong:
        fail(f"SLAMON_TLS_KEY: {wrong.filename or key} cannot be read: {wrong.strerror}", USAGE)
    return True


def _none() -> str:
    """No password: nobody is asked for one."""
    return ""
