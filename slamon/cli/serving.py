"""`slamon up`: ledger, views, web, and an agent as child process, until told to stop."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Annotated

import typer

from slamon.app.program import this_program
from slamon.cli.house import House, now, place_in
from slamon.cli.server import Plan, Server
from slamon.cli.settings import Settings
from slamon.cli.sharing import share_the_interpreter
from slamon.cli.terminal import console, errors, fail, progress, refusals
from slamon.ledger.format import raise_format
from slamon.ledger.lock import FoldingLock, folding_lock
from slamon.views.fold import FoldError


def up(
    *,
    standby: Annotated[
        bool,
        typer.Option(
            "--standby",
            help="While another process folds this ledger, serve what it folds, and take over when it is gone.",
        ),
    ] = False,
    no_agent: Annotated[
        bool, typer.Option("--no-agent", help="Start no agent: `slamon agent run` is run apart.")
    ] = False,
) -> None:
    """Run slamon: ledger, views, web and an agent on this machine, until SIGTERM or Ctrl+C."""
    settings = Settings()
    plan = Plan(settings, settings.data, settings.database, standby=standby, own_agent=not no_agent)
    serve(plan, lambda server: announce(server, settings))


def announce(server: Server, settings: Settings) -> None:
    """Say where slamon is, and how to sign in."""
    actor = settings.actor or os.environ.get("USER") or "operator"
    console.print(f"slamon is up at {server.url}", soft_wrap=True)
    console.print(f"sign in once, as {actor}: {server.sign_in_link(actor)}", soft_wrap=True)


def serve(plan: Plan, started: Callable[[Server], None]) -> None:
    """Hold the ledger's lock or stand by, run everything, and stop cleanly."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with refusals():
        lock = folding_lock(place_in(plan.folder, plan.database), plan.folder, plan.command)
        held = _taken(lock, standby=plan.standby)
        try:
            with House(plan.folder, plan.database) as house:
                raise_format(house.ledger, this_program().code_version)
                if held:
                    _catch_up_as_far_as_possible(house)
                _serve(plan, house, lock, started)
        finally:
            lock.release()


def _taken(lock: FoldingLock, *, standby: bool) -> bool:
    """Take the lock; one who may stand by need not have it."""
    if standby:
        return lock.try_take()
    lock.take()
    return True


def _serve(plan: Plan, house: House, lock: FoldingLock, started: Callable[[Server], None]) -> None:
    server = Server(plan, house, lock)
    share_the_interpreter()
    server.start()
    started(server)
    server.wait()
    console.print("stopping: the agent hands in what it has")
    if broken := server.stop():
        fail("; ".join(broken))


def _catch_up_as_far_as_possible(house: House) -> None:
    """Where a fact cannot be applied, what is before it is served all the same; the web says so."""
    try:
        catch_up(house)
    except FoldError as wrong:
        errors.print(f"the views stand still: {wrong}", style="red", soft_wrap=True)


def catch_up(house: House) -> None:
    """Fold while holding the lock ourselves, and keep the days that are over."""
    folder = house.folder_of_views()
    with progress("folding the ledger", house.ledger.position()) as bar:
        folder.catch_up(progress=lambda at: bar.update(bar.task_ids[0], completed=at))
    folder.settle(now())
