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
        grid_pos=GridPos(x=0, y=22, w=24, h=7),
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


def durations() -> Panel:
    """Latency of the probes."""
    return TimeSeries(
        id=10,
        title="Probe duration",
        description="Latency of the newest result of each probe, waiting for a free slot not "
        "included. A result without latency, such as a refused connection, leaves no point.",
        grid_pos=GridPos(x=0, y=29, w=12, h=7),
        targets=(
            over_time(
                "A",
                f"slamon_probe_duration_seconds{{{SERVICE}}}",
                "{{service}} {{probe}} {{location}}",
            ),
        ),
        field_config=_lines(NO_DATA),
    )


def _lines(no_value: str) -> FieldConfig:
    return FieldConfig(
        defaults=Defaults(
            unit="s",
            min=0,
            no_value=no_value,
            color=ColorMode(mode="palette-classic"),
            custom=GraphCustom(),
        )
    )
