"""How the panels ask: what the viewer chose, newest values only, percent cut and not rounded."""

from __future__ import annotations

from slamon.grafana.model import Defaults, FieldConfig, Step, Target, Thresholds, Unit

CHOSEN = 'agreement=~"$agreement",service=~"$service"'
ENFORCED = f'{CHOSEN},mode="enforced"'
SERVICE = 'service=~"$service"'
NO_DATA = "no data yet"


def floored(ratio: str, digits: int) -> str:
    """A ratio cut to some decimals: a unit would round, and 99.496 must not read 99.50.

    What is added first absorbs the binary fraction; it is worth less than a microsecond of a year.
    """
    return f"floor({ratio} * 1e{digits} + 1e-8) / 1e{digits}"


def now(ref: str, expr: str, legend: str = "__auto") -> Target:
    """The newest value of each series."""
    return Target(ref_id=ref, expr=expr, legend_format=legend, instant=True, range=False)


def rows(ref: str, expr: str) -> Target:
    """The newest value of each series, its labels as columns."""
    return Target(ref_id=ref, expr=expr, instant=True, range=False, format="table")


def over_time(ref: str, expr: str, legend: str) -> Target:
    """The course of each series."""
    return Target(ref_id=ref, expr=expr, legend_format=legend)


def shown(unit: Unit, *steps: Step, no_value: str = NO_DATA) -> FieldConfig:
    """Values of a unit, coloured by steps if any."""
    thresholds = Thresholds(steps=steps) if steps else Thresholds()
    return FieldConfig(defaults=Defaults(unit=unit, no_value=no_value, thresholds=thresholds))
