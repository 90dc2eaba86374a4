"""Open files: how many attempts at once this process may have, each of which holds connections."""

from __future__ import annotations

import logging
import resource

EACH = 4  # an attempt that is led on keeps what it came through open until its end
OTHERS = 100  # the spool, the talk with the centre, the resolver, the log

log = logging.getLogger(__name__)


def attempts_at_once(wanted: int) -> int:
    """Raise the limit of open files for `wanted` attempts at once, and return how many it allows, at least one."""
    needed = wanted * EACH + OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    possible = max(1, min(wanted, (allowed - OTHERS) // EACH))
    if possible < wanted:
        log.warning(
            "the limit of %d open files allows %d attempts at once instead of %d (see ulimit -Hn)",
            *(allowed, possible, wanted),
        )
    return possible
