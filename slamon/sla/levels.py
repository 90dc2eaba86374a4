"""Levels taken in from a file: numbers read off at instants, such as days used or the age of a copy."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from pydantic import model_validator

from slamon.sla.fact import Fact


class LevelsImported(Fact):
    """Numbers as a file had them, in columns of equal length; stream `levels:{source}`.

    `at` is in µs, `value` an exact decimal number as text. Of values at one instant the one recorded last holds.
    """

    file: str
    sha256: str
    at: tuple[int, ...]
    value: tuple[str, ...]

    @model_validator(mode="after")
    def _columns_are_numbers_of_equal_length(self) -> LevelsImported:
        if len(self.at) != len(self.value):
            message = "columns of different length"
            raise ValueError(message)
        if wrong := [value for value in self.value if not _is_number(value)]:
            message = f"{wrong[0]!r} is no decimal number"
            raise ValueError(message)
        return self


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
