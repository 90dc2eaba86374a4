"""A real program as server of a test: on free ports of loopback, in a folder of its own, stopped by its handle."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

HOST = "127.0.0.1"
UNPRIVILEGED = "nobody"  # for programs that refuse to be root, or would change what is not theirs
START_SECONDS = 30
STOP_SECONDS = 10
ATTEMPTS = 5  # another program may be faster on a port that was free


@dataclass(frozen=True)
class Running:
    """A server that answers: its process, its ports in the order asked for, its folder."""

    pid: int
    ports: tuple[int, ...]
    folder: Path


Command = Callable[[Path, Sequence[int]], list[str]]
Answers = Callable[[int], bool]


def connects(port: int) -> bool:
    """Whether somebody accepts connections on this port of loopback."""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


@contextmanager
def folder_of(name: str, user: str | None = None) -> Iterator[Path]:
    """A new folder that every user may pass through, gone afterwards."""
    folder = Path(mkdtemp(prefix=f"slamon-{name}-"))
    try:
        folder.chmod(0o755)
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    name: str,
    command: Command,
    *,
    ports: int = 1,
    unprivileged: bool = False,
    answers: Answers = connects,
    prepared: Callable[[Path], list[str]] | None = None,
) -> Iterator[Running]:
    """Run the command made for a folder and free ports until the end of the `with`; before it, once, `prepared`.

    Raises:
        RuntimeError: it does not answer on all its ports; with what it said.

    """
    user = _unprivileged() if unprivileged else None
    with folder_of(name, user) as folder:
        if prepared is not None:
            _run(prepared(folder), folder, user)
        for _ in range(ATTEMPTS):
            chosen = free_ports(ports)
            process = _started(command(folder, chosen), folder, user)
            try:
                if _ready(process, chosen, answers):
                    yield Running(process.pid, chosen, folder)
                    return
            finally:
                _stop(process)
        raise RuntimeError(f"{name} does not answer: {(folder / 'log').read_text()}")


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """Stop a server with all its children, as a machine that hangs does; its kernel still accepts connections."""
    os.killpg(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(pid, signal.SIGCONT)


def free_ports(count: int) -> tuple[int, ...]:
    """Different ports of loopback on which nobody listens, neither by TCP nor by UDP."""
    found: list[int] = []
    taken: list[socket.socket] = []
    try:
        while len(found) < count:
            stream, packets = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
            taken += [stream, packets]
            stream.bind((HOST, 0))
            with suppress(OSError):
                packets.bind(stream.getsockname())
                found.append(stream.getsockname()[1])
    finally:
        for each in taken:
            each.close()
    return tuple(found)


def handed_over(*paths: Path) -> None:
    """Give files to whom an unprivileged program runs as, which some insist on."""
    if (user := _unprivileged()) is not None:
        for each in paths:
            shutil.chown(each, user)


def _unprivileged() -> str | None:
    return UNPRIVILEGED if os.geteuid() == 0 else None


def _run(command: list[str], folder: Path, user: str | None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        user=user,
        extra_groups=None if user is None else (),
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")


def _started(command: list[str], folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    # A server whose owner is killed goes too.
    with_owner = [found, "--pdeathsig", "TERM"] if (found := shutil.which("setpriv")) else []
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [*with_owner, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=user,
            extra_groups=None if user is None else (),
            start_new_session=True,
        )


def _ready(process: subprocess.Popen[bytes], ports: Sequence[int], answers: Answers) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if all(answers(each) for each in ports) and process.poll() is None:
            return True
        time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # children that outlive their parent
