"""The socket that the web listens on."""

from __future__ import annotations

import errno
import socket
import ssl

from slamon.cli.settings import Settings
from slamon.cli.terminal import USAGE, console, fail

ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared with, never bound to by itself


def listen(settings: Settings, *, any_port: bool) -> socket.socket:
    """A socket on the port asked for, or on a free one if that is allowed."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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
    return f"{'https' if secured else 'http'}://{host}:{port}"


def loopback_url(listener: socket.socket, *, secured: bool = False) -> str:
    """Where processes of this machine find the web, whatever address it is bound to."""
    return url_of(listener, secured=secured).replace(f"//{ANY_ADDRESS}:", "//127.0.0.1:")


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
