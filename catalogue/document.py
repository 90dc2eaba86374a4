"""What all documents share: exact fields, texts in three languages, dates of stated precision, marks of change."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from catalogue.instants import InstantError
from catalogue.references import Path
from catalogue.values import Provenance, wrong

_LENGTHS = {"year": 4, "month": 7, "day": 10, "published_on": 10}


class Part(BaseModel):
    """A frozen map of a document; a field it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, serialize_by_alias=True)

    @classmethod
    def misplaced(cls, path: Path) -> tuple[str, str | None] | None:  # noqa: ARG003 - of the others nobody knows better
        """Say where an unknown field at a path belongs, with a correction; null if nobody knows."""
        return None


class Text3(Part):
    """A text in English, French and Spanish."""

    en: str
    fr: str
    es: str

    def __str__(self) -> str:
        """Give the English words, for programs and the command line."""
        return self.en


class PartialDate(Part):
    """A date known to a stated precision, which is never widened."""

    value: str
    precision: Literal["year", "month", "day", "published_on"]

    @model_validator(mode="after")
    def _as_precise_as_stated(self) -> Self:
        if len(self.value) != _LENGTHS[self.precision]:
            raise wrong(f'"{self.value}" is not a date of precision {self.precision}')
        self.last_day()
        return self

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 2026, 2026-05 or 2026-05-31, as precise as it is written.

        Raises:
            InstantError: it is no date.

        """
        precision = next((name for name, length in _LENGTHS.items() if length == len(text)), "day")
        try:
            return cls.model_validate({"value": text, "precision": precision})
        except ValidationError:
            message = (
                f"{text!r} is no date; write a year, a month or a day, like 2026-05 or 2026-05-31"
            )
            raise InstantError(message) from None

    def first_day(self) -> date:
        """Return the first day that the value may stand for."""
        try:
            return date.fromisoformat(f"{self.value}-01-01"[:10])
        except ValueError:
            raise wrong(f'"{self.value}" is no date') from None

    def last_day(self) -> date:
        """Return the last day that the value may stand for."""
        first = self.first_day()
        match self.precision:
            case "year":
                return first.replace(month=12, day=31)
            case "month":
                following = first.replace(
                    year=first.year + first.month // 12, month=first.month % 12 + 1
                )
                return date.fromordinal(following.toordinal() - 1)
            case _:
                return first


class Amended(Part):
    """From this day on a second version holds; before it the old one stays."""

    from_: date = Field(alias="from")
    reason: str = Field(min_length=1)


class Correction(Part):
    """The document was wrong from the start."""

    reason: str = Field(min_length=1)


class Document(Part):
    """A map of terms; a mark covers the map it stands in."""

    amended: Amended | None = None
    correction: Correction | None = None

    @model_validator(mode="after")
    def _one_mark(self) -> Self:
        if self.amended and self.correction:
            raise wrong(
                "a change is either amended from a day on or a correction from the start, not both"
            )
        return self


class Record(Document):
    """A document of its own with the provenance of its fields (`_` = those not named)."""

    prov: Provenance

    @field_validator("prov")
    @classmethod
    def _has_codes(cls, prov: Provenance) -> Provenance:
        for field, codes in prov.items():
            if unknown := [code for code in codes_of(codes) if not _is_code(code)]:
                raise wrong(
                    f'provenance of {field}: "{unknown[0]}" is none of R:, P:, I, derived, translation'
                )
        return prov

    @property
    def illustrative(self) -> bool:
        """Tell whether the record as a whole is invented for the demonstration."""
        return "I" in codes_of(self.prov.get("_", ""))


def codes_of(codes: str) -> tuple[str, ...]:
    """Split a provenance string into its codes, without the comment in parentheses."""
    return tuple(code.strip() for code in codes.split("(", 1)[0].split(","))


def _is_code(code: str) -> bool:
    return code in {"I", "derived", "translation"} or code.startswith(("R:", "P:"))
