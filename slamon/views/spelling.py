"""Statements in a store's own words, worked out once: for those that are given to its driver directly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Delete, Dialect, Insert, Select, Update

Statement = Select[Any] | Insert | Update | Delete


class Spelled(NamedTuple):
    """A text, the order of its parameters where they have no names, and those that it brings itself."""

    text: str
    order: tuple[str, ...] | None
    own: dict[str, Any]

    def given(self, values: Mapping[str, Any]) -> Mapping[str, Any] | tuple[Any, ...]:
        """Values by name, as the driver takes them."""
        if self.own:
            values = {**self.own, **values}
        return values if self.order is None else tuple([values[name] for name in self.order])


@lru_cache(maxsize=256)
def spelled(statement: Statement, dialect: Dialect, columns: tuple[str, ...] = ()) -> Spelled:
    """A statement of a module, of which every parameter without a value is given; an `INSERT` names its columns."""
    named = list(columns) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=named)
    order = getattr(compiled, "positiontup", None)
    own = {name: value for name, value in compiled.params.items() if value is not None}
    return Spelled(str(compiled), None if order is None else tuple(order), own)
