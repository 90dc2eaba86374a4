"""`slamon demo`: a world to look around in, populated from the first second."""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from catalogue.instants import at_clock, format_instant
from catalogue.periods import Period, period_of
from slamon.app.refused import Refused
from slamon.cli.assigning import Targets, compile_probes
from slamon.cli.documents import apply_plan, plan_of
from slamon.cli.generating import assigned_at, generate
from slamon.cli.house import Decisions, House, now
from slamon.cli.reliving import closed_at, relive
from slamon.cli.server import Plan, Server
from slamon.cli.serving import catch_up, serve
from slamon.cli.settings import Settings
from slamon.cli.taking import import_file
from slamon.cli.terminal import console, progress, refusals
from slamon.demo import world2008
from slamon.demo.history import Historian
from slamon.demo.misbehaviour import published
from slamon.demo.narrative import Greeting, Restated, greeting
from slamon.demo.site import Credentials
from slamon.demo.targets import Running, start
from slamon.demo.troubles import breach_month
from slamon.views.promised import promises

SETS = ("cms-2008", "digital-editions")
ACTOR = "it-consultant"
HISTORIAN = "agent-history"
AGREEMENT = "sla-unv-2026"
ZONE = "Europe/Berlin"
FIRST_DAY = date(2026, 1, 1)
PRESENT = Historian(agent=HISTORIAN, location="loc-bonn", begin=at_clock(FIRST_DAY, 0, ZONE))
HISTORIANS = (*world2008.HISTORIANS, PRESENT)
SECOND = 1_000_000
APART = (
    "SLAMON_DATABASE is set: the demonstration writes nothing there, its data are files in {folder}. "
    "For commands on them, set SLAMON_DATA={folder} and unset SLAMON_DATABASE."
)


def demo() -> None:
    """Show slamon at work: two catalogues, months of history, live targets that fail on schedule.

    Its data stand in files, in the folder `demo` of the data folder; never in the database of SLAMON_DATABASE.
    """
    settings = Settings()
    folder = settings.data / "demo"
    if settings.database:
        console.print(APART.format(folder=folder), soft_wrap=True)
    with refusals():
        _refuse_within(settings.data)
    with refusals(), targets_running() as targets:
        past = populated(folder, Targets("demo_target", targets.running.places))
        environment = targets.environment(folder)
        os.environ.update(environment)  # who asks a probe by hand is let in as the agent is
        plan = Plan(
            settings=Settings(agent_allow="127.0.0.0/8"),
            folder=folder,
            targets=Targets("demo_target", targets.running.places),
            agent_environment=environment,
            any_port=True,
            command="slamon demo",
        )
        serve(plan, lambda server: _greet(server, targets.running, folder, past))


def _refuse_within(data: Path) -> None:
    """Refuse to make a demonstration inside of another.

    Raises:
        Refused: the data folder is that of a demonstration.

    """
    if not (data / "ledger.db").is_file():
        return
    with House(data) as house:
        if house.ledger.version(f"assignment:{HISTORIAN}"):
            message = (
                f"{data} is the data folder of a demonstration: "
                f"set SLAMON_DATA to its parent, {data.parent}, or to nothing"
            )
            raise Refused(message)


def _greet(server: Server, targets: Running, folder: Path, past: Past) -> None:
    without_database = "SLAMON_DATABASE= " if Settings().database else ""
    told = Greeting(
        overview=f"{server.url}/",
        sign_in=server.sign_in_link(ACTOR),
        targets=targets.page,
        schedule=published(now()),
        moved=targets.moved,
        breached=breach_month(at_clock(FIRST_DAY, 0, ZONE), past.began),
        restated=Restated(
            page=f"{server.url}/agreements/{world2008.AGREEMENT}/periods/{world2008.RESTATED}",
            command=f"{without_database}SLAMON_DATA={quote(str(folder))} slamon judge --agreement {world2008.AGREEMENT}"
            f" --period {world2008.RESTATED} --as-known-at {format_instant(past.closed)}",
        ),
    )
    console.print(greeting(told), crop=False, soft_wrap=True)


class Past(NamedTuple):
    """When the demonstration was first started, and when it closed the month that it then restated (µs)."""

    began: int
    closed: int


class LiveTargets:
    """The loopback targets on a loop of their own, in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="targets", daemon=True)
        self._thread.start()
        self._credentials = Credentials("demo", secrets.token_urlsafe(12))
        starting = asyncio.run_coroutine_threadsafe(start(now, self._credentials), self._loop)
        self.running = starting.result(timeout=20)

    def environment(self, folder: Path) -> dict[str, str]:
        """What the agent needs to know to be let in, and to trust the targets: their certificate, in the folder."""
        authority = folder / "targets.pem"
        authority.write_bytes(self.running.certificate)
        return {
            "SLAMON_AGENT_CA": str(authority),
            "SLAMON_HC_USER": self._credentials.user,
            "SLAMON_HC_PASSWORD": self._credentials.password,
        }

    def stop(self) -> None:
        """Close all targets."""
        asyncio.run_coroutine_threadsafe(self.running.stop(), self._loop).result(timeout=20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=20)
        self._loop.close()


@contextmanager
def targets_running() -> Iterator[LiveTargets]:
    """The loopback targets while a block runs."""
    targets = LiveTargets()
    try:
        yield targets
    finally:
        targets.stop()


def populated(folder: Path, targets: Targets) -> Past:
    """Fill the folder if it is new; every step can be taken again."""
    with House(folder) as house, house.alone("slamon demo"):
        catch_up(house)
        with as_file(files("catalogue").joinpath("starter")) as starter:
            _state_promises(house, [starter / name for name in SETS])
            _import_editions(house, starter / "digital-editions" / "data")
        began = _generate(house, targets)
        catch_up(house)
        relive(house, actor=ACTOR)
        _close_months(house, began)
        return Past(began, closed_at(house, world2008.AGREEMENT, world2008.RESTATED))


def _state_promises(house: House, folders: Sequence[Path]) -> None:
    prepared = plan_of(house, list(folders))
    if prepared.plan.changes:
        apply_plan(house, prepared, actor=ACTOR, reason="starter catalogues of the demonstration")


def _import_editions(house: House, data: Path) -> None:
    if house.ledger.version("imports:imp-digital-editions"):
        return
    import_file(house, data / "digital-editions.csv", "imp-digital-editions", actor=ACTOR)


def _generate(house: House, targets: Targets) -> int:
    """Write the generated history: 2008 from two places, 2026 to the first start, whose instant (µs) it returns."""
    with house.store.reading() as connection:
        probes = compile_probes(promises(connection), targets, world2008.PROBES)
    with progress("generating the history of two years", sum(map(_length, HISTORIANS))) as bar:
        done = 0
        for each in HISTORIANS:

            def tick(at: int, before: int = done - each.begin // SECOND) -> None:
                bar.update(bar.task_ids[0], completed=before + at // SECOND)

            generate(house, each, probes, actor=ACTOR, tick=tick)
            done += _length(each)
    return assigned_at(house, PRESENT)


def _length(historian: Historian) -> int:
    """How many seconds a historian tells of."""
    return ((historian.end or now()) - historian.begin) // SECOND


def _close_months(house: House, began: int) -> None:
    """Close the months before the first start; the last of them is in breach."""
    decisions = Decisions(house)
    period: Period = period_of("month", FIRST_DAY, ZONE)
    while period.end < began:
        if not house.ledger.version(f"period:{AGREEMENT}:{period.label}"):
            decisions.close(AGREEMENT, period.label, ACTOR)
        period = period.next()
