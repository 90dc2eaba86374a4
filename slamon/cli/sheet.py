"""Lines and tables that stay readable on a narrow screen and on a wide one, and of which nothing is cut off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from slamon.cli.terminal import console

WIDTH = 150  # where the screen is not narrower: what is longer goes on below
GAP = 2  # between columns, and before the lines that go on with a row


class Column(NamedTuple):
    """A column of a table; figures stand on the right.

    Cells are broken between words, or anywhere once the column is no wider than `folds`.
    """

    name: str
    cells: Sequence[object]
    figures: bool = False
    folds: int = 0


def print_line(said: str | Text, inside: int = 0, style: str = "") -> None:
    """Print a line, so far in from the left; what does not fit goes on below it, a word that is too long unbroken."""
    if _longest_word(str(said)) > _width() - inside:
        console.print(said, style=style, highlight=False, soft_wrap=True)
        return
    padded = Padding(said, (0, 0, 0, inside), expand=False)
    console.print(padded, style=style, width=_width(), highlight=False)


def print_map(values: Mapping[str, object]) -> None:
    """Print names and values, a long value below itself."""
    names, told = list(values), [_told(value) for value in values.values()]
    columns = [Column("", names), Column("", told)]
    widths = _fitted(columns, [names, told], _width())
    if widths is None:
        for name, value in zip(names, told, strict=True):
            print_line(_named(name, value))
        return
    grid = Table.grid(padding=(0, GAP))
    grid.add_column(width=widths[0], style="dim")
    grid.add_column(width=widths[1], overflow="fold")
    for row in zip(names, told, strict=True):
        grid.add_row(*row)
    console.print(grid, highlight=False)


def print_table(
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    empty: str,
    folds: Mapping[str, int] | None = None,
    most: int | None = None,
) -> None:
    """Print a table by its rows, at `most` so wide, or say that there is nothing."""
    if not rows:
        console.print(empty)
        return
    cells = zip(*rows, strict=True)
    broken = folds or {}
    columns = [
        Column(name, found, folds=broken.get(name, 0))
        for name, found in zip(names, cells, strict=True)
    ]
    _print(columns, min(most or console.width, console.width), "bold")


def print_columns(columns: Sequence[Column]) -> None:
    """Print a table by its columns."""
    _print(columns, _width(), "dim")


def _print(columns: Sequence[Column], width: int, heads: str) -> None:
    """Print a table, or, where it would have to be broken within words, each row as lines of names and values."""
    told = [[_told(cell) for cell in column.cells] for column in columns]
    widths = _fitted(columns, told, width)
    if widths is None:
        for row in zip(*told, strict=True):
            _print_row([_named(c.name, cell) for c, cell in zip(columns, row, strict=True)], width)
        return
    table = Table(box=None, pad_edge=False, header_style=heads)
    for column, wide in zip(columns, widths, strict=True):
        table.add_column(
            column.name,
            justify="right" if column.figures else "left",
            width=wide,
            overflow="fold",
        )
    for row in zip(*told, strict=True):
        table.add_row(*row)
    console.print(table, highlight=False)


def _fitted(
    columns: Sequence[Column], told: Sequence[Sequence[str]], width: int
) -> list[int] | None:
    """How wide each column is, the widest made narrower first; None where words would have to be broken."""
    texts = [[column.name, *cells] for column, cells in zip(columns, told, strict=True)]
    whole = [max(map(_length, each)) for each in texts]
    least = [
        min(wide, column.folds or max(map(_longest_word, each)))
        for column, each, wide in zip(columns, texts, whole, strict=True)
    ]
    widths = [min(wide, max(width, low)) for wide, low in zip(whole, least, strict=True)]
    room = width - GAP * (len(columns) - 1)
    while sum(widths) > room:
        spare = [n for n, wide in enumerate(widths) if wide > least[n]]
        if not spare:
            return None
        widths[max(spare, key=widths.__getitem__)] -= 1
    return widths


def _print_row(items: Sequence[Text], width: int) -> None:
    for number, line in enumerate(_packed(items, width - GAP)):
        print_line(line, GAP if number else 0)


def _packed(items: Sequence[Text], room: int) -> Iterator[Text]:
    """Lines of as many items as there is room for, and at least one."""
    line: list[Text] = []
    for item in items:
        if line and sum(each.cell_len + GAP for each in [*line, item]) - GAP > room:
            yield Text(" " * GAP).join(line)
            line = []
        line.append(item)
    yield Text(" " * GAP).join(line)


def _named(name: str, value: str) -> Text:
    return Text.assemble((f"{name}: ", "dim"), value) if name else Text(value)


def _told(cell: object) -> str:
    return "–" if cell is None else str(cell)


def _length(text: str) -> int:
    return max(map(cell_len, text.split("\n")))


def _longest_word(text: str) -> int:
    """How long it is; a space that does not break is part of a word, as are those that begin a line."""
    lines = text.split("\n")
    begun = [len(line) - len(line.lstrip(" ")) for line in lines]
    words = [" " * n + line[n:].replace(" ", "\n") for n, line in zip(begun, lines, strict=True)]
    return max(map(_length, words))


def _width() -> int:
    return min(WIDTH, console.width)
