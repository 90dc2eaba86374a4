"""Faults of the network and of TLS, translated into failures with a reason."""

from __future__ import annotations

import errno
import ssl

from probes.observation import Failure, Reason, inconclusive

OUR_FAULTS = frozenset(
    {
        errno.EACCES,
        errno.EADDRNOTAVAIL,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EPERM,
    }
)
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


class _FaultsNamed:
    """Translates faults of the network and of TLS into failures with a reason, within a `with`.

    Written out, as a generator would cost more than what it surrounds.

    Raises:
        Failure: bad for the target's faults, inconclusive for our own.

    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, fault: BaseException | None, __: object) -> None:
        if isinstance(fault, OSError):  # ssl.SSLError is one
            raise _failure(fault) from None


faults_named = _FaultsNamed()


def _failure(fault: OSError) -> Failure:
    if isinstance(fault, ssl.SSLError):
        return _tls_failure(fault)
    if isinstance(fault, ConnectionRefusedError):
        return Failure(Reason.REFUSED, "connection refused")
    if isinstance(fault, ConnectionError):
        return Failure(Reason.RESET, "connection reset by the target")
    if isinstance(fault, TimeoutError):
        # The kernel's own (ETIMEDOUT); the attempt's deadline cancels instead.
        return Failure(Reason.TIMEOUT, "the target did not answer")
    return _network_failure(fault)


def _tls_failure(fault: ssl.SSLError) -> Failure:
    if isinstance(fault, ssl.SSLCertVerificationError):
        reason = CERTIFICATE_FAULTS.get(fault.verify_code, Reason.TLS_INVALID)
        return Failure(reason, fault.verify_message)
    if isinstance(fault, ssl.SSLEOFError):
        return Failure(Reason.TLS_HANDSHAKE, "the target hung up during the handshake")
    return Failure(Reason.TLS_HANDSHAKE, fault.reason or str(fault))


def _network_failure(fault: OSError) -> Failure:
    text = fault.strerror or str(fault)
    if fault.errno in OUR_FAULTS:
        return inconclusive(Reason.AGENT_FAULT, text)
    if fault.errno == errno.ENETUNREACH:
        return inconclusive(Reason.NO_ROUTE, text)
    return Failure(Reason.UNREACHABLE, text)
