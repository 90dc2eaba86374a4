"""Everything that runs while slamon is up: the web, and the fold with its office."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import uvicorn

from slamon.app.enrolment import key_of
from slamon.cli.agentkey import agent_key
from slamon.cli.asking import Asker
from slamon.cli.assigning import AGENT, Targets
from slamon.cli.child import Child, surroundings
from slamon.cli.hearing import Ears
from slamon.cli.house import Decisions, House, now
from slamon.cli.listening import listen, loopback_url, must_be_whole, outer_url
from slamon.cli.office import Office
from slamon.cli.readiness import alarming, behind
from slamon.cli.scraping import metrics_router
from slamon.cli.settings import Settings
from slamon.cli.signing import Address, link
from slamon.cli.telling import Telling
from slamon.ingest import contacts
from slamon.ingest import router as ingest
from slamon.ingest.contacts import Contacts
from slamon.ingest.healths import Healths
from slamon.ledger.actors import Actors
from slamon.ledger.lock import FoldingLock
from slamon.ledger.trouble import passing
from slamon.views.following import Following
from slamon.web import ping
from slamon.web.access import Access
from slamon.web.app import build

LOG = logging.getLogger("slamon")

START_SECONDS = 20.0
LOOK_SECONDS = 0.25  # between two looks whether this process has taken over


@dataclass(frozen=True)
class Plan:
    """How to serve: where, for whom, what the agent is told, and whether to wait while another process folds."""

    settings: Settings
    folder: Path
    database: str = ""
    targets: Targets = field(default_factory=Targets)
    agent_environment: Mapping[str, str] = field(default_factory=dict)
    any_port: bool = False
    standby: bool = False
    own_agent: bool = True
    command: str = "slamon up"


class Server:
    """The web in one thread, the fold in another; `lock` says whether this process folds."""

    def __init__(self, plan: Plan, house: House, lock: FoldingLock) -> None:
        self._plan = plan
        self._house = house
        self._stopping = threading.Event()
        self._broken: list[str] = []
        self._key = agent_key(plan.folder)
        self.access = Access(plan.folder / "access.db", now)
        self._secured = must_be_whole(plan.settings)
        self._socket = listen(plan.settings, any_port=plan.any_port)
        self.url = outer_url(self._socket, plan.settings, secured=self._secured)
        self._inner = loopback_url(self._socket, secured=self._secured)
        self._log = plan.folder / "agent.log"
        self._contacts = Contacts()
        self._healths = Healths()
        self._office = Office(
            house,
            Telling(house, plan.settings.location, plan.targets, self._contacts.wire),
            Address(plan.folder, self._inner, "" if self.url == self._inner else self.url),
            self._child if plan.own_agent else None,
            house.newest_fact_at if plan.standby else self._life_before,
        )
        self._following = Following(
            house.folder_of_views(), lock, self._office, now, home=plan.folder
        )
        house.following = self._following
        self._web = uvicorn.Server(self._configuration())
        self._threads = (
            threading.Thread(target=self._serve, name="web", daemon=True),
            threading.Thread(target=self._follow, name="fold", daemon=True),
        )

    def sign_in_link(self, actor: str) -> str:
        """A link that signs in once."""
        return link(self.access, self.url, actor)

    def start(self) -> None:
        """Start web and fold; returns when the web answers."""
        web, fold = self._threads
        web.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._web.started and time.monotonic() < deadline:
            time.sleep(0.02)
        fold.start()

    def wait(self, took_over: Callable[[], None], *, folding: bool) -> None:
        """Wait for SIGTERM or SIGINT, or for the web to break; tell when this process, which stood by, folds."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        began = False
        while not self._stopping.wait(LOOK_SECONDS):
            role = self._following.pulse.role
            if role == "folding":
                if not folding:
                    took_over()
                folding = began = True
            elif role == "standing by" and began:
                folding = False

    def stop(self) -> list[str]:
        """Stop the agent first, so that what it has is still taken in; what broke, if anything."""
        self._office.close()
        self._stopping.set()
        self._web.should_exit = True
        for thread in reversed(self._threads):
            thread.join(START_SECONDS)
        self._socket.close()
        self.access.close()
        return self._broken

    def _configuration(self) -> uvicorn.Config:
        app = build(
            self._house.reading,
            Decisions(self._house),
            self.access,
            clock=now,
            ready=self._not_ready,
            stale=self._stale,
            person=Actors(self._house.folder).shown,
            home=self._plan.folder,
            ask=Asker(self._house, self._plan.settings),
            heard=lambda: contacts.lines(self._contacts, self._healths),
            extra_routers=(
                ingest.build(self._house.ledger, self._key_of, now, self._contacts, self._healths),
                contacts.router(self._contacts, self._healths),
                ping.build(Ears(self._house, self._plan.settings.location), now),
                metrics_router(self._house, lambda: self._following.pulse, self._healths.known),
            ),
        )
        settings = self._plan.settings
        return uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
        )

    def _life_before(self) -> int:
        """The last sign of life (µs) of whoever served this ledger before."""
        return self._house.newest_fact_at(self._house.began_at)

    def _key_of(self, agent: str) -> str | None:
        """The SHA-256 of an agent's key: ours is in the data folder, the others are enrolled."""
        if agent == AGENT:
            return sha256(self._key.encode()).hexdigest()
        return key_of(self._house.ledger, agent)

    def _serve(self) -> None:
        """Run the web; without it there is nothing to stay for."""
        try:
            self._web.run(sockets=[self._socket])
        except Exception as wrong:
            LOG.exception("the web stopped")
            self._broken.append(f"the web stopped: {wrong}")
        self._stopping.set()

    def _follow(self) -> None:
        """Fold, or stand by; what goes wrong is told by `/readyz`, and the web goes on."""
        self._following.run(lambda: self._office.closed)

    def _not_ready(self) -> list[str]:
        trouble = self._following.pulse.trouble
        told = [*self._broken, *([trouble] if trouble else [])]
        try:
            return [*told, *self._found()]
        except Exception as wrong:
            said = passing(wrong, self._plan.folder)
            if said is None:
                raise
            return [*told, said]

    def _stale(self) -> str | None:
        """What keeps the views from following the ledger, while nothing else is asked."""
        if trouble := self._following.pulse.trouble:
            return trouble
        try:
            return next(iter(self._late()), None)
        except Exception as wrong:
            if said := passing(wrong, self._plan.folder):
                return said
            raise

    def _late(self) -> list[str]:
        return behind(self._house.ledger.position(), self._house.reading.position())

    def _found(self) -> list[str]:
        """What ledger and views have to tell."""
        return [
            *self._late(),
            *alarming(self._house.store, now()),
            *self._office.complaints(self._log),
        ]

    def _child(self) -> Child:
        settings = self._plan.settings
        told = surroundings(
            *(self._plan.folder, AGENT, self._key),
            self._inner,
            settings.agent_allow,
            settings.tls_certificate,
        )
        return Child({**told, **self._plan.agent_environment}, self._log)
