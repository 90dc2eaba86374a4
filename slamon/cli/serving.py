"""`slamon up`: ledger, views, web, and an agent as child process, until told to stop."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import uvicorn
from fastapi import APIRouter, Response

from catalogue.instants import format_instant
from slamon import metrics
from slamon.cli.assigning import AGENT, Targets, assign
from slamon.cli.child import Child
from slamon.cli.house import Decisions, House, now
from slamon.cli.settings import Settings
from slamon.cli.signing import found_at, link
from slamon.cli.terminal import console, fail, progress, refusals
from slamon.duties.books import Bookkeeping
from slamon.duties.schedule import Duties
from slamon.ingest import router as ingest
from slamon.ledger.lock import FolderLock
from slamon.views.promised import promises
from slamon.web.access import Access
from slamon.web.app import build

LOG = logging.getLogger("slamon")

LAG_LIMIT = 1_000  # facts; a view further behind does not answer for today
START_SECONDS = 20.0
SILENCE = 180_000_000  # µs; beyond two intervals of its fastest probe, an agent that works has handed in by then
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared with, never bound to by itself


@dataclass(frozen=True)
class Plan:
    """How to serve: where, for whom, and what the agent is told."""

    settings: Settings
    folder: Path
    targets: Targets = field(default_factory=Targets)
    agent_environment: Mapping[str, str] = field(default_factory=dict)
    any_port: bool = False


class Server:
    """Everything that runs while slamon is up."""

    def __init__(self, plan: Plan, house: House) -> None:
        self._plan = plan
        self._house = house
        self._stopping = threading.Event()
        self._broken: list[str] = []
        self._assigned_at = -1
        self._fastest: int | None = None
        self._started_at = now()
        self._key = secrets.token_urlsafe(32)
        self.access = Access(plan.folder / "access.db", now)
        self._socket = _listen(plan)
        host, port = self._socket.getsockname()[:2]
        self.url = f"http://{host}:{port}"
        self._web = uvicorn.Server(self._configuration())
        self._threads = [
            threading.Thread(target=self._serve, name="web", daemon=True),
            threading.Thread(target=self._fold, name="fold", daemon=True),
        ]
        self._agent = Child(self._agent_environment(), plan.folder / "agent.log")
        self._duties = Duties(Bookkeeping(house.ledger, house.reading, now).duties())

    @property
    def loopback_url(self) -> str:
        """Where processes of this machine find the web, whatever address it is bound to."""
        host, port = self._socket.getsockname()[:2]
        return self.url if host != ANY_ADDRESS else f"http://127.0.0.1:{port}"

    def sign_in_link(self, actor: str) -> str:
        """A link that signs in once."""
        return link(self.access, self.url, actor)

    def start(self) -> None:
        """Start web, fold, agent and duties; returns when the web answers."""
        self._assign()
        for thread in self._threads:
            thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._web.started and time.monotonic() < deadline:
            time.sleep(0.02)
        self._agent.start()
        self._duties.start()

    def wait(self) -> None:
        """Wait for SIGTERM or SIGINT, or for a part that cannot go on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self._stopping.wait()

    def stop(self) -> list[str]:
        """Stop the agent first, so that what it has is still taken in; what broke, if anything."""
        self._agent.stop()
        self._duties.stop()
        self._stopping.set()
        self._web.should_exit = True
        for thread in self._threads:
            thread.join(START_SECONDS)
        self._socket.close()
        self.access.close()
        return self._broken

    def _configuration(self) -> uvicorn.Config:
        digest = sha256(self._key.encode()).hexdigest()
        app = build(
            self._house.reading,
            Decisions(self._house),
            self.access,
            clock=now,
            ready=self._not_ready,
            extra_routers=(
                ingest.build(self._house.ledger, {AGENT: digest}.get, now),
                metrics_router(self._house),
            ),
        )
        return uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")

    def _serve(self) -> None:
        self._run("the web", lambda: self._web.run(sockets=[self._socket]))

    def _fold(self) -> None:
        folder = self._house.folder_of_views()
        self._run("the views", lambda: folder.follow(self._stopping.is_set, now, self._assign))

    def _run(self, part: str, work: Callable[[], None]) -> None:
        """Run a part; if it breaks, say so loudly and stop everything."""
        try:
            work()
        except Exception as wrong:
            LOG.exception("%s stopped", part)
            self._broken.append(f"{part} stopped: {wrong}")
        self._stopping.set()

    def _assign(self) -> None:
        """Tell the agent what the catalogue says now, when it has changed."""
        with self._house.store.reading() as connection:
            position = promises(connection).position
        if position != self._assigned_at:
            place = self._plan.settings.location
            assigned = assign(self._house, AGENT, place, self._plan.targets)
            intervals = [each.interval for probe in assigned.probes for each in probe.segments]
            self._fastest = min(intervals, default=None)
            self._assigned_at = position

    def _not_ready(self) -> list[str]:
        behind = self._house.ledger.position() - self._house.reading.position()
        late = [f"the views are {behind} facts behind"] if behind > LAG_LIMIT else []
        return [*self._broken, *late, *self._duties.failing(), *self._silence()]

    def _silence(self) -> list[str]:
        heard = max(self._house.reading.reported_until(AGENT) or 0, self._started_at)
        return silence(heard, now(), self._fastest, self._plan.folder / "agent.log")

    def _agent_environment(self) -> dict[str, str]:
        return {
            "SLAMON_AGENT_ID": AGENT,
            "SLAMON_AGENT_KEY": self._key,
            "SLAMON_CENTRE": self.loopback_url,
            "SLAMON_AGENT_ALLOW": self._plan.settings.agent_allow,
            "SLAMON_SPOOL": str(self._plan.folder / "spool.db"),
            **self._plan.agent_environment,
        }


