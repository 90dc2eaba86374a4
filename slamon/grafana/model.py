"""What a dashboard may consist of: the classic JSON model of Grafana 12.4, as far as we use it, and nothing else.

File provisioning takes only this form. Every key is typed, so a misspelt one does not pass.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_serializer
from pydantic.alias_generators import to_camel

Unit = Literal["none", "percent", "percentunit", "s", "dtdurations", "dateTimeFromNow"]
Colour = Literal["green", "orange", "red", "blue", "text", "#8e8e8e"]


class Part(BaseModel):
    """A part of a dashboard; written in camelCase."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
    )


class DataSource(Part):
    """The data source, always through the variable, so that one file serves every installation."""

    type: Literal["prometheus"] = "prometheus"
    uid: Literal["${datasource}"] = "${datasource}"


class Target(Part):
    """A query; `instant` asks for the newest value only, as tables and stats need."""

    ref_id: Annotated[str, Field(pattern="^[A-Z]$")]
    expr: str
    legend_format: str = "__auto"
    instant: bool = False
    range: bool = True
    format: Literal["time_series", "table"] = "time_series"
    editor_mode: Literal["code"] = "code"
    datasource: DataSource = DataSource()


class GridPos(Part):
    """Place on a grid 24 columns wide."""

    x: Annotated[int, Field(ge=0, lt=24)]
    y: Annotated[int, Field(ge=0)]
    w: Annotated[int, Field(ge=1, le=24)]
    h: Annotated[int, Field(ge=2)]


class Step(Part):
    """A colour from a value on; the first step has none."""

    color: Colour
    value: float | None

    @model_serializer
    def _with_null(self) -> dict[str, str | float | None]:
        # Grafana's own files write the null, and every other null is left out.
        return {"color": self.color, "value": self.value}


class Thresholds(Part):
    """Colours by value."""

    mode: Literal["absolute"] = "absolute"
    steps: tuple[Step, ...] = (Step(color="text", value=None),)


class MappedValue(Part):
    """Text and colour of one value."""

    text: str
    color: Colour
    index: int


class ValueMap(Part):
    """Texts of values: colour never carries the meaning alone."""

    type: Literal["value"] = "value"
    options: dict[str, MappedValue]


class ColorMode(Part):
    """Where a colour comes from."""

    mode: Literal["thresholds", "palette-classic", "fixed"] = "thresholds"
    fixed_color: Colour | None = None


class TimelineCustom(Part):
    """How bands are drawn."""

    fill_opacity: int = 70
    line_width: int = 0


class GraphCustom(Part):
    """How lines are drawn; a gap stays a gap."""

    fill_opacity: int = 10
    line_width: int = 1
    show_points: Literal["auto", "never"] = "auto"
    span_nulls: bool = False


class Defaults(Part):
    """How fields are shown unless overridden."""

    unit: Unit
    decimals: int | None = None
    min: float | None = None
    max: float | None = None
    no_value: str
    color: ColorMode = ColorMode()
    thresholds: Thresholds = Thresholds()
    mappings: tuple[ValueMap, ...] = ()
    custom: TimelineCustom | GraphCustom | None = None


class Matcher(Part):
    """Which fields an override concerns."""

    id: Literal["byName"] = "byName"
    options: str


class Property(Part):
    """What an override sets."""

    id: Literal["unit", "decimals", "mappings"]
    value: Unit | int | tuple[ValueMap, ...]


class Override(Part):
    """Another unit, precision or text for one column."""

    matcher: Matcher
    properties: tuple[Property, ...]


class FieldConfig(Part):
    """How values are shown."""

    defaults: Defaults
    overrides: tuple[Override, ...] = ()


class Merge(Part):
    """Join the tables of several queries on the labels they share."""

    class Options(Part):
        """None."""

    id: Literal["merge"] = "merge"
    options: Options = Options()


class Organize(Part):
    """Order, name and hide columns."""

    class Options(Part):
        """By the name a column has after the steps before."""

        exclude_by_name: dict[str, bool]
        index_by_name: dict[str, int]
        rename_by_name: dict[str, str]

    id: Literal["organize"] = "organize"
    options: Options


class ReduceOptions(Part):
    """Which of the values is shown."""

    calcs: tuple[Literal["lastNotNull"], ...] = ("lastNotNull",)
    fields: Literal[""] = ""
    values: bool = False


class Legend(Part):
    """The legend of a graph."""

    show_legend: bool = True
    display_mode: Literal["list", "table"] = "list"
    placement: Literal["bottom", "right"] = "bottom"


