"""Ten thousand HTTPS probes a minute by one agent on one core: its cost, how late they start, how many are lost.

A real agent (`python -m probes`, with its spool on disk) on core 0 asks nginx on core 1, a new connection and a full
handshake each time, and hands in to a centre that only keeps. Baselines of the same run: blackbox_exporter on core 0,
asked for the same pages at the same rate; for lateness a bare loop that only sleeps until each slot; for coverage the
slots that the assignment says are due. Then with half of the targets silent until the timeout; then with the loop
blocked (`benchmarks.stalled`).
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from benchmarks import stalled
from benchmarks.exporter import ask_paced, exporter
from benchmarks.figure import Figure
from benchmarks.handin import KEY, Results, hand_in
from benchmarks.webserver import Web, on_core, web_server
from probes.spec import AgentAssigned, AssignedProbe, Segment, phase_of
from probes.specs.web import HttpSpec

PROBES = 10_000
MINUTE = 60_000_000  # µs
SECOND = 1_000_000
TIMEOUT = 10 * SECOND
AGENT_CORE, SERVER_CORE = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """How much is asked for how long; `settle` (s) is what the agent is given to read its list and run steadily."""

    probes: int
    interval: int
    seconds: float
    settle: float

    @property
    def rate(self) -> float:
        """Probes a second."""
        return self.probes * SECOND / self.interval


@dataclass(frozen=True)
class Run:
    """What one agent did: CPU seconds in the span that was measured, and what it handed in of it."""

    cpu: float
    seconds: float
    results: Results

    @property
    def per_probe(self) -> float:
        """CPU µs of a probe, all that an agent does included."""
        return self.cpu * SECOND / len(self.results.rows)


def measure(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """CPU, lateness, coverage; with half of the targets silent; with the loop blocked."""
    load = Load(150, SECOND, 2.0, 2.5) if short else Load(PROBES, MINUTE, 180.0, 10.0)
    brief = load if short else replace(load, seconds=60.0)
    with TemporaryDirectory(dir=".", prefix=".benchmark-") as name:
        folder = Path(name)
        with web_server(folder / "web", SERVER_CORE) as web:
            return [
                *_under_load(folder, web, load, tls=True),
                *_under_load(folder, web, brief, tls=False)[:2],
                *_half_silent(folder, web, brief),
                *stalled.measure(1.5 if short else 30.0),
            ]


def _under_load(folder: Path, web: Web, load: Load, *, tls: bool) -> list[Figure]:
    urls = web.urls(load.probes, tls=tls)
    _say(f"{len(urls)} pages, {'TLS' if tls else 'plain'}, for {load.seconds:.0f} s")
    run = _run(folder / f"agent-{tls}", web, urls, load)
    reference = _exporter_cpu(folder, web, urls, load)
    kind = f"{load.rate * 60:,.0f} {'HTTPS' if tls else 'plain'} probes/min"
    asked = len(run.results.rows)
    bare = asyncio.run(_bare_lateness(load))
    return [
        Figure(f"CPU of a core, {kind}", 100 * run.cpu / run.seconds, "%", 100 * reference[0]),
        Figure(f"CPU of a probe, {kind}", run.per_probe, "µs", reference[1]),
        Figure(f"lateness p99, {kind}", _p99(run.results.lateness), "ms", bare),
        Figure(f"slots with a result, {kind}", asked, "slots", len(run.results.expected)),
        Figure(f"results that differ, {kind}", len(set(run.results.rows)), "results", asked),
        Figure(f"suspect latencies, {kind}", run.results.suspect, "results", asked),
    ]


def _half_silent(folder: Path, web: Web, load: Load) -> list[Figure]:
    _say("half of the targets silent")
    with _silence() as port:
        healthy = web.urls(load.probes // 2, tls=True)
        silent = [
            f"https://127.1.{n // 250}.{n % 250 + 1}:{port}/" for n in range(load.probes // 2)
        ]
        run = _run(folder / "agent-half", web, [*healthy, *silent], load)
    well = [slot for slot in run.results.rows if slot[1] < len(healthy)]
    due = [slot for slot in run.results.expected if slot[1] < len(healthy)]
    return [
        Figure("slots of the healthy half, the rest silent", len(well), "slots", len(due)),
        Figure(
            "slots of the silent half",
            len(run.results.rows) - len(well),
            "slots",
            len(run.results.expected) - len(due),
        ),
        Figure("lateness p99, half silent", _p99(run.results.lateness), "ms", 100.0),
    ]


def _assignment(urls: Sequence[str], load: Load) -> AgentAssigned:
    timeout = min(TIMEOUT, load.interval)
    return AgentAssigned(
        version=1,
        location="benchmark",
        probes=tuple(
            AssignedProbe(
                probe=f"p{n}",
                spec=HttpSpec(url=url, timeout=timeout),
                phase=phase_of(f"p{n}", load.interval),
                segments=(Segment(interval=load.interval),),
            )
            for n, url in enumerate(urls)
        ),
    )


def _run(folder: Path, web: Web, urls: Sequence[str], load: Load) -> Run:
    folder.mkdir()
    with hand_in(_assignment(urls, load)) as centre:
        agent = subprocess.Popen(  # noqa: S603  # our own program
            [*on_core(AGENT_CORE), sys.executable, "-m", "probes"],
            env={
                **os.environ,
                "SLAMON_AGENT_ID": "benchmark",
                "SLAMON_AGENT_KEY": KEY,
                "SLAMON_CENTRE": centre.url,
                "SLAMON_AGENT_ALLOW": "127.0.0.0/8",
                "SLAMON_SPOOL": str(folder / "spool.db"),
                "SSL_CERT_FILE": str(web.authority.resolve()),
            },
            stderr=(folder / "agent.log").open("wb"),
        )
        try:
            time.sleep(load.settle)
            begin, cpu = _now(), _cpu(agent.pid)
            time.sleep(load.seconds)
            end, spent = _now(), _cpu(agent.pid) - cpu
            time.sleep(min(TIMEOUT, load.interval) / SECOND)
        finally:
            agent.send_signal(signal.SIGTERM)
            agent.wait()
        return Run(spent, (end - begin) / SECOND, centre.results(begin, end))


def _exporter_cpu(folder: Path, web: Web, urls: Sequence[str], load: Load) -> tuple[float, float]:
    """Of the exporter under the same load: its share of a core, and the CPU µs of a probe."""
    seconds = min(load.seconds, 60.0)
    with exporter(folder, web.authority, AGENT_CORE) as (process, port):
        ask_paced(port, urls, 1.0, load.rate)
        cpu = _cpu(process)
        asked = ask_paced(port, urls, seconds, load.rate)
        spent = _cpu(process) - cpu
    return spent / seconds, spent * SECOND / asked


async def _bare_lateness(load: Load) -> float:
    """How late (p99, ms) a loop is that has nothing to do but to wait for the same slots, for ten seconds."""
    late = []
    begun = time.monotonic()
    for number in range(int(min(load.seconds, 10.0) * load.rate)):
        due = begun + number / load.rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late.append((time.monotonic() - due) * 1000)
    return _p99(late)


@contextmanager
def _silence() -> Iterator[int]:
    """A port at every loopback address where connections are taken in by the kernel, and nobody answers."""
    with closing(socket.socket()) as deaf:
        deaf.bind(("0.0.0.0", 0))  # noqa: S104  # the loopback network has no other name
        deaf.listen(65_535)
        port: int = deaf.getsockname()[1]
        yield port


def _cpu(process: int) -> float:
    """CPU seconds of a process, its threads included."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


def _now() -> int:
    return time.time_ns() // 1000


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
