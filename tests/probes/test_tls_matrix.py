"""TLS probes: eleven servers with one fault each but the first, each told by its name, and what the exporter says."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.certificates import TlsSpec
from probes.tls import TlsContext
from tests.servers.blackbox import Blackbox
from tests.servers.running import folder_of

Serve = Callable[..., AbstractAsyncContextManager[int]]
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
GOOD, DEGRADED, BAD = Outcome.GOOD, Outcome.DEGRADED, Outcome.BAD
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HOST = "svc.cms.example"
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True)
class Signed:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        return sha256(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(name: str, by: Signed | None, key: Key, days: tuple[int, int]) -> Any:
    issuer = by.certificate.subject if by else _named(name)
    return (
        x509.CertificateBuilder(issuer, _named(name), key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW + dt.timedelta(days=days[0]))
        .not_valid_after(NOW + dt.timedelta(days=days[1], hours=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def authority(name: str, by: Signed | None = None) -> Signed:
    key = new_key()
    builder = _begun(name, by, key, (-1, 900)).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    return Signed(builder.sign(by.key if by else key, hashes.SHA256()), key)


def issued(
    by: Signed | None,
    days: tuple[int, int] = (-1, 60),
    *,
    name: str = HOST,
    purpose: x509.ObjectIdentifier = SERVER,
    key: Key | None = None,
) -> Signed:
    key = key or new_key()
    builder = (
        _begun(name, by, key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    )
    return Signed(builder.sign(by.key if by else key, hashes.SHA256()), key)


ROOT = authority("Root of the matrix")
BETWEEN = authority("Intermediate of the matrix", ROOT)
OTHER = authority("Another root")
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is its fault


@dataclass(frozen=True)
class Shown:
    """What a server shows: its certificate and those above it, and the TLS it speaks."""

    own: Signed
    above: tuple[Signed, ...] = (BETWEEN,)
    outdated: bool = False

    def context(self, folder: Path) -> ssl.SSLContext:
        private = self.own.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = folder / "server.pem"
        path.write_bytes(self.own.pem + b"".join(each.pem for each in self.above) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(path)
        if self.outdated:
            with catch_warnings(action="ignore", category=DeprecationWarning):
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context


@dataclass(frozen=True)
class Faulty:
    """A row of the matrix: what is shown, our verdict, the exporter's, and why they differ where they do."""

    shown: Shown
    outcome: Outcome
    reason: str | None
    passes_blackbox: bool
    difference: str = ""


MATRIX = {
    "good": Faulty(Shown(issued(BETWEEN)), GOOD, None, passes_blackbox=True),
    "six days left": Faulty(
        Shown(issued(BETWEEN, (-1, 6))),
        DEGRADED,
        "bad_certificate",
        passes_blackbox=True,
        difference="the exporter tells the end as a figure and leaves the judgement to an alert",
    ),
    "expired": Faulty(Shown(issued(BETWEEN, (-90, -1))), BAD, "tls_expired", passes_blackbox=False),
    "not yet valid": Faulty(
        Shown(issued(BETWEEN, (2, 90))), BAD, "tls_not_yet_valid", passes_blackbox=False
    ),
    "made out to another host": Faulty(
        Shown(issued(BETWEEN, name="other.cms.example")),
        BAD,
        "tls_hostname",
        passes_blackbox=False,
    ),
    "self-signed": Faulty(
        Shown(issued(None), above=()), BAD, "tls_self_signed", passes_blackbox=False
    ),
    "an untrusted root, which is sent": Faulty(
        Shown(issued(OTHER), above=(OTHER,)), BAD, "tls_untrusted", passes_blackbox=False
    ),
    "the intermediate is missing": Faulty(
        Shown(issued(BETWEEN), above=()), BAD, "tls_chain", passes_blackbox=False
    ),
    "made out for clients": Faulty(
        Shown(issued(BETWEEN, purpose=CLIENT)), BAD, "tls_purpose", passes_blackbox=False
    ),
    "a key of 1024 bits": Faulty(
        Shown(issued(BETWEEN, key=WEAK)),
        BAD,
        "tls_weak_key",
        passes_blackbox=True,
        difference="Go takes RSA keys of any length; OpenSSL wants 2048 bits at its default level",
    ),
    "TLS 1.1 at best": Faulty(
        Shown(issued(BETWEEN), outdated=True), BAD, "tls_protocol", passes_blackbox=False
    ),
}
ROWS = [pytest.param(each, id=name) for name, each in MATRIX.items()]


@pytest.fixture(scope="module")
def root_file() -> Iterator[Path]:
    """The file of the trusted root, which the exporter can read too."""
    with folder_of("matrix") as folder:
        path = folder / "root.pem"
        path.write_bytes(ROOT.pem)
        yield path


@pytest.fixture
def around(root_file: Path) -> Surroundings:
    return Surroundings(networks("127.0.0.1"), tls=TlsContext(root_file, system=False))


