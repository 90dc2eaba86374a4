"""`slamon demo`: a world to look around in, populated from the first second."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from catalogue.instants import at_clock
from catalogue.periods import Period, period_of
from probes.batch import ObservationsRecorded
from probes.spec import AgentAssigned
from slamon.app import agents
from slamon.app.refused import Refused
from slamon.cli.assigning import Targets, compile_probes
from slamon.cli.documents import apply_plan, plan_of
from slamon.cli.house import Decisions, House, now
from slamon.cli.importing import import_file
from slamon.cli.serving import Plan, Server, catch_up, serve
from slamon.cli.settings import Settings
from slamon.cli.terminal import console, progress, refusals
from slamon.demo.history import history
from slamon.demo.misbehaviour import published
from slamon.demo.narrative import Greeting, greeting
from slamon.demo.site import Credentials
from slamon.demo.targets import Running, start
from slamon.demo.troubles import breach_month
from slamon.ledger.store import Write
from slamon.views.promised import promises

SETS = ("cms-2008", "digital-editions")
ACTOR = "it-consultant"
HISTORIAN = "agent-history"
SPOOL = "generated"
AGREEMENT = "sla-unv-2026"
ZONE = "Europe/Berlin"
FIRST_DAY = date(2026, 1, 1)
PROBES = ("prb-control", "prb-unv-dns", "prb-unv-gateway", "prb-unv-mail")
STREAMS_AT_ONCE = 10


def demo() -> None:
    """Show slamon at work: two catalogues, months of history, live targets that fail on schedule.

    Its data stand in the folder `demo` of the data folder.
    """
    settings = Settings()
    folder = settings.data / "demo"
    with refusals():
        _refuse_within(settings.data)
    with refusals(), targets_running() as targets:
        began = populated(folder, Targets("demo_target", targets.running.places))
        plan = Plan(
            settings=settings.model_copy(update={"agent_allow": "127.0.0.0/8"}),
            folder=folder,
            targets=Targets("demo_target", targets.running.places),
            agent_environment=targets.environment,
            any_port=True,
        )
        serve(plan, lambda server: _greet(server, targets.running, began))


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


def _greet(server: Server, targets: Running, began: int) -> None:
    told = Greeting(
        overview=f"{server.url}/",
        sign_in=server.sign_in_link(ACTOR),
        targets=targets.page,
        schedule=published(now()),
        moved=targets.moved,
        breached=breach_month(at_clock(FIRST_DAY, 0, ZONE), began),
    )
    console.print(greeting(told), crop=False, soft_wrap=True)


class LiveTargets:
    """The loopback targets on a loop of their own, in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="targets", daemon=True)
        self._thread.start()
        self._credentials = Credentials("demo", secrets.token_urlsafe(12))
        starting = asyncio.run_coroutine_threadsafe(start(now, self._credentials), self._loop)
        self.running = starting.result(timeout=20)

    @property
    def environment(self) -> dict[str, str]:
        """What the agent needs to know to be let in."""
        return {
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


def populated(folder: Path, targets: Targets) -> int:
    """Fill the folder if it is new; every step can be taken again. Returns the instant of the first start (µs)."""
    with House(folder) as house, house.alone("slamon demo"):
        catch_up(house)
        with as_file(files("catalogue").joinpath("starter")) as starter:
            _state_promises(house, [starter / name for name in SETS])
            _import_editions(house, starter / "digital-editions" / "data")
        began = _generate(house, targets)
        catch_up(house)
        _close_months(house, began)
    return began


def _state_promises(house: House, folders: Sequence[Path]) -> None:
    prepared = plan_of(house, list(folders))
    if prepared.plan.changes:
        apply_plan(house, prepared, actor=ACTOR, reason="starter catalogues of the demonstration")


def _import_editions(house: House, data: Path) -> None:
    if house.ledger.version("imports:imp-digital-editions"):
        return
    import_file(house, data / "digital-editions.csv", "imp-digital-editions", actor=ACTOR)


def _generate(house: House, targets: Targets) -> int:
    """Write the generated history, from the first day to the first start."""
    assignment = agents.assignment(house.ledger, HISTORIAN) or _assign_historian(house, targets)
    began = next(iter(house.ledger.stream(f"assignment:{HISTORIAN}"))).recorded_at
    begin = at_clock(FIRST_DAY, 0, ZONE)
    waiting: list[Write] = []
    with progress("generating ten months of history", (began - begin) // 1_000_000) as bar:
        for stream, batches in _by_stream(assignment, begin, began):
            written = house.ledger.version(stream)
            if len(batches) > written:
                waiting.append(Write(stream, batches[written:], written))
            if len(waiting) >= STREAMS_AT_ONCE:
                house.ledger.append_all(waiting, actor=f"agent:{HISTORIAN}", cause="demonstration")
                waiting = []
            bar.update(bar.task_ids[0], completed=(batches[-1].end - begin) // 1_000_000)
        house.ledger.append_all(waiting, actor=f"agent:{HISTORIAN}", cause="demonstration")
    return began


def _by_stream(
    assignment: AgentAssigned, begin: int, end: int
) -> Iterator[tuple[str, list[ObservationsRecorded]]]:
    current, batches = "", list[ObservationsRecorded]()
    for stream, _, batch in history(assignment, begin, end, agent=HISTORIAN, spool=SPOOL):
        if stream != current and batches:
            yield current, batches
            batches = []
        current = stream
        batches.append(batch)
    if batches:
        yield current, batches


def _assign_historian(house: House, targets: Targets) -> AgentAssigned:
    with house.store.reading() as connection:
        probes = compile_probes(promises(connection), targets, PROBES)
    return agents.assign(
        house.ledger, HISTORIAN, probes, location="loc-bonn", actor=ACTOR, simulated=True
    )


def _close_months(house: House, began: int) -> None:
    """Close the months before the first start; the last of them is in breach."""
    decisions = Decisions(house)
    period: Period = period_of("month", FIRST_DAY, ZONE)
    while period.end < began:
        if not house.ledger.version(f"period:{AGREEMENT}:{period.label}"):
            decisions.close(AGREEMENT, period.label, ACTOR)
        period = period.next()
