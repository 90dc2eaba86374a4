"""The way to the centre: HTTPS, or plain HTTP to this very machine; proxies that the environment names are not used."""

from __future__ import annotations

import http.client
import socket
import ssl
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

PATIENCE = 10  # seconds
IPV4 = 4

UNKNOWN_AUTHORITY = frozenset({18, 19, 20, 21})
"""Verdicts of OpenSSL (X509_V_ERR_*): nobody who is trusted vouches for a certificate, or it for itself."""
OTHER_NAME = frozenset({62, 64})
"""It is of another name or address."""


class UnsafeWayError(ValueError):
    """A key must not be sent that way; the message says what to do."""


class Way:
    """How to reach the centre of an address, whose certificate is vouched for by the system or by those in `ca` (PEM).

    Raises:
        UnsafeWayError: everybody on the way could read the key, or the file holds no certificate.

    """

    def __init__(self, address: str, ca: Path | None = None) -> None:
        self.url = urlsplit(address)
        self._host = self.url.hostname or ""
        if self.url.scheme != "https" and not is_here(self._host):
            message = (
                f"{address} is plain HTTP, and everybody on the way could read the key; "
                "give the centre a certificate (SLAMON_TLS_CERTIFICATE, SLAMON_TLS_KEY) and name it by https://"
            )
            raise UnsafeWayError(message)
        self._tls = _context(self.url, ca) if self.url.scheme == "https" else None

    def open(self) -> http.client.HTTPConnection:
        """A connection for one request, not connected yet."""
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self.url.port, timeout=PATIENCE)
        return http.client.HTTPSConnection(
            self._host, self.url.port, timeout=PATIENCE, context=self._tls
        )


def is_here(host: str) -> bool:
    """Whether a host is this machine for sure: what is sent to an address of its own never leaves it."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    family = socket.AF_INET if address.version == IPV4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return not address.is_unspecified


def told(fault: ssl.SSLCertVerificationError) -> str:
    """What is wrong with the certificate of the centre, and by which setting it is mended."""
    if fault.verify_code in UNKNOWN_AUTHORITY:
        return (
            f"nobody known here vouches for its certificate ({fault.verify_message}); set SLAMON_CENTRE_CA to a file "
            "(PEM) with that of the authority, or with its own"
        )
    if fault.verify_code in OTHER_NAME:
        return (
            f"its certificate is of another name ({fault.verify_message.rstrip('.')}); "
            "SLAMON_CENTRE must name it as its certificate does"
        )
    return f"its certificate is not valid: {fault.verify_message}"


def _context(url: SplitResult, ca: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as wrong:  # one that holds no certificate as well
        message = f"{ca} holds no certificate of an authority in PEM: {wrong.strerror or wrong}"
        raise UnsafeWayError(message) from None
    if ca is not None:
        # The centre's own certificate may be named as well as that of who issued it.
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        # Its certificate speaks of a name by which others reach it.
        context.check_hostname = not is_here(url.hostname or "")
    return context
