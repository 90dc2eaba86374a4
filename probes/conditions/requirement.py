"""Conditions: each explains itself with the actual value.

Patterns come from the operator's own documents; they see at most 256 KiB, and one that backtracks without end is
interrupted where it would hold up an agent.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from probes.conditions.reply import Reply
from probes.outcome import Outcome

REGEX_INPUT = 256 * 1024
EXCERPT = 200
LONGEST_SEARCH = 0.5
LONGEST_TRY = 2.0  # seconds, with the start of a process
TRY = "import json, re, sys; re.search(*json.load(sys.stdin.buffer))"
CUT = "…"  # stands where the rest is left out


class Requirement(BaseModel, ABC):
    """A condition and how bad it is when it does not hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    severity: Literal["bad", "degraded"] = "bad"

    @abstractmethod
    def expectation(self) -> str:
        """Say in words what is expected."""

    @abstractmethod
    def look(self, reply: Reply) -> tuple[bool, str]:
        """Return whether the reply fulfils it, and the actual value in words."""

    def check(self, reply: Reply) -> Checked:
        """Hold the condition against a reply."""
        passed, actual = self.look(reply)
        failed = Outcome.DEGRADED if self.severity == "degraded" else Outcome.BAD
        return Checked(self, passed, actual, Outcome.GOOD if passed else failed)


@dataclass(frozen=True)
class Checked:
    """One condition held against one reply; `actual` is the value found, in words."""

    condition: Requirement
    passed: bool
    actual: str
    outcome: Outcome


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as fault:
        message = f"not a regular expression: {fault}"
        raise ValueError(message) from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
Text = Annotated[str, StringConstraints(min_length=1)]


def op_or(first: str) -> Callable[[object], str]:
    """Tell conditions on one field apart by `op`, and take one without it for the `first` that there was."""

    def op(said: object) -> str:
        found = said.get("op", first) if isinstance(said, Mapping) else getattr(said, "op", first)
        return str(found)

    return op


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


def excerpt(text: str) -> str:
    """Shorten to 200 characters and make control characters visible."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:EXCERPT])
    return shown if len(text) <= EXCERPT else f"{shown}{CUT}"
