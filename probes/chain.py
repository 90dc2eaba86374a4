"""The chain of certificates that a target shows, read from its bytes; each is read once."""

from __future__ import annotations

import ssl
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography import x509

from probes.conditions.reply import Certificate

DER = 2  # `_ssl.ENCODING_DER`, which is public nowhere


def shown(talk: ssl.SSLObject) -> tuple[Certificate, ...]:
    """The certificates that the other end sent, its own first."""
    return tuple(read(each) for each in _sent(talk))


def _sent(talk: ssl.SSLObject) -> list[bytes]:
    # Public since Python 3.13; before, the chain is known to the inner object only.
    inner: Any = talk if hasattr(talk, "get_unverified_chain") else talk._sslobj  # type: ignore[attr-defined]  # noqa: SLF001
    sent = inner.get_unverified_chain() or []
    return [each if isinstance(each, bytes) else each.public_bytes(DER) for each in sent]


@lru_cache(maxsize=1024)
def read(der: bytes) -> Certificate:
    """Read a certificate.

    Raises:
        ValueError: it is none.

    """
    found = x509.load_der_x509_certificate(der)
    return Certificate(
        subject=found.subject.rfc4514_string(),
        issuer=found.issuer.rfc4514_string(),
        names=_names(found),
        since=int(found.not_valid_before_utc.timestamp()) * 1_000_000,
        until=int(found.not_valid_after_utc.timestamp()) * 1_000_000,
        fingerprint=sha256(der).hexdigest(),
    )


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        told = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    addresses = map(str, told.get_values_for_type(x509.IPAddress))
    return (*told.get_values_for_type(x509.DNSName), *addresses)
