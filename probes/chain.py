"""Certificates, read from their bytes; each is read once."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from cryptography import x509

from probes.conditions.reply import Certificate


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
