"""TLS sessions: what they believe, what they agree on, and that nothing that verifies is left out in silence."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import IO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from OpenSSL import crypto

from probes.observation import Failure, Reason
from probes.tls import TlsContext, TlsSession
from tests.servers.authority import Authority, Pair
from tests.servers.running import connects, free_ports

PEM = serialization.Encoding.PEM
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@contextmanager
def served(terms: ssl.SSLContext, said: bytes = b"", *, goodbye: bool = True) -> Iterator[int]:
    """A server that shakes hands with whoever comes, says something, and its goodbye or not."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    plain, _ = listening.accept()
                    with suppress(OSError), terms.wrap_socket(plain, server_side=True) as talk:
                        talk.sendall(said)
                        if goodbye:
                            talk.unwrap()

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def offering(pair: Pair) -> ssl.SSLContext:
    terms = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    terms.load_cert_chain(pair.certificate, pair.key)
    return terms


class Talk:
    """A session, its bytes carried over a socket that blocks."""

    def __init__(self, plain: socket.socket, session: TlsSession) -> None:
        self._plain = plain
        self.session = session

    def shake_hands(self) -> None:
        while not self.session.shaken():
            self.carry()

    def carry(self) -> None:
        self._plain.sendall(self.session.outgoing())
        self.session.feed(self._plain.recv(65_536))

    def read(self) -> bytes:
        while (data := self.session.read()) is None:
            self.carry()
        return data

    def until_end(self) -> bytes:
        return b"".join(iter(self.read, b""))

    def write(self, data: bytes) -> None:
        self.session.write(data)
        self._plain.sendall(self.session.outgoing())


@contextmanager
def talk_with(port: int, context: TlsContext, name: str = "localhost") -> Iterator[Talk]:
    with socket.create_connection(("127.0.0.1", port), 5) as plain:
        talk = Talk(plain, TlsSession(context, name))
        talk.shake_hands()
        yield talk


@pytest.fixture(scope="module")
def pair(authority: Authority) -> Pair:
    return authority.for_server("sessions")


@pytest.fixture(scope="module")
def trusting(authority: Authority) -> TlsContext:
    return authority.for_probes()


@dataclass(frozen=True)
class Named:
    """A certificate's names, the one that is asked for, and whether it is of that."""

    borne: Sequence[str]
    asked: str
    holds: bool
    common_name: str = "nobody.example"


NAMES = {
    "its name": Named(["www.example.org"], "www.example.org", holds=True),
    "its name in capitals": Named(["www.example.org"], "WWW.Example.ORG", holds=True),
    "one of its names": Named(["a.example.org", "b.example.org"], "b.example.org", holds=True),
    "another name": Named(["www.example.org"], "mail.example.org", holds=False),
    "a name below its own": Named(["example.org"], "www.example.org", holds=False),
    "any name of a domain": Named(["*.example.org"], "www.example.org", holds=True),
    "any name, two labels deep": Named(["*.example.org"], "a.b.example.org", holds=False),
    "any name, and the domain itself": Named(["*.example.org"], "example.org", holds=False),
    "a part of a label": Named(["w*.example.org"], "www.example.org", holds=False),
    "a name of other letters": Named(["xn--bcher-kva.example"], "bücher.example", holds=True),
    "an address": Named(["127.0.0.1"], "127.0.0.1", holds=True),
    "another address": Named(["127.0.0.1"], "127.0.0.2", holds=False),
    "an address of version 6": Named(["::1"], "0:0:0:0:0:0:0:1", holds=True),
    "a name where an address is asked for": Named(["www.example.org"], "127.0.0.1", holds=False),
    "its common name, and others beside": Named(
        ["www.example.org"], "old.example.org", holds=False, common_name="old.example.org"
    ),
    "its common name alone": Named(
        [], "old.example.org", holds=True, common_name="old.example.org"
    ),
}


def new_key(kind: str = "EC") -> Key:
    if kind == "RSA":
        return rsa.generate_private_key(65_537, 2_048)
    return ec.generate_private_key(ec.SECP256R1())


