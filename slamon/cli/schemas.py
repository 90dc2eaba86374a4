"""`slamon catalogue schema`: the documents described as JSON Schema, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalogue.schema import NAMES, schema_text
from slamon.cli.terminal import console, fail, refusals


def schema(
    folder: Annotated[Path, typer.Argument(help="Where they are written.", metavar="DIR")],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a file says something else.")
    ] = False,
) -> None:
    """Write one JSON Schema for each file of a set, and one for a set in a single file.

    An editor completes and checks a document that begins with
    `# yaml-language-server: $schema=PATH`, the path being relative to the document.
    """
    wanted = {folder / f"{name}.json": schema_text(name) for name in NAMES}
    with refusals():
        changed = [path for path, text in wanted.items() if _said(path) != text]
        if check and changed:
            files = ", ".join(path.name for path in changed)
            fail(f"{folder} does not say what this slamon reads: {files}; write them anew")
        for path in changed:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    unchanged = len(wanted) - len(changed)
    console.print(f"{len(changed)} written, {unchanged} unchanged in {folder}", highlight=False)


def _said(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
