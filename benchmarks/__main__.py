"""`python -m benchmarks NAME [--json] [--short]`: measure, and print what was reached beside its baseline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial

from rich.console import Console
from rich.table import Table

from benchmarks import (
    asof,
    cluster,
    flat,
    ingest,
    ingest_postgres,
    judge,
    late,
    metrics,
    probe,
    prometheus,
    rebuild,
    seal,
    storage,
    wakeup,
)
from benchmarks.figure import Figure
from benchmarks.webserver import NotInstalledError


def judging(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """All figures of judging: in process, from the views, and against Prometheus where that is installed."""
    figures = [*judge.measure(short), *flat.measure(short)]
    try:
        return [*figures, *prometheus.measure(short)]
    except prometheus.NotInstalledError as missing:
        sys.stderr.write(f"not compared with Prometheus: {missing}\n")
        return figures


def ingesting(short: bool) -> list[Figure]:  # noqa: FBT001  # the one question to every benchmark
    """All figures of ingest: into a file, and into PostgreSQL where that is installed."""
    figures = ingest.measure(short)
    try:
        return [*figures, *ingest_postgres.measure(short)]
    except cluster.NotInstalledError as missing:
        sys.stderr.write(f"not measured in PostgreSQL: {missing}\n")
        return figures


MEASURES: dict[str, Callable[[bool], list[Figure]]] = {
    "asof": asof.measure,
    "ingest": ingesting,
    "judge": judging,
    "late": late.measure,
    "metrics": metrics.measure,
    "probe": probe.measure,
    "prometheus": prometheus.measure,
    "rebuild": rebuild.measure,
    "seal": seal.measure,
    "storage": storage.measure,
    "wakeup": wakeup.measure,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=MEASURES, metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--json", action="store_true", help="print one line of JSON per figure")
    parser.add_argument(
        "--short", action="store_true", help="seconds instead of a minute, less exact"
    )
    parser.add_argument(
        "--service-years", type=int, metavar="N", help="with rebuild: how long a history"
    )
    asked = parser.parse_args(arguments)
    measure = MEASURES[asked.name]
    if asked.service_years:
        if asked.name != "rebuild":
            parser.error("--service-years goes with rebuild")
        measure = partial(rebuild.measure, years=asked.service_years)
    try:
        figures = measure(asked.short)
    except (NotInstalledError, prometheus.NotInstalledError, cluster.NotInstalledError) as missing:
        parser.exit(1, f"{missing}\n")
    if asked.json:
        for figure in figures:
            print(figure.line())
    else:
        Console().print(table(figures))


def table(figures: Sequence[Figure]) -> Table:
    """The figures for a reader."""
    shown = Table("figure", "unit")
    for heading in ("reached", "baseline", "ratio"):
        shown.add_column(heading, justify="right")
    for each in figures:
        numbers = (f"{number:,.4g}" for number in (each.value, each.baseline, each.ratio))
        shown.add_row(each.name, each.unit, *numbers)
    return shown


if __name__ == "__main__":
    main()