async def _hold(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(1)


def spec(port: int, **more: Any) -> TlsSpec:
    conditions = [{"field": "certificate", "op": "min_days_left", "days": 21}]
    told = {"host": "127.0.0.1", "port": port, "name": HOST, "timeout": 3_000_000}
    return TlsSpec.model_validate({**told, "conditions": conditions, **more})


@pytest.mark.parametrize("faulty", ROWS)
def test_each_fault_has_a_reason_of_its_own_and_leaves_the_certificate_as_evidence(
    serve: Serve, around: Surroundings, tmp_path: Path, faulty: Faulty
) -> None:
    async def once() -> Observation:
        async with serve(_hold, faulty.shown.context(tmp_path)) as port:
            return await ask(spec(port), around)

    seen = asyncio.run(once())
    kept, own = seen.evidence(), faulty.shown.own

    assert (seen.outcome, seen.reason) == (faulty.outcome, faulty.reason)
    assert kept.fingerprint == own.fingerprint
    assert kept.issuer == own.certificate.issuer.rfc4514_string()
    assert kept.certificate_until == own.certificate.not_valid_after_utc.timestamp() * 1_000_000


def test_no_two_faults_are_told_by_the_same_name() -> None:
    reasons = {each.reason for each in MATRIX.values()}
    assert len(reasons) == len(MATRIX) == 11


@pytest.mark.parametrize("faulty", ROWS)
def test_the_exporter_agrees_or_it_is_known_why_not(
    serve: Serve, blackbox: Blackbox, root_file: Path, tmp_path: Path, faulty: Faulty
) -> None:
    module = {
        "prober": "tcp",
        "tcp": {"tls": True, "tls_config": {"ca_file": str(root_file), "server_name": HOST}},
    }

    async def asked() -> bool:
        async with serve(_hold, faulty.shown.context(tmp_path)) as port:
            return await asyncio.to_thread(blackbox.probe, module, f"127.0.0.1:{port}")

    assert asyncio.run(asked()) is faulty.passes_blackbox
    assert (faulty.passes_blackbox != (faulty.outcome is GOOD)) == bool(faulty.difference)


@pytest.mark.parametrize(
    ("condition", "outcome", "actual"),
    [
        pytest.param(
            {"field": "certificate", "op": "issuer_matches", "pattern": "^CN=Intermediate"},
            GOOD,
            "CN=Intermediate of the matrix",
            id="the issuer that is expected",
        ),
        pytest.param(
            {"field": "certificate", "op": "issuer_matches", "pattern": "Let's Encrypt"},
            BAD,
            "CN=Intermediate of the matrix",
            id="another issuer",
        ),
        pytest.param(
            {"field": "certificate", "op": "names_include", "names": ["SVC.cms.example"]},
            GOOD,
            HOST,
            id="the name, in whatever case",
        ),
        pytest.param(
            {"field": "certificate", "op": "names_include", "names": [HOST, "www.cms.example"]},
            BAD,
            HOST,
            id="one name of two",
        ),
        pytest.param(
            {
                "field": "certificate",
                "op": "fingerprint_is",
                "sha256": MATRIX["good"].shown.own.fingerprint.upper(),
            },
            GOOD,
            MATRIX["good"].shown.own.fingerprint,
            id="this very certificate",
        ),
        pytest.param(
            {"field": "certificate", "op": "fingerprint_is", "sha256": "ab:" * 31 + "ab"},
            BAD,
            MATRIX["good"].shown.own.fingerprint,
            id="another certificate",
        ),
        pytest.param(
            {"field": "tls_version", "op": "at_least", "version": "TLSv1.3"},
            GOOD,
            "TLSv1.3",
            id="the newest TLS",
        ),
        pytest.param(
            {"field": "certificate", "op": "min_days_left", "days": 60},
            GOOD,
            "60 days left",
            id="days left, as many as are wanted",
        ),
    ],
)
def test_a_condition_is_held_against_what_is_shown(
    serve: Serve,
    around: Surroundings,
    tmp_path: Path,
    condition: dict[str, object],
    outcome: Outcome,
    actual: str,
) -> None:
    async def once() -> Observation:
        async with serve(_hold, MATRIX["good"].shown.context(tmp_path)) as port:
            return await ask(spec(port, conditions=[condition]), around)

    seen = asyncio.run(once())

    assert (seen.outcome, [each.actual for each in seen.checked]) == (outcome, [actual])


def test_the_version_of_tls_can_be_too_low(
    serve: Serve, around: Surroundings, tmp_path: Path
) -> None:
    async def once() -> Observation:
        context = MATRIX["good"].shown.context(tmp_path)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        wanted = {"field": "tls_version", "op": "at_least", "version": "TLSv1.3"}
        async with serve(_hold, context) as port:
            return await ask(spec(port, conditions=[wanted]), around)

    seen = asyncio.run(once())

    assert (seen.outcome, seen.reason) == (BAD, "bad_tls_version")
    assert seen.text == "expected: TLS version is TLSv1.3 or later; found: TLSv1.2"
