"""The text format 0.0.4, written in one go: the library's writer checks every name of every line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from prometheus_client import Metric
from prometheus_client.samples import Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def written(families: Iterable[Metric]) -> bytes:
    """Families of gauges and counters, as they are served."""
    return "".join(line for family in families for line in _family(family)).encode()


def _family(family: Metric) -> Iterator[str]:
    name = f"{family.name}_total" if family.type == "counter" else family.name
    yield f"# HELP {name} {family.documentation}\n# TYPE {name} {family.type}\n"
    yield from map(_line, family.samples)


def _line(sample: Sample) -> str:
    return f"{sample.name}{_labels(tuple(sample.labels.items()))} {float(sample.value)!r}\n"


@lru_cache(maxsize=131_072)  # the same series come again in every family and every scrape
def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    said = ",".join([f'{name}="{_escaped(value)}"' for name, value in labels])
    return f"{{{said}}}" if said else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
