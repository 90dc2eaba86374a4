"""As known at: what a command shows as it was known at an instant, or up to a position of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, NoReturn

import typer

from catalogue.instants import InstantError, format_instant
from slamon.app.refused import Refused, Unknown
from slamon.cli.house import House, now
from slamon.cli.instants import ABSOLUTE
from slamon.cli.opening import opened
from slamon.cli.terminal import USAGE, errors, fail
from slamon.views.past import Moment, NotKnownError
from slamon.views.pastnamed import well_named
from slamon.views.reading import Reading

OPTION = "--as-known-at"

AsKnownAt = Annotated[
    str | None,
    typer.Option(
        OPTION,
        help=f"As it was known at an instant, {ABSOLUTE}, or up to a position of the ledger, like @12345.",
        metavar="INSTANT|@POSITION",
    ),
]


@dataclass(frozen=True)
class Then:
    """The read side as of an instant (µs); `position` is None where it is that of now.

    A position `asked` that is in the middle of what was recorded at once is another than this one.
    """

    reading: Reading
    instant: int
    position: int | None = None
    asked: int | None = None

    def lacks(self, agreement: str) -> NoReturn:
        """Say which agreements are known instead.

        Raises:
            Unknown: always.

        """
        names = ", ".join(line.id for line in self.reading.records("agreement", None, 1_000))
        known = f"known are {names}" if names else "none was recorded yet"
        missing = "there is no agreement"
        if self.position is not None:
            missing = f"at {format_instant(self.instant)} the ledger knew no agreement"
        message = f"{missing} {agreement!r}; {known}"
        raise Unknown(message)

    def tell(self) -> None:
        """Say beside the answer, to people and programs alike, what was known when."""
        if self.position is not None:
            told = f"as known at {format_instant(self.instant)}, position {self.position}"
            middle = f": {self.asked} is in the middle of what was recorded at once"
            errors.print(told + middle * (self.asked is not None), style="dim")


@contextmanager
def reading_at(asked: str | None) -> Iterator[Then]:
    """The read side of the settings' data folder, as of now or as it was known then."""
    with opened() as house, known(house, asked) as then:
        then.tell()
        yield then


@contextmanager
def known(house: House, asked: str | None) -> Iterator[Then]:
    """The read side of now, or as it was known at what `--as-known-at` names.

    Raises:
        Exit: as wrong usage, that is neither an instant with its offset nor a position.
        Refused: it has not come, or lies before the ledger's first fact.

    """
    if asked is None:
        yield Then(house.reading, now())
        return
    try:
        moment = _moment(house, asked)
        with house.reading.as_known(moment) as reading:
            yield Then(reading, moment.instant, moment.position, moment.asked)
    except NotKnownError as wrong:
        raise Refused(str(wrong)) from None


def position_known(house: House, asked: str | None) -> int | None:
    """The position up to which facts are told, which is said beside the answer; None where it is that of now.

    Raises:
        Refused: it has not come, or lies before the ledger's first fact.

    """
    if asked is None:
        return None
    try:
        moment = _moment(house, asked)
    except NotKnownError as wrong:
        raise Refused(str(wrong)) from None
    Then(house.reading, moment.instant, moment.position, moment.asked).tell()
    return moment.position


def _moment(house: House, asked: str) -> Moment:
    try:
        return house.reading.moment(well_named(asked), now())
    except InstantError as wrong:
        position = asked.startswith("@")
        why = f"{wrong}" if position else f"{wrong}; a local time is not accepted here"
        fail(f"{OPTION}: {why}", USAGE)
