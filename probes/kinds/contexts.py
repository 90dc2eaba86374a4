"""TLS contexts of probes that show a certificate of their own, or believe anybody; each is made once."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from probes.observation import Reason, inconclusive
from probes.secret import unreadable
from probes.specs.web import ClientCertificate

Stamp = tuple[str, int]


class Access(Protocol):
    """What a specification says of TLS: whether the target must prove who it is, and what it is shown."""

    @property
    def verify(self) -> bool:
        """Whether its certificate must hold."""

    @property
    def client_certificate(self) -> ClientCertificate | None:
        """What it is shown."""


def context_of(access: Access, usual: ssl.SSLContext) -> ssl.SSLContext:
    """The context to speak with; certificate and key are read anew when their files change.

    Raises:
        Failure: inconclusive, they cannot be read.

    """
    if access.verify and access.client_certificate is None:
        return usual
    shown = access.client_certificate
    return _made(usual, access.verify, _stamps(shown) if shown else ())


def _stamps(shown: ClientCertificate) -> tuple[Stamp, ...]:
    return _stamp(shown.certificate), _stamp(shown.key)


def _stamp(reference: str) -> Stamp:
    path = reference.removeprefix("file:")
    try:
        return path, Path(path).stat().st_mtime_ns
    except OSError as fault:
        raise unreadable(reference, fault.strerror or "it is no file") from None


@lru_cache(maxsize=256)
def _made(usual: ssl.SSLContext, verify: bool, shown: tuple[Stamp, ...]) -> ssl.SSLContext:  # noqa: FBT001
    context = ssl.create_default_context()
    context.check_hostname = verify
    context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    if own := usual.get_ca_certs(binary_form=True):
        context.load_verify_locations(cadata=b"".join(own))
    if shown:
        certificate, key = (path for path, _ in shown)
        try:
            # Without a password of our own OpenSSL would ask for one at the terminal.
            context.load_cert_chain(certificate, key, password="")
        except OSError:  # ssl.SSLError is one
            said = f"file:{certificate} and file:{key} are no certificate with its key"
            raise inconclusive(Reason.SECRET_MISSING, said) from None
    return context
