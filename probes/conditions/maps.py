"""Conditions on services of maps (OGC WMS and WFS)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement
from probes.conditions.web import bounded, require_bounds, within

NOT_REACHED = "not reached"


class MapNotBlank(Requirement):
    """The picture has more than one colour; of one that is woven (interlaced) or packed in bits nobody can tell."""

    field: Literal["map"] = "map"
    op: Literal["not_blank"] = "not_blank"

    def expectation(self) -> str:  # noqa: D102
        return "map is not blank"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.map is None:
            return False, NOT_REACHED
        said = {None: "this cannot be told", True: "all of one colour", False: "of several colours"}
        return reply.map.blank is not True, said[reply.map.blank]


class FeaturesCount(Requirement):
    """There come `minimum` to `maximum` features."""

    field: Literal["features"] = "features"
    op: Literal["count"] = "count"
    minimum: Annotated[int, Field(ge=0)] | None = None
    maximum: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _can_be_fulfilled(self) -> Self:
        require_bounds(self.minimum, self.maximum)
        return self

    def expectation(self) -> str:  # noqa: D102
        return f"{bounded(self.minimum, self.maximum)} features come"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.map is None or reply.map.features is None:
            return False, NOT_REACHED
        found = reply.map.features
        return within(found, self.minimum, self.maximum), f"{found} features"
