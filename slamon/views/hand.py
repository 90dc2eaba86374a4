"""A hand: a second process that works out what is stored, while its owner goes on. `python -m slamon.views.hand`.

What is asked of it is answered in that order, as bytes. It ends by itself when its owner does.
"""

from __future__ import annotations

import logging
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from queue import SimpleQueue
from typing import IO, Any, Self

from slamon.views.uncollected import uncollected

Job = Callable[..., bytes]
"""A function that a module names; its arguments can be pickled."""

WORTH = 50_000  # facts: below, starting it takes as long as it saves

LOG = logging.getLogger("slamon")

_FRAME = struct.Struct(">?Q")
_ENDED = b"the second process has ended"


class HandError(Exception):
    """The hand could not do what was asked. Who asked does it alone, and sees what is wrong."""


class Hand:
    """A second process, and a thread that takes its answers in as they come. Ask small things, a few ahead."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # this program itself
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # a key pressed in the terminal is for its owner
        )
        self._answers: SimpleQueue[tuple[bool, bytes]] = SimpleQueue()
        self._taker = threading.Thread(target=self._take, name="hand", daemon=True)
        self._taker.start()

    def ask(self, job: Job, *given: Any) -> None:
        """Let it begin.

        Raises:
            HandError: it has ended.

        """
        try:
            _pipe(self._process.stdin).write(pickle.dumps((job, given)))
            _pipe(self._process.stdin).flush()
        except OSError as wrong:
            raise HandError(_ENDED.decode()) from wrong

    def answer(self) -> bytes:
        """Wait for the answer to the oldest question.

        Raises:
            HandError: it failed, or has ended.

        """
        well, said = self._answers.get()
        if not well:
            if said == _ENDED:
                self._answers.put((well, said))  # for whoever asks next
            LOG.warning("a second process was to help and could not: %s", said.decode())
            raise HandError(said.decode())
        return said

    def ready(self) -> bool:
        """Whether an answer has come."""
        return not self._answers.empty()

    def _take(self) -> None:
        source = _pipe(self._process.stdout)
        while len(head := source.read(_FRAME.size)) == _FRAME.size:
            well, length = _FRAME.unpack(head)
            said = source.read(length)
            if len(said) == length:
                self._answers.put((well, said))
        self._process.wait()
        self._answers.put((False, _ENDED))

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        """Lend it for a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let it go, whatever it is doing."""
        self.kill()
        self._taker.join()
        with suppress(OSError):  # what was asked last may not have reached it
            _pipe(self._process.stdin).close()
        _pipe(self._process.stdout).close()


def helped(facts: int) -> AbstractContextManager[Hand | None]:
    """A hand for a block, where there are so many facts that it pays, and a second core to run it."""
    return Hand() if facts >= WORTH and (os.cpu_count() or 1) > 1 else nullcontext()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise HandError(_ENDED.decode())
    return end


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until nobody asks any more."""
    while True:
        try:
            job, given = pickle.load(questions)  # noqa: S301  # its owner's, over their own pipe
        except EOFError:
            return
        try:
            with uncollected():
                well, said = True, job(*given)
        except Exception as wrong:  # noqa: BLE001  # the owner meets it again, and says what it is
            well, said = False, f"{type(wrong).__name__}: {wrong}".encode()
        answers.write(_FRAME.pack(well, len(said)) + said)
        answers.flush()


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # its owner has gone
        serve(sys.stdin.buffer, sys.stdout.buffer)
