"""A certificate authority of the tests, and certificates of servers and clients in files."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from probes.tls import TlsContext

PEM = serialization.Encoding.PEM
NAMES = ("localhost", "www.cms.example", "mail.cms.example", "data.cms.example")
ADDRESSES = ("127.0.0.1", "127.0.0.2", "::1")
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Pair:
    """A certificate with those above it but the root, and its key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A root nobody trusts but who is told to; `certificate` is its file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("Root of the tests")
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        root = (
            _begun(self._name, self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = folder / "root.pem"
        self.certificate.write_bytes(root.public_bytes(PEM))

    def trusting(self) -> ssl.SSLContext:
        """The terms of a client that trusts this root and no other."""
        return ssl.create_default_context(cafile=self.certificate)

    def for_probes(self) -> TlsContext:
        """The terms of a probe that trusts this root and no other."""
        return TlsContext(self.certificate, system=False)

    def for_server(self, file: str, names: Sequence[str] = NAMES + ADDRESSES) -> Pair:
        """Issue a certificate for names and addresses; `file` names its files."""
        return self._issued(file, names, ExtendedKeyUsageOID.SERVER_AUTH)

    def for_client(self, file: str, name: str) -> Pair:
        """Issue a certificate that a client shows."""
        return self._issued(file, [name], ExtendedKeyUsageOID.CLIENT_AUTH)

    def _issued(self, file: str, names: Sequence[str], purpose: x509.ObjectIdentifier) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _begun(_named(names[0]), self._name, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectAlternativeName(map(_alternative, names)), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        pair = Pair(self.folder / f"{file}.pem", self.folder / f"{file}.key")
        pair.certificate.write_bytes(certificate.public_bytes(PEM))
        pair.key.write_bytes(
            key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return pair


def _begun(subject: x509.Name, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=90))
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
