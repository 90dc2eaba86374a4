"""Faults of the network, translated into failures with a reason."""

from __future__ import annotations

import errno

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


class _FaultsNamed:
    """Translates faults of the network into failures with a reason, within a `with`.

    Written out, as a generator would cost more than what it surrounds.

    Raises:
        Failure: bad for the target's faults, inconclusive for our own.

    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, fault: BaseException | None, __: object) -> None:
        if isinstance(fault, OSError):
            raise _failure(fault) from None


faults_named = _FaultsNamed()


def _failure(fault: OSError) -> Failure:
    if isinstance(fault, ConnectionRefusedError):
        return Failure(Reason.REFUSED, "connection refused")
    if isinstance(fault, ConnectionError):
        return Failure(Reason.RESET, "connection reset by the target")
    if isinstance(fault, TimeoutError):
        # The kernel's own (ETIMEDOUT); the attempt's deadline cancels instead.
        return Failure(Reason.TIMEOUT, "the target did not answer")
    return _network_failure(fault)


def _network_failure(fault: OSError) -> Failure:
    text = fault.strerror or str(fault)
    if fault.errno in OUR_FAULTS:
        return inconclusive(Reason.AGENT_FAULT, text)
    if fault.errno == errno.ENETUNREACH:
        return inconclusive(Reason.NO_ROUTE, text)
    return Failure(Reason.UNREACHABLE, text)
