"""Maps: what a service is asked by WMS and WFS, and what its pictures and features must fulfil."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from probes.conditions.certificates import MinDaysLeft
from probes.conditions.maps import FeaturesCount, MapNotBlank
from probes.conditions.requirement import Requirement
from probes.conditions.timing import LatencyAtMost
from probes.specs.interviews import InterviewSpec
from probes.specs.wire import Wire

CAPABILITIES, MAP, FEATURES = "capabilities", "map", "features"  # their steps
ARGUMENTS = frozenset({
    "service", "version", "acceptversions", "request", "layers", "styles", "crs", "srs", "bbox", "width", "height",
    "format", "typename", "typenames", "count", "maxfeatures", "outputformat",
})  # fmt: skip
MOST_PIXELS = 2048
MOST_FEATURES = 1000

WmsVersion = Literal["1.1.1", "1.3.0"]
WfsVersion = Literal["1.0.0", "1.1.0", "2.0.0"]
PictureFormat = Literal["image/png", "image/jpeg", "image/gif"]
Axes = Literal["east_first", "north_first"]
Crs = Annotated[str, StringConstraints(pattern=r"^(EPSG:[1-9][0-9]{3,5}|CRS:84)$")]
Named = Annotated[str, StringConstraints(pattern=r"^[^,\x00-\x1f\x7f]+$", max_length=200)]
Style = Annotated[str, StringConstraints(pattern=r"^[^,\x00-\x1f\x7f]*$", max_length=200)]
FeatureFormat = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]+$", max_length=100)]
Degree = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=20)]
Pixels = Annotated[int, Field(ge=1, le=MOST_PIXELS)]

# The order of axes as the EPSG registry states it for what is in common use; others are to be stated.
GEOGRAPHIC = frozenset({"EPSG:4326", "EPSG:4258", "EPSG:4269", "CRS:84"})  # in degrees
NORTH_FIRST = frozenset({
    "EPSG:4326", "EPSG:4258", "EPSG:4269", "EPSG:2180", "EPSG:3034", "EPSG:3035",
    *(f"EPSG:{code}" for code in range(31466, 31470)),
})  # fmt: skip
EAST_FIRST = frozenset({
    "CRS:84", "EPSG:2056", "EPSG:2154", "EPSG:3395", "EPSG:3857", "EPSG:21781", "EPSG:27700", "EPSG:28992",
    *(f"EPSG:{code}" for code in (*range(25828, 25839), *range(32601, 32661), *range(32701, 32761))),
})  # fmt: skip

WmsCondition = Annotated[MapNotBlank | MinDaysLeft | LatencyAtMost, Field(discriminator="field")]
WfsCondition = Annotated[FeaturesCount | MinDaysLeft | LatencyAtMost, Field(discriminator="field")]


class Box(Wire):
    """A stretch of land between four bounds, in the units of its reference system."""

    west: Degree
    south: Degree
    east: Degree
    north: Degree

    @model_validator(mode="after")
    def _is_a_stretch(self) -> Self:
        for low, high in (("west", "east"), ("south", "north")):
            if getattr(self, low) >= getattr(self, high):
                message = f"{low} must be less than {high}"
                raise ValueError(message)
        return self

    @property
    def on_earth(self) -> bool:
        """Whether it is one of degrees."""
        return max(-self.west, self.east) <= 180 and max(-self.south, self.north) <= 90  # noqa: PLR2004

    def said(self, axes: Axes) -> str:
        """Write its lower and its upper corner."""
        low, high = (self.west, self.south), (self.east, self.north)
        if axes == "north_first":
            low, high = low[::-1], high[::-1]
        return ",".join(f"{each:f}" for each in (*low, *high))


def axes_of(crs: str, stated: Axes | None) -> Axes | None:
    """Which axis of a reference system comes first; None where nobody says and it is not known."""
    if stated is not None:
        return stated
    if crs in NORTH_FIRST:
        return "north_first"
    return "east_first" if crs in EAST_FIRST else None


class WmsSpec(InterviewSpec):
    """Ask for capabilities, and for a picture of a layer, `width` by `height` pixels.

    Where `axes` are not stated, they are those of a known reference system; WMS 1.1.1 has them east first in any case.
    """

    OURS: ClassVar[frozenset[str]] = ARGUMENTS

    kind: Literal["wms"] = "wms"
    version: WmsVersion = "1.3.0"
    layer: Named
    style: Style = ""
    crs: Crs = "EPSG:4326"
    axes: Axes | None = None
    box: Box
    width: Pixels = 256
    height: Pixels = 256
    format: PictureFormat = "image/png"
    expected: tuple[WmsCondition, ...] = ()

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        unknown = self.version == "1.3.0" and axes_of(self.crs, self.axes) is None
        faults = {
            f"which axis of {self.crs} comes first is not known here: state axes": unknown,
            "WMS 1.1.1 knows no CRS:84; say EPSG:4326": self.version == "1.1.1"
            and self.crs == "CRS:84",
            f"the box is none of degrees, as {self.crs} has them": self.crs in GEOGRAPHIC
            and not self.box.on_earth,
            "whether a picture is blank can be told of image/png only": self.format != "image/png"
            and self.looks,
        }
        for message, present in faults.items():
            if present:
                raise ValueError(message)
        return self

    @property
    def looks(self) -> bool:
        """Whether anybody looks at what is in the picture."""
        return any(isinstance(each, MapNotBlank) for each in self.expected)

    @cached_property
    def drawing(self) -> dict[str, str]:
        """The arguments that ask for the picture."""
        earlier = self.version == "1.1.1"
        axes = None if earlier else axes_of(self.crs, self.axes)
        return {
            "SERVICE": "WMS",
            "VERSION": self.version,
            "REQUEST": "GetMap",
            "LAYERS": self.layer,
            "STYLES": self.style,
            "SRS" if earlier else "CRS": self.crs,
            "BBOX": self.box.said(axes or "east_first"),
            "WIDTH": str(self.width),
            "HEIGHT": str(self.height),
            "FORMAT": self.format,
        }

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of its steps."""
        return CAPABILITIES, MAP

    @cached_property
    def conditions(self) -> tuple[Requirement, ...]:
        """All that is held against the replies."""
        return (*self.answered(), *self.expected)


class WfsSpec(InterviewSpec):
    """Ask for capabilities, and for at most `count` features of a type; `format` is in the service's own words."""

    OURS: ClassVar[frozenset[str]] = ARGUMENTS

    kind: Literal["wfs"] = "wfs"
    version: WfsVersion = "2.0.0"
    feature_type: Named
    count: Annotated[int, Field(ge=1, le=MOST_FEATURES)] = 1
    format: FeatureFormat | None = None
    expected: tuple[WfsCondition, ...] = (FeaturesCount(minimum=1),)

    @cached_property
    def fetching(self) -> dict[str, str]:
        """The arguments that ask for the features."""
        newer = self.version == "2.0.0"
        return {
            "SERVICE": "WFS",
            "VERSION": self.version,
            "REQUEST": "GetFeature",
            "TYPENAMES" if newer else "TYPENAME": self.feature_type,
            "COUNT" if newer else "MAXFEATURES": str(self.count),
            **({} if self.format is None else {"OUTPUTFORMAT": self.format}),
        }

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of its steps."""
        return CAPABILITIES, FEATURES

    @cached_property
    def conditions(self) -> tuple[Requirement, ...]:
        """All that is held against the replies."""
        return (*self.answered(), *self.expected)
