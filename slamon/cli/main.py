"""The `slamon` command."""

from __future__ import annotations

import zoneinfo
from importlib.metadata import version
from typing import Annotated

import typer
from pydantic import ValidationError

from slamon.cli import (
    acting,
    agent,
    agents,
    backing,
    breaches,
    correcting,
    dashboards,
    declaring,
    demonstrating,
    doctoring,
    documents,
    excluding,
    importing,
    judging,
    ledgering,
    probing,
    serving,
    signing,
)
from slamon.cli.commands import environment, group
from slamon.cli.settings import Settings
from slamon.cli.terminal import USAGE, console, errors

app = group(
    "slamon: what was promised, what was delivered, and what follows from the difference.",
    epilog=environment(),
)


def _say_version(*, asked: bool) -> None:
    if asked:
        console.print(version("slamon"))
        raise typer.Exit


@app.callback()
def slamon(
    *,
    version_asked: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda asked: _say_version(asked=asked),
            is_eager=True,
            help="Say which version this is.",
        ),
    ] = False,
) -> None:
    """Promises, observations, judgement."""


app.command("demo", epilog=environment())(demonstrating.demo)
app.command("up", epilog=environment())(serving.up)
app.command("sign-in")(signing.sign_in)
app.command("doctor")(doctoring.doctor)
app.command("judge")(judging.judge)
app.command("close")(judging.close)
app.add_typer(documents.app, name="catalogue")
app.add_typer(importing.app, name="import")
app.add_typer(breaches.app, name="breaches")
app.add_typer(excluding.app, name="exclusion")
app.add_typer(correcting.app, name="observations")
app.add_typer(declaring.app, name="incident")
app.add_typer(probing.app, name="probe")
app.add_typer(agent.app, name="agent")
agent.app.command("list")(agents.list_all)
for handling in (agents.quarantine, agents.release):
    agent.app.command(handling.__name__)(handling)
app.add_typer(ledgering.app, name="ledger")
for command in (backing.backup, backing.restore, backing.restored):
    ledgering.app.command(command.__name__)(command)
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(acting.app, name="actor")


def run() -> None:
    """Run the command line with the time zones that came with slamon, not those of the host."""
    zoneinfo.reset_tzpath([])
    _refuse_wrong_settings()
    app()


def _refuse_wrong_settings() -> None:
    try:
        Settings()
    except ValidationError as wrong:
        for each in wrong.errors():
            errors.print(f"SLAMON_{str(each['loc'][0]).upper()}: {each['msg']}", style="red")
        raise SystemExit(USAGE) from None
