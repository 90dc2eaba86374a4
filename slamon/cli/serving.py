"""`slamon up`: ledger, views, web, and an agent as child process, until told to stop."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Annotated

import typer

from slamon.app.program import this_program
from slamon.cli.house import House, now, place_in
from slamon.cli.listening import GUESSED, guessed
from slamon.cli.server import Plan, Server
from slamon.cli.settings import Settings
from slamon.cli.sharing import share_the_interpreter
from slamon.cli.terminal import console, errors, fail, progressing, refusals
from slamon.ledger.format import raise_format
from slamon.ledger.lock import FoldingLock, HeldError, folding_lock
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
    if guessed(server.url, settings):
        console.print(GUESSED, soft_wrap=True)


def serve(plan: Plan, started: Callable[[Server], None]) -> None:
    """Hold the ledger's lock or stand by, run everything, and stop cleanly."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with refusals():
        lock = folding_lock(place_in(plan.folder, plan.database), plan.folder, plan.command)
        holder = _holder(lock, standby=plan.standby)
        try:
            with House(plan.folder, plan.database) as house:
                raise_format(house.ledger, this_program().code_version)
                if holder is None:
                    _catch_up_as_far_as_possible(house)
                _serve(plan, house, lock, started, holder)
        finally:
            lock.release()


def _holder(lock: FoldingLock, *, standby: bool) -> str | None:
    """Take the lock; where it may stand by, the process that holds it instead."""
    try:
        lock.take()
    except HeldError as held:
        if not standby:
            raise
        return held.holder
    return None


def _serve(
    plan: Plan,
    house: House,
    lock: FoldingLock,
    started: Callable[[Server], None],
    holder: str | None,
) -> None:
    server = Server(plan, house, lock)
    share_the_interpreter()
    server.start()
    started(server)
    if plan.standby:
        _say_role(holder)
    server.wait(lambda: _say_role(None), folding=holder is None)
    console.print("stopping: the agent hands in what it has")
    if broken := server.stop():
        fail("; ".join(broken))


def _say_role(holder: str | None) -> None:
    """Say which process folds, to the log as well: it is what is looked up after a night."""
    said = f"folding now: process {os.getpid()} folds, and does what is due"
    if holder:
        said = f"standing by: {holder} folds; this is process {os.getpid()}, which takes over when that one is gone"
    console.print(said, highlight=False, soft_wrap=True)


def _catch_up_as_far_as_possible(house: House) -> None:
    """Where a fact cannot be applied, what is before it is served all the same; the web says so."""
    try:
        catch_up(house)
    except FoldError as wrong:
        errors.print(f"the views stand still: {wrong}", style="red", soft_wrap=True)


def catch_up(house: House) -> None:
    """Fold while holding the lock ourselves, and keep the days that are over."""
    folder = house.folder_of_views()
    with progressing("folding the ledger", house.ledger.position()) as tick:
        folder.catch_up(progress=tick)
    folder.settle(now())
