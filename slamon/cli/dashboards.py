"""`slamon dashboards`: write the dashboards of Grafana, or check that they are as generated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slamon.cli.commands import group
from slamon.cli.terminal import REFUSED, AsJson, console, fail, print_json
from slamon.grafana import files

app = group("Dashboards of Grafana: build, check.")

Folder = Annotated[Path, typer.Option(help="Where they are.", metavar="DIR")]


@app.command()
def build(folder: Folder = Path("dashboards")) -> None:
    """Write the dashboards."""
    for path in files.write(folder):
        console.print(f"wrote {path}")


@app.command()
def check(folder: Folder = Path("dashboards"), *, as_json: AsJson = False) -> None:
    """Say which dashboards differ from what would be generated."""
    differences = files.check(folder)
    if as_json:
        print_json({"differences": differences})
        raise typer.Exit(REFUSED if differences else 0)
    if differences:
        fail("\n".join(differences))
    console.print("all dashboards are as generated")