def silence(heard: int, instant: int, fastest: int | None, log: Path) -> list[str]:
    """What to say of an agent last heard of at `heard`, be it stopped, refused or cut off.

    `fastest` is the shortest interval of its probes, None where it has none.
    """
    if fastest is None or instant - heard < SILENCE + 2 * fastest:
        return []
    return [f"{AGENT} has handed in nothing since {format_instant(heard)}; see {log}"]


def metrics_router(house: House) -> APIRouter:
    """`/metrics`, computed once per state of the views."""
    router = APIRouter(include_in_schema=False)
    program = version("slamon")

    @router.get("/metrics")
    def scrape() -> Response:
        instant = now()
        reading = house.reading
        standing = metrics.Standing(
            program,
            reading.overview(instant),
            reading.probes(instant),
            reading.breaches(None),
            reading.ledger(),
        )
        return Response(metrics.render(standing), media_type=metrics.CONTENT_TYPE)

    return router


def _listen(plan: Plan) -> socket.socket:
    """A socket on the port asked for, or on a free one if that is allowed."""
    settings = plan.settings
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as taken:
        in_use = taken.errno == errno.EADDRINUSE
        why = f"port {settings.port} is taken" if in_use else taken.strerror
        said = f"{settings.host}:{settings.port} cannot be used: {why}"
        if not plan.any_port:
            fail(f"{said}; set SLAMON_PORT to another")
        console.print(f"{said}; slamon took a free one, SLAMON_PORT sets another", soft_wrap=True)
        listener.bind((settings.host, 0))
    return listener


def up() -> None:
    """Run slamon: ledger, views, web and an agent on this machine, until SIGTERM or Ctrl+C."""
    settings = Settings()
    serve(Plan(settings, settings.data), lambda server: announce(server, settings))


def announce(server: Server, settings: Settings) -> None:
    """Say where slamon is, and how to sign in."""
    actor = settings.actor or os.environ.get("USER") or "operator"
    console.print(f"slamon is up at {server.url}", soft_wrap=True)
    console.print(f"sign in once, as {actor}: {server.sign_in_link(actor)}", soft_wrap=True)


def serve(plan: Plan, started: Callable[[Server], None]) -> None:
    """Hold the folder's lock, catch up, run everything, and stop cleanly."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with refusals(), FolderLock(plan.folder, "slamon up"), House(plan.folder) as house:
        catch_up(house)
        server = Server(plan, house)
        server.start()
        with found_at(plan.folder, server.url):
            started(server)
            server.wait()
        console.print("stopping: the agent hands in what it has")
        if broken := server.stop():
            fail("; ".join(broken))


def catch_up(house: House) -> None:
    """Fold while holding the lock ourselves, and keep the days that are over."""
    folder = house.folder_of_views()
    with progress("folding the ledger", house.ledger.position()) as bar:
        folder.catch_up(progress=lambda at: bar.update(bar.task_ids[0], completed=at))
    folder.settle(now())
    house.store.remove_older()
