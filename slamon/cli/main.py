"""The `slamon` command."""

from __future__ import annotations

import zoneinfo
from importlib.metadata import version
from typing import Annotated, ClassVar

import typer
from pydantic import ValidationError

from slamon.cli.commands import Deferred, environment, group
from slamon.cli.settings import Settings
from slamon.cli.terminal import USAGE, console, errors


class Commands(Deferred):
    """The commands, each with its place."""

    places: ClassVar = {
        "demo": "slamon.cli.demonstrating:demo",
        "up": "slamon.cli.serving:up",
        "sign-in": "slamon.cli.signing:sign_in",
        "doctor": "slamon.cli.doctoring:doctor",
        "judge": "slamon.cli.judging:judge",
        "close": "slamon.cli.judging:close",
        "charges": "slamon.cli.charging:charges",
        "cost": "slamon.cli.costing:cost",
        "budget": "slamon.cli.budgeting:budget",
        "compare": "slamon.cli.comparing:compare",
        "checks": "slamon.cli.checking:checks",
        "catalogue": "slamon.cli.documents:app",
        "agreement": "slamon.cli.agreeing:app",
        "tariff": "slamon.cli.pricing:app",
        "commitment": "slamon.cli.committing:app",
        "service": "slamon.cli.moving:app",
        "recommendation": "slamon.cli.recommending:recommendations",
        "ambiguity": "slamon.cli.recommending:ambiguities",
        "import": "slamon.cli.importing:app",
        "breaches": "slamon.cli.breaches:app",
        "exclusion": "slamon.cli.excluding:app",
        "attest": "slamon.cli.attesting:attest",
        "attestation": "slamon.cli.attesting:app",
        "observations": "slamon.cli.correcting:app",
        "incident": "slamon.cli.declaring:app",
        "probe": "slamon.cli.probing:app",
        "agent": "slamon.cli.agents:app",
        "heartbeat": "slamon.cli.heartbeats:app",
        "ledger": "slamon.cli.backing:app",
        "dashboards": "slamon.cli.dashboards:app",
        "actor": "slamon.cli.acting:app",
    }
    epilogs: ClassVar = {name: environment() for name in ("demo", "up")}


app = group(
    "slamon: what was promised, what was delivered, and what follows from the difference.",
    epilog=environment(),
    kind=Commands,
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
            said = each["msg"].removeprefix("Value error, ")
            errors.print(f"SLAMON_{str(each['loc'][0]).upper()}: {said}", style="red")
        raise SystemExit(USAGE) from None
