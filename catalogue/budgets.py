"""Budgets: what a funding source has for the services of a calendar year."""

from __future__ import annotations

from pydantic import Field

from catalogue.document import Record
from catalogue.values import Amount, Currency, Id


class Budget(Record):
    """An amount that a funding source has for a calendar year; services name the source as `funding_source`."""

    id: Id
    funding_source: str = Field(min_length=1)
    year: int = Field(ge=1, le=9999)
    amount: Amount
    currency: Currency
    note: str | None = None
