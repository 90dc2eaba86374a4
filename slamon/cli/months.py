"""Months as commands are asked for them, and errors of money as they are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from catalogue.charging import ChargeError
from catalogue.months import Month
from slamon.app.refused import Refused
from slamon.cli.terminal import USAGE, fail

Label = Annotated[str, typer.Option("--month", help="The month, e.g. 2026-03.", metavar="MONTH")]


def month_or_fail(label: str) -> Month:
    """The month of a label; anything else is wrong usage."""
    try:
        return Month.named(label)
    except ValueError:
        fail(f"{label} is no month; write it like 2026-03", USAGE)


@contextmanager
def named_errors() -> Iterator[None]:
    """Tell by its name what cannot be computed.

    Raises:
        Refused: the name of the error and what is wrong.

    """
    try:
        yield
    except ChargeError as wrong:
        message = f"{wrong.code}: {wrong}"
        raise Refused(message) from None
