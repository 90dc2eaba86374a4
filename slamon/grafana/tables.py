"""The panels of rows."""

from __future__ import annotations

from slamon.grafana.model import (
    Defaults,
    FieldConfig,
    GridPos,
    MappedValue,
    Matcher,
    Merge,
    Organize,
    Override,
    Panel,
    Property,
    Table,
    Unit,
    ValueMap,
)
from slamon.grafana.queries import CHOSEN, NO_DATA, SERVICE, floored, rows

ROW = "agreement, service, objective, mode"
VERDICTS = ValueMap(
    options={
        "0": MappedValue(text="breached", color="red", index=0),
        "1": MappedValue(text="met so far", color="green", index=1),
    }
)


def compliance() -> Panel:
    """Measured against promised, row by row."""
    measured = floored(f"slamon_sla_compliance_ratio{{{CHOSEN}}}", 6)
    columns = {
        "A": f"100 * max by ({ROW}) ({measured})",
        "B": f"100 * max by ({ROW}) (slamon_sla_objective_ratio{{{CHOSEN}}})",
        "C": f"max by ({ROW}) (slamon_sla_met{{{CHOSEN}}})",
        "D": f"max by ({ROW}) (slamon_sla_downtime_seconds{{{CHOSEN}}})",
        "E": f"max by ({ROW}) (slamon_sla_unknown_seconds{{{CHOSEN}}})",
        "F": f"max by ({ROW}) (slamon_sla_excluded_seconds{{{CHOSEN}}})",
        "G": f"max by ({ROW}, basis) (slamon_sla_basis_info{{{CHOSEN}}})",
    }
    return Table(
        id=6,
        title="Compliance this period",
        description="Measured against promised, in percent, cut and never rounded up. "
        "Excused time is not counted against the provider; unknown time is neither up nor down. "
        "Shadow objectives are of unsigned agreements; baselines have no target.",
        grid_pos=GridPos(x=0, y=4, w=24, h=9),
        targets=tuple(rows(ref, expr) for ref, expr in columns.items()),
        transformations=(Merge(), _compliance_columns()),
        field_config=FieldConfig(
            defaults=Defaults(unit="none", no_value=NO_DATA),
            overrides=(
                _column("measured", "percent", 4),
                _column("target", "percent", 4),
                _column("down", "dtdurations", 0),
                _column("unknown", "dtdurations", 0),
                _column("excused", "dtdurations", 0),
                _verdict_column(),
            ),
        ),
    )


def _compliance_columns() -> Organize:
    labels = ("agreement", "service", "objective", "mode", "basis")
    values = {
        "Value #A": "measured",
        "Value #B": "target",
        "Value #C": "verdict",
        "Value #D": "down",
        "Value #E": "unknown",
        "Value #F": "excused",
    }
    return Organize(
        options=Organize.Options(
            exclude_by_name={"Time": True, "Value #G": True},
            index_by_name={name: place for place, name in enumerate((*labels, *values))},
            rename_by_name=values,
        )
    )


def _column(name: str, unit: Unit, decimals: int) -> Override:
    return Override(
        matcher=Matcher(options=name),
        properties=(Property(id="unit", value=unit), Property(id="decimals", value=decimals)),
    )


def _verdict_column() -> Override:
    return Override(
        matcher=Matcher(options="verdict"),
        properties=(Property(id="mappings", value=(VERDICTS,)),),
    )


def overdue() -> Panel:
    """Probes that have fallen silent."""
    age = f"time() - slamon_probe_last_run_timestamp_seconds{{{SERVICE}}}"
    due = f"3 * slamon_probe_interval_seconds{{{SERVICE}}}"
    return Table(
        id=11,
        title="Overdue probes",
        description="Probes without a result for more than three intervals, with the age of the "
        "newest one. Meanwhile the service becomes unknown, never up and never down.",
        grid_pos=GridPos(x=12, y=38, w=12, h=7),
        targets=(rows("A", f"max by (service, probe, location) ({age} > {due})"),),
        transformations=(
            Organize(
                options=Organize.Options(
                    exclude_by_name={"Time": True},
                    index_by_name={"service": 0, "probe": 1, "location": 2, "Value": 3},
                    rename_by_name={"Value": "silent for"},
                )
            ),
        ),
        field_config=FieldConfig(
            defaults=Defaults(unit="none", no_value="none overdue"),
            overrides=(_column("silent for", "dtdurations", 0),),
        ),
    )
