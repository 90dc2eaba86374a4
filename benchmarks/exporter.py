"""The reference exporter (Debian's prometheus-blackbox-exporter) asking the same pages at the same rate."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from benchmarks.webserver import NotInstalledError, free_port, on_core, wait_for

PROGRAM = "prometheus-blackbox-exporter"
HANDS = 4

CONFIGURATION = """modules:
  page:
    prober: http
    timeout: 10s
    http:
      tls_config: {ca_file: "%s"}
"""


class WrongVerdictError(Exception):
    """The exporter calls a page bad: nothing of this run can be compared."""


@contextmanager
def exporter(folder: Path, authority: Path, core: int) -> Iterator[tuple[int, int]]:
    """Run it on one core; its process id and its port.

    Raises:
        NotInstalledError: it is missing.

    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise NotInstalledError(f"{PROGRAM} is not installed (on Debian: apt-get install it)")
    file = folder / "blackbox.yml"
    file.write_text(CONFIGURATION % authority.resolve())
    port = free_port()
    command = [
        *(*on_core(core), program, f"--config.file={file}", "--log.level=error"),
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603  # our own
    try:
        wait_for(port)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def ask_paced(port: int, urls: Sequence[str], seconds: float, rate: float) -> int:
    """Have it ask pages at a steady rate (a second) by several hands; how many it asked.

    Raises:
        WrongVerdictError: it calls one bad.

    """
    wrong: list[str] = []
    asked = [0] * HANDS
    begun = time.monotonic()

    def hand(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        step = HANDS / rate
        due = begun + number * step / HANDS
        while due < begun + seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            url = urls[(number + HANDS * asked[number]) % len(urls)]
            connection.request("GET", f"/probe?module=page&target={quote(url, safe='')}")
            if b"\nprobe_success 1" not in connection.getresponse().read():
                wrong.append(url)
                break
            asked[number] += 1
            due += step
        connection.close()

    threads = [threading.Thread(target=hand, args=(n,)) for n in range(HANDS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if wrong:
        raise WrongVerdictError(f"blackbox_exporter calls {wrong[0]} bad")
    return sum(asked)