class StatOptions(Part):
    """Figures, with text."""

    reduce_options: ReduceOptions = ReduceOptions()
    color_mode: Literal["value", "none"] = "value"
    graph_mode: Literal["none", "area"] = "none"
    text_mode: Literal["auto", "value_and_name"] = "value_and_name"


class BarGaugeOptions(Part):
    """Bars, each with its figure."""

    reduce_options: ReduceOptions = ReduceOptions()
    display_mode: Literal["basic"] = "basic"
    orientation: Literal["horizontal"] = "horizontal"
    show_unfilled: bool = True


class TableOptions(Part):
    """A table."""

    show_header: bool = True


class TimelineOptions(Part):
    """A band for each series."""

    merge_values: bool = True
    show_value: Literal["auto", "never"] = "auto"
    row_height: float = 0.8
    legend: Legend = Legend()


class GraphOptions(Part):
    """A graph over time."""

    legend: Legend = Legend(display_mode="table", placement="right")


class _Panel(Part):
    id: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=3)]
    description: Annotated[str, Field(min_length=20)]
    grid_pos: GridPos
    targets: Annotated[tuple[Target, ...], Field(min_length=1)]
    field_config: FieldConfig
    datasource: DataSource = DataSource()
    transformations: tuple[Merge | Organize, ...] = ()


class Stat(_Panel):
    """One or a few figures."""

    type: Literal["stat"] = "stat"
    options: StatOptions = StatOptions()


class BarGauge(_Panel):
    """Figures beside each other as bars."""

    type: Literal["bargauge"] = "bargauge"
    options: BarGaugeOptions = BarGaugeOptions()


class Table(_Panel):
    """Rows."""

    type: Literal["table"] = "table"
    options: TableOptions = TableOptions()


class StateTimeline(_Panel):
    """States over time."""

    type: Literal["state-timeline"] = "state-timeline"
    options: TimelineOptions = TimelineOptions()


class TimeSeries(_Panel):
    """Values over time."""

    type: Literal["timeseries"] = "timeseries"
    options: GraphOptions = GraphOptions()


Panel = Annotated[Stat | BarGauge | Table | StateTimeline | TimeSeries, Field(discriminator="type")]


class DataSourceVariable(Part):
    """Lets the viewer choose the data source."""

    name: Literal["datasource"] = "datasource"
    label: str = "Data source"
    type: Literal["datasource"] = "datasource"
    query: Literal["prometheus"] = "prometheus"
    refresh: Literal[1] = 1


class LabelQuery(Part):
    """The values of a label."""

    query: Annotated[str, Field(pattern=r"^label_values\(.+, \w+\)$")]
    ref_id: str


class LabelVariable(Part):
    """Lets the viewer choose among the values of a label; asked anew when the time range changes."""

    name: str
    label: str
    type: Literal["query"] = "query"
    query: LabelQuery
    datasource: DataSource = DataSource()
    refresh: Literal[2] = 2
    multi: bool = True
    include_all: bool = True
    all_value: Literal[".*"] = ".*"
    sort: Literal[1] = 1


class Templating(Part):
    """The variables."""

    list: tuple[DataSourceVariable | LabelVariable, ...]


class Link(Part):
    """The menu of our other dashboards; keeps the time range and the choices."""

    title: str = "slamon"
    type: Literal["dashboards"] = "dashboards"
    tags: tuple[str, ...] = ("slamon",)
    as_dropdown: bool = True
    keep_time: bool = True
    include_vars: bool = True


class TimeRange(Part):
    """The range shown first."""

    from_: Annotated[str, Field(alias="from")] = "now-24h"
    to: str = "now"


class Dashboard(Part):
    """A dashboard; `uid` is human and stable, for links."""

    uid: Annotated[str, Field(pattern="^slamon-[a-z-]+$")]
    title: str
    description: str
    panels: tuple[Panel, ...]
    templating: Templating
    links: tuple[Link, ...] = (Link(),)
    time: TimeRange = TimeRange()
    tags: tuple[str, ...] = ("slamon",)
    timezone: Literal["utc"] = "utc"
    refresh: Literal["1m"] = "1m"
    graph_tooltip: Literal[1] = 1
    editable: Literal[False] = False
    schema_version: Literal[42] = 42
    version: Literal[1] = 1

    def text(self) -> str:
        """The file's content: the same for the same dashboard."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=2) + "\n"
