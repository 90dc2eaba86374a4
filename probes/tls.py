"""TLS of probes: whom they trust and what they show, and sessions whose bytes somebody else carries."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Sequence
from functools import cache, lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL, crypto

from probes.observation import Failure, Reason

RECORD = 16 * 1024  # bytes; the most that one says (RFC 8446 §5.1)

# What Python's own `ssl` offers by default, of TLS 1.2 and before.
CIPHERS = (
    b"@SECLEVEL=2:ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM"
)
ANY_CIPHERS = b"ALL:@SECLEVEL=0"
# Of TLS 1.3 in the order of browsers.
SUITES = b"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
# The first is what nearly all take, and a share of its key alone goes out with the hello.
GROUPS = b"X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192"

LONGEST_NAME = 255  # letters (RFC 1035 §2.3.4)

REFUSED = "certificate verify failed"
# OpenSSL's X509_V_ERR codes.
CERTIFICATE_FAULTS = {
    9: Reason.TLS_NOT_YET_VALID,
    10: Reason.TLS_EXPIRED,
    18: Reason.TLS_SELF_SIGNED,
    19: Reason.TLS_UNTRUSTED,
    20: Reason.TLS_CHAIN,
    21: Reason.TLS_CHAIN,
    26: Reason.TLS_PURPOSE,
    62: Reason.TLS_HOSTNAME,
    64: Reason.TLS_HOSTNAME,
    66: Reason.TLS_WEAK_KEY,
    67: Reason.TLS_WEAK_KEY,
    68: Reason.TLS_WEAK_KEY,
}
OTHER_NAME = frozenset({62, 64})

# For groups, for the name that a certificate must bear and for why it is refused there is no public way.
_openssl: Any = SSL._lib  # type: ignore[attr-defined]  # noqa: SLF001
_memory: Any = SSL._ffi  # type: ignore[attr-defined]  # noqa: SLF001
# "w*.example" stands for no name (RFC 9525 §6.3).
WHOLE_LABELS = _openssl.X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS

log = logging.getLogger(__name__)


class TlsContext:
    """Whom sessions trust and what they show; made once and shared, as to read authorities takes milliseconds.

    `authorities` are files (PEM) of those who are trusted besides the `system`'s; `shown` are two files (PEM), of a
    certificate with those above it and of its key. Without `verify` everybody is believed; without `modern` TLS is
    spoken that is outdated as well.

    Raises:
        ValueError: a file cannot be read, or holds no certificate, or no key of the certificate.

    """

    def __init__(
        self,
        *authorities: Path,
        system: bool = True,
        verify: bool = True,
        shown: Sequence[Path] = (),
        modern: bool = True,
    ) -> None:
        self.authorities = authorities
        self.system = system
        self.verify = verify
        self.made = SSL.Context(SSL.TLS_CLIENT_METHOD)
        self.made.set_verify(SSL.VERIFY_PEER if verify else SSL.VERIFY_NONE)
        self.made.set_min_proto_version(SSL.TLS1_2_VERSION if modern else SSL.TLS1_VERSION)
        self.made.set_cipher_list(CIPHERS if modern else ANY_CIPHERS)
        self.made.set_tls13_ciphersuites(SUITES)
        _took(_openssl.SSL_CTX_set1_curves_list(self.made._context, GROUPS))  # noqa: SLF001
        if verify:
            self._trust()
        if shown:
            self._show(*shown)

    def _trust(self) -> None:
        for file in self.authorities:
            try:
                self.made.load_verify_locations(file)
            except SSL.Error as wrong:
                why = _told(wrong) if file.is_file() else "it is no file"
                message = f"{file} holds no certificate that can be read: {why}"
                raise ValueError(message) from None
        if self.system:
            self._trust_as_the_system()

    def _trust_as_the_system(self) -> None:
        # The OpenSSL at hand is not the host's, and does not know where that has its authorities.
        host = ssl.get_default_verify_paths()
        file = os.environ.get(host.openssl_cafile_env, host.openssl_cafile)
        folders = os.environ.get(host.openssl_capath_env, host.openssl_capath)
        kept = Path(file) if Path(file).is_file() else None
        for place in ((kept, None), (None, folders or None)):
            if any(place):
                try:
                    self.made.load_verify_locations(*place)
                except SSL.Error:
                    log.warning("%s holds no certificate that can be read", place[0] or place[1])

    def _show(self, certificate: Path, key: Path) -> None:
        try:
            own, *above = x509.load_pem_x509_certificates(certificate.read_bytes())
            self.made.use_certificate(own)
            for each in above:
                self.made.add_extra_chain_cert(each)
            private: Any = load_pem_private_key(key.read_bytes(), None)
            self.made.use_privatekey(private)
            self.made.check_privatekey()
        except (SSL.Error, OSError, TypeError, ValueError, UnsupportedAlgorithm):
            # What is wrong is not told on: a message could tell of the key.
            message = f"{certificate} and {key} are no certificate with its key"
            raise ValueError(message) from None


@cache
def lenient() -> TlsContext:
    """A context that takes anything, to look at what a target offers."""
    return TlsContext(verify=False, modern=False)


class TlsSession:
    """The client's end of a session with `name`; `cut_off` says that it ended without its goodbye.

    Raises:
        ValueError: no certificate can bear that name.

    """

    def __init__(self, context: TlsContext, name: str) -> None:
        self.cut_off = False
        self._name = name
        self._fed = self._stirred = self._ended = False
        self._talk = SSL.Connection(context.made)
        self._talk.set_connect_state()
        host, address = _wanted(name)
        if host:
            self._talk.set_tlsext_host_name(host)
        if context.verify:
            self._must_be(host, address)

    def _must_be(self, host: bytes, address: bytes) -> None:
        terms = _openssl.SSL_get0_param(self._talk._ssl)  # noqa: SLF001
        if host:
            _openssl.X509_VERIFY_PARAM_set_hostflags(terms, WHOLE_LABELS)
            _took(_openssl.X509_VERIFY_PARAM_set1_host(terms, host, len(host)))
        else:
            _took(_openssl.X509_VERIFY_PARAM_set1_ip(terms, address, len(address)))

    def shaken(self) -> bool:
        """Go on with the handshake; False while more must come from the other end.

        Raises:
            Failure: it or the certificate is wrong.

        """
        self._stirred = True
        try:
            self._talk.do_handshake()
        except SSL.WantReadError:
            return False
        except SSL.Error as fault:
            raise self._failure(fault) from None
        return True

    def feed(self, data: bytes) -> None:
        """Take what came from the other end; nothing is its end."""
        self._fed = True
        if data:
            self._talk.bio_write(data)
        else:
            self._talk.bio_shutdown()

    def outgoing(self) -> bytes:
        """What is to be carried to the other end."""
        found = b""
        while self._stirred:
            try:
                part = self._talk.bio_read(RECORD)
            except SSL.WantReadError:
                part = b""
            found = found + part if found else part
            self._stirred = len(part) == RECORD
        return found

    def write(self, data: bytes) -> None:
        """Say something.

        Raises:
            Failure: the session broke.

        """
        self._stirred = True
        try:
            self._talk.sendall(data)
        except SSL.Error as fault:
            raise self._failure(fault) from None

    def read(self) -> bytes | None:
        """What was said, None while more must come, empty at the end.

        Raises:
            Failure: the session broke.

        """
        if self._ended:
            return b""
        if not self._fed:
            return None  # to try what cannot be would cost more than to know
        self._stirred = True  # to be asked for new keys is to answer
        try:
            return self._talk.recv(RECORD)
        except SSL.WantReadError:
            self._fed = False
            return None
        except (SSL.ZeroReturnError, SSL.SysCallError) as end:
            self._ended = True
            self.cut_off = isinstance(end, SSL.SysCallError)
            return b""
        except SSL.Error as fault:
            raise self._failure(fault) from None

    @property
    def version(self) -> str:
        """Of TLS, as "TLSv1.3"."""
        return self._talk.get_protocol_version_name()

    @property
    def certificates(self) -> list[bytes]:
        """Those (DER) that the other end sent, its own first."""
        sent = self._talk.get_peer_cert_chain() or []
        return [crypto.dump_certificate(crypto.FILETYPE_ASN1, each) for each in sent]

    def _failure(self, fault: SSL.Error) -> Failure:
        if isinstance(fault, SSL.SysCallError | SSL.ZeroReturnError):
            return Failure(Reason.TLS_HANDSHAKE, "the target hung up during the handshake")
        told = _told(fault)
        if told != REFUSED:
            return Failure(Reason.TLS_HANDSHAKE, told)
        code = _openssl.SSL_get_verify_result(self._talk._ssl)  # noqa: SLF001
        return Failure(CERTIFICATE_FAULTS.get(code, Reason.TLS_INVALID), self._refused(code))

    def _refused(self, code: int) -> str:
        said: str = _memory.string(_openssl.X509_verify_cert_error_string(code)).decode()
        if code in OTHER_NAME:
            said = f"{said[0].upper()}{said[1:]}, certificate is not valid for {self._name!r}."
        return said


@lru_cache(maxsize=16_384)
def _wanted(name: str) -> tuple[bytes, bytes]:
    """A name as it is sent and looked for, or an address, which is not sent (RFC 6066 §3).

    Raises:
        ValueError: OpenSSL would take any certificate for it, or that of any name that ends so, or a part of it.

    """
    # Other letters come first: there are dots and digits among them.
    host = name if name.isascii() else name.encode("idna").decode()
    try:
        return b"", ip_address(host).packed
    except ValueError:
        if not 0 < len(host) <= LONGEST_NAME or host.startswith(".") or "\0" in host:
            message = f"{name!r} is no name that a certificate can bear"
            raise ValueError(message) from None
        return host.encode(), b""


def _took(result: int) -> None:
    """Go on only where OpenSSL has done what it was told: what verifies must not be left out in silence."""
    if result != 1:
        message = "OpenSSL did not take what it was told of a session"
        raise ValueError(message)


def _told(fault: SSL.Error) -> str:
    """What OpenSSL said last: that a certificate is refused comes after why it could not be read or reckoned with."""
    errors = fault.args[0] if fault.args else ()
    said = errors[-1][2] if errors else ""
    return said or f"OpenSSL does not say why ({type(fault).__name__})"
