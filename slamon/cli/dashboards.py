"""`slamon dashboards`: write the dashboards of Grafana, or check that they are as generated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slamon.cli.terminal import console, fail
from slamon.grafana import files

app = typer.Typer(no_args_is_help=True, help="Dashboards of Grafana: build, check.")

Folder = Annotated[Path, typer.Option(help="Where they are.", metavar="DIR")]


@app.command()
def build(folder: Folder = Path("dashboards")) -> None:
    """Write the dashboards."""
    for path in files.write(folder):
        console.print(f"wrote {path}")


@app.command()
def check(folder: Folder = Path("dashboards")) -> None:
    """Say which dashboards differ from what would be generated."""
    if differences := files.check(folder):
        fail("\n".join(differences))
    console.print("all dashboards are as generated")
