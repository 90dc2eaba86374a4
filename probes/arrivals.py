"""When the kernel had it: arrivals told apart from the moment at which a busy loop came to look.

Each read carries the kernel's stamp of its newest byte (SO_TIMESTAMPNS, Linux); where there is none, TCP_INFO tells
how long ago data came last (`tcpi_last_data_recv`, in ticks of the kernel, 4 ms at 250 Hz). The round trip of a
connection's handshake is `tcpi_rtt`.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from collections.abc import Iterable
from functools import cache

STAMP = 35  # SO_TIMESTAMPNS and its control message, as Linux numbers them
ROOM = socket.CMSG_SPACE(16)
TCP_INFO = 11
TICK = 8_000  # µs; below two ticks of a slow kernel clock the difference may be the ticks' own

_STAMP = struct.Struct("qq")
_NUMBER = struct.Struct("I")
_INFO = 104
_LAST_DATA, _RTT, _RESENT = 52, 68, 100

Told = Iterable[tuple[int, int, bytes]]


def stamped(sock: socket.socket) -> bool:
    """Ask the kernel to stamp what arrives; false where it does not know how."""
    if sys.platform != "linux":
        return False
    try:
        sock.setsockopt(socket.SOL_SOCKET, STAMP, 1)
    except OSError:
        return False
    _keep_stamping()
    return True


@cache
def _keep_stamping() -> None:
    """Keep one socket: the kernel rewrites its own code each time the first asks for stamps, and when the last goes."""
    kept = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    kept.setsockopt(socket.SOL_SOCKET, STAMP, 1)
    kept.detach()  # it lasts as long as the process


def lag(sock: socket.socket, told: Told, waited: int) -> int:
    """How long (µs) what was just read had lain there, at most as long as it was waited for."""
    for level, kind, data in told:
        if level == socket.SOL_SOCKET and kind == STAMP:
            seconds, rest = _STAMP.unpack_from(data)
            found = (time.time_ns() - seconds * 1_000_000_000 - rest) // 1000
            # A stamp beyond the wait is another clock's (this process was given one of its own).
            return found if 0 <= found <= waited else 0
    (since,) = _told(sock, _LAST_DATA) or (0,)
    return min(since * 1000, waited) if since * 1000 > TICK else 0


def handshake(sock: socket.socket) -> int | None:
    """The round trip (µs) of a connection's handshake; None where a segment was sent again, or nobody knows."""
    resent, rtt = _told(sock, _RESENT, _RTT) or (0, 0)
    return None if resent else rtt or None


def _told(sock: socket.socket, *offsets: int) -> tuple[int, ...]:
    """Numbers of TCP_INFO; none where the kernel does not tell them all."""
    if sys.platform != "linux":
        return ()
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, TCP_INFO, _INFO)
    except OSError:
        return ()
    if len(info) < max(offsets) + _NUMBER.size:
        return ()
    return tuple(_NUMBER.unpack_from(info, each)[0] for each in offsets)
