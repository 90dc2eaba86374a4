"""The panels that show a course over time."""

from __future__ import annotations

from slamon.grafana.model import (
    ColorMode,
    Colour,
    Defaults,
    FieldConfig,
    GraphCustom,
    GridPos,
    MappedValue,
    Panel,
    StateTimeline,
    TimelineCustom,
    TimeSeries,
    Unit,
    ValueMap,
)
from slamon.grafana.queries import ENFORCED, NO_DATA, SERVICE, over_time

STATES: tuple[tuple[str, Colour], ...] = (
    ("unknown", "#8e8e8e"),
    ("up", "green"),
    ("degraded", "orange"),
    ("down", "red"),
)


def states() -> Panel:
    """Up, degraded, down or unknown, service by service."""
    coded = " or ".join(
        f'{code} * (slamon_service_state{{{SERVICE},state="{state}"}} == 1)'
        for code, (state, _) in enumerate(STATES)
    )
    words = {
        str(code): MappedValue(text=state, color=colour, index=code)
        for code, (state, colour) in enumerate(STATES)
    }
    return StateTimeline(
        id=9,
        title="Service state",
        description="State of each measured service as last confirmed, day and night, "
        "inside and outside service hours. A gap means that slamon itself was not scraped.",
        grid_pos=GridPos(x=0, y=31, w=24, h=7),
        targets=(over_time("A", f"max by (service) ({coded})", "{{service}}"),),
        field_config=FieldConfig(
            defaults=Defaults(
                unit="none",
                no_value=NO_DATA,
                color=ColorMode(mode="fixed", fixed_color="#8e8e8e"),
                mappings=(ValueMap(options=words),),
                custom=TimelineCustom(),
            )
        ),
    )


def lost_time() -> Panel:
    """Down and unknown time of the period, growing."""
    names = "{{agreement}} {{service}} {{objective}}"
    down = f"slamon_sla_downtime_seconds{{{ENFORCED}}} > 0"
    unknown = f"slamon_sla_unknown_seconds{{{ENFORCED}}} > 0"
    return TimeSeries(
        id=8,
        title="Time down and time unknown",
        description="Agreed time lost since the period began, where there is any. "
        "Time outside service hours and excused time are not counted.",
        grid_pos=GridPos(x=12, y=13, w=12, h=9),
        targets=(
            over_time("A", down, f"down: {names}"),
            over_time("B", unknown, f"unknown: {names}"),
        ),
        field_config=_lines("no time lost"),
    )


def burn_rates() -> Panel:
    """How fast budgets burn, against the speeds that alarm."""
    promise = "{{agreement}} {{service}} {{objective}}"
    burning = f"slamon_sla_burn_rate{{{ENFORCED}}} > 0"
    alarming = f'slamon_sla_burn_threshold{{{ENFORCED},window=~"1h|6h|1d|3d"}}'
    concerned = f"{alarming} and on (agreement, service, objective, mode) ({burning})"
    return TimeSeries(
        id=12,
        title="Burn rate",
        description="Times the speed that would just spend the error budget of the period, over "
        "windows of agreed time; only what burns is shown. An alert fires where a long window and "
        "its short one are both above the alarm line of the long one. Excluded and unknown time "
        "do not burn.",
        grid_pos=GridPos(x=0, y=22, w=12, h=9),
        targets=(
            over_time("A", burning, f"{{{{window}}}}: {promise}"),
            over_time("B", concerned, f"alarm {{{{window}}}}: {promise}"),
        ),
        field_config=_lines("nothing burns", "none"),
    )


def excluded_time() -> Panel:
    """Excluded time of the period, growing."""
    return TimeSeries(
        id=13,
        title="Time excluded",
        description="Agreed time under granted exclusions since the period began, where there is "
        "any, whatever the state was. What it does to the figure stands in the agreement.",
        grid_pos=GridPos(x=12, y=22, w=12, h=9),
        targets=(
            over_time(
                "A",
                f"slamon_sla_excluded_seconds{{{ENFORCED}}} > 0",
                "{{agreement}} {{service}} {{objective}}",
            ),
        ),
        field_config=_lines("no time excluded"),
    )


def durations() -> Panel:
    """Latency of the probes."""
    return TimeSeries(
        id=10,
        title="Probe duration",
        description="Latency of the newest result of each probe, waiting for a free slot not "
        "included. A result without latency, such as a refused connection, leaves no point.",
        grid_pos=GridPos(x=0, y=38, w=12, h=7),
        targets=(
            over_time(
                "A",
                f"slamon_probe_duration_seconds{{{SERVICE}}}",
                "{{service}} {{probe}} {{location}}",
            ),
        ),
        field_config=_lines(NO_DATA),
    )


def _lines(no_value: str, unit: Unit = "s") -> FieldConfig:
    return FieldConfig(
        defaults=Defaults(
            unit=unit,
            min=0,
            no_value=no_value,
            color=ColorMode(mode="palette-classic"),
            custom=GraphCustom(),
        )
    )
