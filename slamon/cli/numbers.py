"""Positions and counts that commands take: from where to where, so that every one can be looked up."""

from __future__ import annotations

from typing import Any

import typer

LAST = 10**15  # more than a ledger will ever hold, and what every program can count to


def position(said: str) -> Any:
    """An argument that names a fact by its position."""
    return typer.Argument(help=said, metavar="POSITION", min=1, max=LAST)


def number(said: str, *names: str, least: int = 1) -> Any:
    """An option that takes a position, or a count."""
    return typer.Option(*names, help=said, min=least, max=LAST)
