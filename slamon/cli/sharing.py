"""How the threads of a server share the one interpreter: who answers waits little for what is computed beside."""

from __future__ import annotations

import gc
import sys

SWITCH_SECONDS = (
    0.001  # an answer asks its store some twenty times, and waits for the interpreter each time
)
FULL_COLLECTION_AFTER = (
    1_000  # collections of what is younger; each of the two before goes on as usual
)


def share_the_interpreter() -> None:
    """Let answers wait little for what is computed beside; to be called once everything stands.

    A look through all memory for garbage stops every thread, for 0.2 s where a thousand services are known, and a new
    overview causes three. It finds next to nothing: what is computed holds no rings, and goes when it is let go.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_COLLECTION_AFTER)
