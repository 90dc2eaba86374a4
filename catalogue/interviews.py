"""Probes of services that are asked in steps: repositories that are harvested, and services of maps."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from catalogue.document import Document
from catalogue.expectations import OfHarvest, OfWfs, OfWms
from catalogue.values import Dec, wrong
from catalogue.web import Headed, Web
from probes.conditions.maps import MapNotBlank
from probes.specs import harvest, maps
from probes.specs.interviews import arguments


class _Interviewed(Web, Headed):
    """A service at an address to which the agent itself adds what it asks for."""

    OURS: ClassVar[frozenset[str]] = frozenset()

    def _check(self, address: str, field: str) -> None:
        super()._check(address, field)
        if said := arguments(address, self.OURS):
            text = f'"{said[0]}" is said by the agent itself'
            raise wrong(text, f'"{_without(address, self.OURS)}"', at=(field,))


def _without(address: str, ours: frozenset[str]) -> str:
    """Leave out of an address what the agent says."""
    parts = urlsplit(address)
    kept = [each for each in parts.query.split("&") if each.partition("=")[0].lower() not in ours]
    return parts._replace(query="&".join(kept)).geturl()


class OaiProbe(_Interviewed):
    """A repository that is asked by OAI-PMH 2.0 who it is, and where it must be fresh, what it got of late."""

    OURS: ClassVar[frozenset[str]] = harvest.ARGUMENTS

    kind: Literal["oai_pmh"]
    metadata_prefix: harvest.MetadataPrefix = "oai_dc"
    set_: harvest.SetSpec | None = Field(default=None, alias="set")
    deletions: harvest.Deletions = "ignored"
    expect: OfHarvest = ()


class Bbox(Document):
    """A stretch of land between four bounds, in the units of its reference system."""

    west: Dec
    south: Dec
    east: Dec
    north: Dec

    @model_validator(mode="after")
    def _is_a_stretch(self) -> Self:
        if self.west >= self.east:
            raise wrong("a stretch of land has its west before its east", at=("west",))
        if self.south >= self.north:
            raise wrong("a stretch of land has its south below its north", at=("south",))
        return self

    @property
    def box(self) -> maps.Box:
        """The same as agents are told it."""
        return maps.Box(west=self.west, south=self.south, east=self.east, north=self.north)


class WmsProbe(_Interviewed):
    """A service that is asked by WMS to draw a layer; without `axes` they are those of a known reference system."""

    OURS: ClassVar[frozenset[str]] = maps.ARGUMENTS

    kind: Literal["wms"]
    version: maps.WmsVersion = "1.3.0"
    layer: maps.Named
    style: maps.Style = ""
    crs: maps.Crs = "EPSG:4326"
    axes: maps.Axes | None = None
    bbox: Bbox
    width: maps.Pixels = 256
    height: maps.Pixels = 256
    format: maps.PictureFormat = "image/png"
    expect: OfWms = ()

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        if self.crs in maps.GEOGRAPHIC and not self.bbox.box.on_earth:
            said = f"{self.crs} counts in degrees, and this is none of them"
            raise wrong(said, "EPSG:3857", at=("bbox",))
        if self.version == "1.1.1" and self.crs == "CRS:84":
            raise wrong("WMS 1.1.1 knows no CRS:84", "EPSG:4326", at=("crs",))
        if self.version == "1.3.0" and maps.axes_of(self.crs, self.axes) is None:
            said = f"which axis of {self.crs} comes first is not known here; state it"
            raise wrong(said, '"axes: east_first" or "axes: north_first"', at=("crs",))
        looked_at = any(isinstance(each, MapNotBlank) for each in self.expect)
        if looked_at and self.format != "image/png":
            said = "whether a map is blank can be told of image/png only"
            raise wrong(said, "image/png", at=("format",))
        return self


class WfsProbe(_Interviewed):
    """A service that is asked by WFS for features; without a word on how many, for one at least."""

    OURS: ClassVar[frozenset[str]] = maps.ARGUMENTS

    kind: Literal["wfs"]
    version: maps.WfsVersion = "2.0.0"
    feature_type: maps.Named
    count: Annotated[int, Field(ge=1, le=maps.MOST_FEATURES)] = 1
    format: maps.FeatureFormat | None = None
    expect: OfWfs = ()

    @model_validator(mode="after")
    def _can_be_fetched(self) -> Self:
        least = [each.minimum or 0 for each in self.expect if each.field == "features"]
        if least and max(least) > self.count:
            said = f"{max(least)} features are expected, and {self.count} asked for"
            raise wrong(said, f'"count: {max(least)}"', at=("expect",))
        return self
