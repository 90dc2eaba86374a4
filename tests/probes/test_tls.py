"""TLS: every way a certificate can be wrong has its own name."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from probes.observation import Observation
from probes.outcome import Outcome
from probes.specs.web import HttpSpec
from probes.tls import TlsContext

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]
NOW = dt.datetime.now(dt.UTC)
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Signed:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def signed(name: str, by: Signed | None, days: tuple[int, int], *, ca: bool = False) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = by.certificate.subject if by else subject
    builder = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW + dt.timedelta(days=days[0]))
        .not_valid_after(NOW + dt.timedelta(days=days[1], hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return Signed(builder.sign(by.key if by else key, hashes.SHA256()), key)


ROOT = signed("root.example", None, (-1, 900), ca=True)
OTHER = signed("other.example", None, (-1, 900), ca=True)


def server_context(folder: Path, pair: Signed) -> ssl.SSLContext:
    pem = serialization.Encoding.PEM
    private = pair.key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(pair.certificate.public_bytes(pem) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def client_context(folder: Path) -> TlsContext:
    file = folder / "root.pem"
    file.write_bytes(ROOT.certificate.public_bytes(serialization.Encoding.PEM))
    return TlsContext(file, system=False)


def spec(port: int, days: int = 21) -> HttpSpec:
    return HttpSpec.model_validate(
        {
            "url": f"https://localhost:{port}/",
            "timeout": 3_000_000,
            "conditions": [{"field": "certificate", "op": "min_days_left", "days": days}],
        }
    )


@pytest.mark.parametrize(
    ("pair", "outcome", "reason"),
    [
        pytest.param(signed("localhost", ROOT, (-1, 60)), Outcome.GOOD, None, id="good"),
        pytest.param(
            signed("localhost", ROOT, (-1, 6)),
            Outcome.DEGRADED,
            "bad_certificate",
            id="six days left degrade",
        ),
        pytest.param(
            signed("localhost", ROOT, (-90, -1)), Outcome.BAD, "tls_expired", id="expired"
        ),
        pytest.param(
            signed("localhost", ROOT, (2, 90)), Outcome.BAD, "tls_not_yet_valid", id="not yet valid"
        ),
        pytest.param(
            signed("www.cms.example", ROOT, (-1, 60)),
            Outcome.BAD,
            "tls_hostname",
            id="another host",
        ),
        pytest.param(
            signed("localhost", None, (-1, 60)), Outcome.BAD, "tls_self_signed", id="self-signed"
        ),
        pytest.param(
            signed("localhost", OTHER, (-1, 60)),
            Outcome.BAD,
            "tls_chain",
            id="an issuer that is neither sent nor trusted",
        ),
    ],
)
def test_a_certificate_is_judged(
    observe: Observe,
    replying: Callable[[bytes], Talk],
    tmp_path: Path,
    pair: Signed,
    outcome: Outcome,
    reason: str | None,
) -> None:
    seen = observe(
        replying(PAGE),
        spec,
        served_with=server_context(tmp_path, pair),
        trusting=client_context(tmp_path),
    )
    assert (seen.outcome, seen.reason) == (outcome, reason)
    assert seen.phases["tls"] > 0


def test_a_server_that_does_not_speak_tls_is_bad(
    observe: Observe, replying: Callable[[bytes], Talk]
) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(PAGE)
        await writer.drain()

    seen = observe(plain, spec)
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "tls_handshake")


def test_a_redirect_from_https_to_http_is_refused(
    observe: Observe, replying: Callable[[bytes], Talk], tmp_path: Path
) -> None:
    away = b"HTTP/1.1 301 Moved\r\nLocation: http://localhost/\r\nContent-Length: 0\r\n\r\n"
    seen = observe(
        replying(away),
        spec,
        served_with=server_context(tmp_path, signed("localhost", ROOT, (-1, 60))),
        trusting=client_context(tmp_path),
    )
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "redirect_refused")
