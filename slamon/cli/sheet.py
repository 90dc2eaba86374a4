"""Lines and tables that stay readable on a narrow screen and on a wide one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.padding import Padding
from rich.table import Table

from slamon.cli.terminal import console

WIDTH = 150  # where the screen is not narrower: what is longer goes on below


class Column(NamedTuple):
    """A column of a table; figures stand on the right, and `folds` says which may go on below."""

    name: str
    cells: Sequence[object]
    figures: bool = False
    folds: bool = False


def print_line(said: str, inside: int = 0, style: str = "") -> None:
    """Print a line, so far in from the left; what does not fit goes on below it."""
    padded = Padding(said, (0, 0, 0, inside), expand=False)
    console.print(padded, style=style, width=_width(), highlight=False)


def print_names(values: Mapping[str, str]) -> None:
    """Print names and values, a long value below itself."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, value in values.items():
        grid.add_row(name, value)
    console.print(grid, width=_width(), highlight=False)


def print_columns(columns: Sequence[Column]) -> None:
    """Print a table by its columns."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(
            column.name,
            justify="right" if column.figures else "left",
            no_wrap=not column.folds,
            overflow="fold",
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*("–" if cell is None else str(cell) for cell in row))
    console.print(table, width=_width(), highlight=False)


def _width() -> int:
    return min(WIDTH, console.width)
