"""Patterns: one that backtracks without end is interrupted where it would hold up an agent."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading

from probes.conditions.requirement import excerpt

LONGEST_SEARCH = 0.5
LONGEST_TRY = 2.0  # seconds, with the start of a process
TRY = "import json, re, sys; re.search(*json.load(sys.stdin.buffer))"


class EndlessPatternError(Exception):
    """A pattern can be tried in so many ways on a text that nobody waits for the last of them."""


def searched(pattern: str, text: str) -> re.Match[str] | None:
    """Look for a pattern in a text, for `LONGEST_SEARCH` seconds at the most.

    Raises:
        EndlessPatternError: it took longer.

    """
    said = f"the pattern {excerpt(pattern)} is looked for without end: fewer repetitions help"
    if threading.current_thread() is not threading.main_thread():
        if not _ends(pattern, text):
            raise EndlessPatternError(said)
        return re.search(pattern, text)

    def ended(*_: object) -> None:
        raise EndlessPatternError(said)

    # The clock is that of this process' own work: one that stood still is not late.
    before = signal.signal(signal.SIGVTALRM, ended)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_SEARCH)
    try:
        return re.search(pattern, text)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ends(pattern: str, text: str) -> bool:
    """Try a search in a process of its own: in another thread than the main one nothing interrupts it."""
    asked = json.dumps([pattern, text]).encode()
    try:
        command = [sys.executable, "-I", "-c", TRY]
        subprocess.run(command, input=asked, timeout=LONGEST_TRY, check=False)  # noqa: S603 - our own words
    except subprocess.TimeoutExpired:
        return False
    return True
