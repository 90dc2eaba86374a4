"""The heap of a process that shakes hands all day: what is freed is kept for the next attempt."""

from __future__ import annotations

import ctypes
import gc
import sys

# Parameters of mallopt as glibc numbers them (malloc.h).
TRIM_THRESHOLD, TOP_PAD = -1, -2
KEPT, STEP = 256 << 20, 16 << 20  # bytes
YOUNG = (
    10_000,
    20,
    50,
)  # objects, and rounds of the younger generations; Python's own are 700, 10, 10


def keep_what_is_freed() -> bool:
    """Let the C library keep the top of its heap; false where it has no such setting.

    By default it gives the top back to the system after nearly every TLS handshake and takes it again for the next:
    about a tenth of an agent's CPU time. What is kept is what was in use at once, at most 256 MiB.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "mallopt"):
        return False
    return bool(library.mallopt(TRIM_THRESHOLD, KEPT) and library.mallopt(TOP_PAD, STEP))


def look_for_cycles_seldom() -> None:
    """Let what is in use be looked through for cycles a fifteenth as often: attempts leave hardly any."""
    gc.set_threshold(*YOUNG)
