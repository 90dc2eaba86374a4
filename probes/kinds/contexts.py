"""TLS contexts of probes that show a certificate of their own, or believe anybody; each is made once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Protocol

from probes.observation import Reason, inconclusive
from probes.secret import unreadable
from probes.specs.web import ClientCertificate
from probes.tls import TlsContext

Stamp = tuple[Path, int]


class Access(Protocol):
    """What a specification says of TLS: whether the target must prove who it is, and what it is shown."""

    @property
    def verify(self) -> bool:
        """Whether its certificate must hold."""

    @property
    def client_certificate(self) -> ClientCertificate | None:
        """What it is shown."""


def context_of(access: Access, usual: TlsContext) -> TlsContext:
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
    path = Path(reference.removeprefix("file:"))
    try:
        return path, path.stat().st_mtime_ns
    except OSError as fault:
        raise unreadable(reference, fault.strerror or "it is no file") from None


@lru_cache(maxsize=256)
def _made(usual: TlsContext, verify: bool, shown: tuple[Stamp, ...]) -> TlsContext:  # noqa: FBT001
    own = tuple(path for path, _ in shown)
    try:
        return TlsContext(*usual.authorities, system=usual.system, verify=verify, shown=own)
    except ValueError as wrong:
        raise inconclusive(Reason.SECRET_MISSING, str(wrong)) from None
