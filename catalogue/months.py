"""Calendar months by plain dates, as charges are counted in."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass

DAY = dt.timedelta(days=1)
MONTHS = 12  # of a year


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, by plain dates."""

    year: int
    number: int

    @classmethod
    def named(cls, label: str) -> Month:
        """Read a label like 2026-03.

        Raises:
            ValueError: it is none.

        """
        first = dt.datetime.strptime(label, "%Y-%m").replace(tzinfo=dt.UTC)
        return cls(first.year, first.month)

    @property
    def length(self) -> int:
        """How many days it has."""
        return monthrange(self.year, self.number)[1]

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Its days in order."""
        first = dt.date(self.year, self.number, 1)
        return tuple(first + DAY * each for each in range(self.length))

    @property
    def previous(self) -> Month:
        """The month before."""
        return (
            Month(self.year - 1, MONTHS) if self.number == 1 else Month(self.year, self.number - 1)
        )

    @property
    def next(self) -> Month:
        """The month after."""
        return (
            Month(self.year + 1, 1) if self.number == MONTHS else Month(self.year, self.number + 1)
        )

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"
