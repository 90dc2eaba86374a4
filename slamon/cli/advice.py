"""What to do where an attempt says nothing about its target, for who asked by hand."""

from __future__ import annotations

from collections.abc import Iterable

from slamon.cli.terminal import errors
from slamon.web.asking import AskedNow


def advise(asked: Iterable[AskedNow]) -> None:
    """Print on standard error what helps, each once."""
    for line in dict.fromkeys(each.advice for each in asked if each.advice):
        errors.print(line, style="yellow", highlight=False, soft_wrap=True)
