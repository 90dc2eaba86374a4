"""The socket that the web listens on."""

from __future__ import annotations

import errno
import socket

from slamon.cli.settings import Settings
from slamon.cli.terminal import console, fail

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


def url_of(listener: socket.socket) -> str:
    """The address of the web, as it was bound."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def loopback_url(listener: socket.socket) -> str:
    """Where processes of this machine find the web, whatever address it is bound to."""
    host, port = listener.getsockname()[:2]
    return url_of(listener) if host != ANY_ADDRESS else f"http://127.0.0.1:{port}"