def signed_by(
    signer: Key,
    issuer: str,
    subject: str,
    key: Key,
    *,
    named: Named | None = None,
    ca: bool = False,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder(named_by(issuer), named_by(subject), key.public_key(), 1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if named is not None and named.borne:
        names = x509.SubjectAlternativeName(map(general, named.borne))
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256())


def named_by(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def written(folder: Path, certificate: x509.Certificate, key: Key) -> Pair:
    pair = Pair(folder / "named.pem", folder / "named.key")
    pair.certificate.write_bytes(certificate.public_bytes(PEM))
    pair.key.write_bytes(
        key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pair


def general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@pytest.mark.parametrize("named", [pytest.param(each, id=name) for name, each in NAMES.items()])
def test_a_certificate_must_bear_the_name_as_python_s_own_ssl_wants_it(
    tmp_path: Path, named: Named
) -> None:
    key, name = new_key(), named.common_name
    pair = written(tmp_path, signed_by(key, name, name, key, named=named), key)
    usual = ssl.create_default_context(cafile=pair.certificate)

    def believed_by_python(port: int) -> bool:
        with socket.create_connection(("127.0.0.1", port)) as plain:
            try:
                usual.wrap_socket(plain, server_hostname=named.asked).close()
            except ssl.SSLCertVerificationError:
                return False
        return True

    def believed_by_us(port: int) -> bool:
        try:
            with talk_with(port, TlsContext(pair.certificate, system=False), named.asked):
                return True
        except Failure as fault:
            return (fault.reason, named.asked in fault.text) != (Reason.TLS_HOSTNAME, True)

    with served(offering(pair)) as port:
        assert (believed_by_us(port), believed_by_python(port)) == (named.holds, named.holds)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".example.org",
        ".",
        "\u2024example.org",
        "a\0b",
        "a" * 256,
        "a..b\N{LATIN SMALL LETTER E WITH ACUTE}",
    ],
)
def test_a_name_that_openssl_would_take_for_any_begins_no_session(
    trusting: TlsContext, name: str
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # who asks learns that it is a fault of ours
        TlsSession(trusting, name)


@pytest.mark.parametrize("key", ["EC", "RSA"])
def test_a_certificate_with_a_forged_signature_is_invalid(tmp_path: Path, key: str) -> None:
    known, forger = new_key(key), new_key(key)
    named = Named(["localhost"], "localhost", holds=True)
    root = signed_by(known, "root", "root", known, ca=True)
    forged = signed_by(forger, "root", "nobody", known, named=named)
    file = tmp_path / "root.pem"
    file.write_bytes(root.public_bytes(PEM))

    with (
        served(offering(written(tmp_path, forged, known))) as port,
        pytest.raises(Failure) as refused,
        talk_with(port, TlsContext(file, system=False)),
    ):
        pass

    assert refused.value.reason is Reason.TLS_INVALID
    assert refused.value.text == "certificate signature failure"


def test_an_alert_that_nobody_knows_is_told_all_the_same(trusting: TlsContext) -> None:
    session = TlsSession(trusting, "localhost")
    assert not session.shaken()
    session.feed(bytes([21, 3, 3, 0, 2, 2, 200]))  # an alert record: fatal, number 200
    with pytest.raises(Failure, match=r"\w+") as refused:
        session.shaken()
    assert refused.value.reason is Reason.TLS_HANDSHAKE


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("group", ["X25519", "prime256v1", "X448", "secp384r1", "secp521r1"])
def test_a_server_may_choose_how_keys_are_agreed_on(
    pair: Pair, trusting: TlsContext, group: str, version: ssl.TLSVersion
) -> None:
    terms = offering(pair)
    terms.set_ecdh_curve(group)
    terms.minimum_version = terms.maximum_version = version

    with served(terms, b"hello") as port, talk_with(port, trusting) as talk:
        assert talk.until_end() == b"hello"
        assert talk.session.version == version.name.replace("v1_", "v1.")
        assert not talk.session.cut_off


@pytest.mark.parametrize("group", ["ffdhe2048", "ffdhe4096", "ffdhe8192"])
def test_a_server_may_insist_on_keys_of_the_old_kind(
    pair: Pair, trusting: TlsContext, group: str
) -> None:
    terms = offering(pair)
    terms.set_ecdh_curve(group)
    with served(terms, b"hello") as port, talk_with(port, trusting) as talk:
        assert talk.until_end() == b"hello"


def test_of_the_ciphers_of_tls_1_3_the_first_is_that_of_browsers(
    pair: Pair, trusting: TlsContext
) -> None:
    met: list[tuple[str, str, int] | None] = []
    terms = offering(pair)
    terms.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE

    class Noting(ssl.SSLSocket):
        def sendall(self, *arguments: object) -> None:
            met.append(self.cipher())
            super().sendall(*arguments)  # type: ignore[arg-type]

    terms.sslsocket_class = Noting
    with served(terms, b"hello") as port, talk_with(port, trusting) as talk:
        talk.until_end()

    assert met == [("TLS_AES_128_GCM_SHA256", "TLSv1.3", 128)]


def test_what_is_longer_than_a_record_is_read_whole(pair: Pair, trusting: TlsContext) -> None:
    said = bytes(range(256)) * 1_000
    with served(offering(pair), said) as port, talk_with(port, trusting) as talk:
        assert talk.until_end() == said


def until(said: IO[bytes], awaited: bytes) -> None:
    while awaited not in (line := said.readline()):
        assert line, "it ended"


def typed(into: IO[bytes], line: bytes) -> None:
    into.write(line)
    into.flush()


def test_the_other_end_may_ask_for_new_keys_amid_the_talk(
    pair: Pair, trusting: TlsContext, program: Callable[[str], str]
) -> None:
    (port,) = free_ports(1)
    shown = ["-cert", str(pair.certificate), "-key", str(pair.key)]
    with subprocess.Popen(  # a program of the host, by its path
        [program("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", *shown, "-naccept", "2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        while not connects(port):
            assert server.poll() is None
        with talk_with(port, trusting) as talk:
            talk.write(b"begin\n")
            until(server.stdout, b"begin")
            typed(server.stdin, b"begun\n")
            assert talk.read() == b"begun\n"
            typed(server.stdin, b"K\n")  # has it change its keys and ask for ours
            talk.carry()
            typed(server.stdin, b"hello\n")
            assert talk.read() == b"hello\n"
            talk.write(b"as you like\n")
            until(server.stdout, b"as you like")
        server.kill()


def test_a_session_that_ends_without_its_goodbye_was_cut_off(
    pair: Pair, trusting: TlsContext
) -> None:
    with (
        served(offering(pair), b"hel", goodbye=False) as port,
        talk_with(port, trusting) as talk,
    ):
        assert talk.until_end() == b"hel"
        assert talk.session.cut_off
        assert talk.session.read() == b""


def test_the_system_s_authorities_are_trusted(
    authority: Authority, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(offering(pair)) as port:
        with (
            pytest.raises(Failure, match="unable to get local issuer"),
            talk_with(port, TlsContext()),
        ):
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        with talk_with(port, TlsContext()) as talk:
            assert talk.until_end() == b""


def test_authorities_may_stand_in_several_folders(
    authority: Authority, pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = crypto.load_certificate(crypto.FILETYPE_PEM, authority.certificate.read_bytes())
    for folder in ("some", "others"):
        (tmp_path / folder).mkdir()
    name = f"{root.subject_name_hash():08x}.0"
    (tmp_path / "others" / name).write_bytes(authority.certificate.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path}/some:{tmp_path}/others")

    with served(offering(pair), b"hello") as port, talk_with(port, TlsContext()) as talk:
        assert talk.until_end() == b"hello"


def test_without_a_setting_authorities_are_where_the_host_keeps_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    folder = Path(ssl.get_default_verify_paths().capath or "")
    some = crypto.load_certificate(
        crypto.FILETYPE_PEM, next(folder.glob("ISRG_Root_X1.*")).read_bytes()
    )

    context = TlsContext()
    found = context.made.get_cert_store()

    assert found is not None
    crypto.X509StoreContext(found, some).verify_certificate()
    with pytest.raises(crypto.X509StoreContextError):
        crypto.X509StoreContext(crypto.X509Store(), some).verify_certificate()


def test_what_the_host_has_in_their_place_and_is_none_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "authorities.pem").write_text("nonsense")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authorities.pem"))
    TlsContext()
    assert "authorities.pem holds no certificate that can be read" in caplog.text


@pytest.mark.parametrize(
    "content", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_an_authority_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "authority.pem"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"authority\.pem holds no certificate that can be read"):
        TlsContext(file)


def test_a_key_under_a_password_is_refused_and_nobody_is_asked_for_it(
    tmp_path: Path, pair: Pair
) -> None:
    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"word")
        )
    )
    with pytest.raises(ValueError, match="are no certificate with its key"):
        TlsContext(shown=(pair.certificate, locked))


def test_a_key_of_another_certificate_is_refused(authority: Authority, pair: Pair) -> None:
    other = authority.for_server("another")
    with pytest.raises(ValueError, match="are no certificate with its key"):
        TlsContext(shown=(pair.certificate, other.key))
